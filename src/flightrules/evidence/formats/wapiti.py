"""Wapiti's JSON report: vulnerabilities and anomalies by category. Levels 1 to 4 are low to critical."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_LEVELS = {"0": "info", "1": "low", "2": "medium", "3": "high", "4": "critical"}


def read(source: Source, _head: Head) -> Reading:
    """Count vulnerabilities and anomalies; additional information is left out.

    Raises:
        EvidenceError: E_NO_RUNS where no page was reached, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Wapiti", source.name)
    report = mapping(decode(source), "the report", source.name)
    infos = mapping(report.get("infos"), "infos", source.name)
    for key in ("vulnerabilities", "anomalies"):
        groups = mapping(report.get(key), key, source.name, optional=key == "anomalies")
        for category, listed in groups.items():
            for one in objects(listed, f"{key}[]", source.name):
                _add(scan, one, category)
    pages = infos.get("crawled_pages_nbr")
    if scan.empty and (pages == 0 or not text(infos, "target")):
        raise scan.no_run("no page was reached")
    scan.fact(tool_version=text(infos, "version"))
    scan.define(finding="vulnerabilities and anomalies")
    return scan.reading("wapiti")


def _add(scan: Scan, one: dict[str, Any], category: str) -> None:
    scan.add(
        category,
        _LEVELS.get(text(one, "level"), "unknown"),
        path=text(one, "path"),
        title=text(one, "info"),
        identity=[text(one, "method"), text(one, "parameter")],
    )
