"""Oxlint's JSON report; it tells how many files and rules there were, so that an empty one is a clean one."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the diagnostics.

    Raises:
        EvidenceError: E_NO_RUNS where no file was looked at, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Oxlint", source.name)
    report = mapping(decode(source), "the report", source.name)
    files, rules = (
        whole(report.get(key), key, source.name) for key in ("number_of_files", "number_of_rules")
    )
    if not files or not rules:
        raise scan.no_run(f"{files} files were looked at with {rules} rules")
    for one in objects(report.get("diagnostics"), "diagnostics", source.name):
        _add(scan, one)
    return scan.reading("oxlint")


def _add(scan: Scan, one: dict[str, Any]) -> None:
    labels = objects(one.get("labels"), "labels", scan.name, optional=True)
    message = text(one, "message")
    scan.add(
        text(one, "code") or message[:80],
        severity(text(one, "severity")),
        path=text(one, "filename"),
        line=text(labels[0], "span", "line") if labels else "",
        title=message,
    )
