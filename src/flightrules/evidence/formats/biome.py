"""Biome's JSON report (``--reporter=json``), as version 2 writes it and as version 1 did.

By default it prints the first 20 remarks only; the others are counted in its summary.
"""

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

_COUNTS = ("errors", "warnings", "infos")
_FILES = ("changed", "unchanged")


def read(source: Source, _head: Head) -> Reading:
    """Count the diagnostics.

    Raises:
        EvidenceError: E_PARTIAL where some were not printed, E_COUNT_MISMATCH, E_NO_RUNS, E_WRONG_TYPE,
            E_MISSING_FIELD.
    """
    scan = Scan("Biome", source.name)
    report = mapping(decode(source), "the report", source.name)
    summary = mapping(report.get("summary"), "summary", source.name)
    found = objects(report.get("diagnostics"), "diagnostics", source.name)
    unprinted = whole(summary.get("diagnosticsNotPrinted", 0), "summary.diagnosticsNotPrinted", source.name)
    if unprinted:
        raise scan.partial(f"{unprinted} remarks were not printed; see --max-diagnostics", len(found))
    for one in found:
        _add(scan, one)
    stated = sum(whole(summary.get(key, 0), f"summary.{key}", source.name) for key in _COUNTS)
    scan.compare(stated, "the summary", len(found))
    if not found and not any(whole(summary.get(key, 0), f"summary.{key}", source.name) for key in _FILES):
        raise scan.no_run("no file was looked at")
    return scan.reading("biome")


def _add(scan: Scan, one: dict[str, Any]) -> None:
    path = text(one, "location", "path") or text(one, "location", "path", "file")
    scan.add(
        text(one, "category"),
        severity(text(one, "severity")),
        path=path,
        line=text(one, "location", "start", "line"),
        title=text(one, "message") or text(one, "description"),
    )
