"""Reviewdog's diagnostic format, which many linters write: one document (rdjson) or lines (rdjsonl)."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the diagnostics; one without a severity has that of its document.

    Raises:
        EvidenceError: E_NO_RUNS for an empty list, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    found = objects(list(documents(source)), "the report", source.name)
    groups = [one for one in found if "diagnostics" in one]
    first = groups[0] if groups else found[0] if found else {}
    scan = Scan(text(first, "source", "name") or "rdjson", source.name)
    for group in groups:
        for one in objects(group.get("diagnostics"), "diagnostics", source.name):
            _add(one, text(group, "severity"), scan)
    for one in found:
        if "diagnostics" not in one:
            _add(one, "", scan)
    if scan.empty:
        raise scan.no_run(
            "the report lists no diagnostic and no file that was looked at",
            instead="the linter's SARIF output",
        )
    return scan.reading("rdjson")


def _add(one: dict[str, Any], inherited: str, scan: Scan) -> None:
    level = text(one, "severity")
    scan.add(
        text(one, "code", "value"),
        severity(inherited if level in ("", "UNKNOWN_SEVERITY") else level),
        path=text(one, "location", "path"),
        line=text(one, "location", "range", "start", "line"),
        title=text(one, "message"),
    )
