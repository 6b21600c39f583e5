"""Pyright's JSON, and that of basedpyright. Its summary shows how many files were looked at."""

from __future__ import annotations

from decimal import Decimal

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, objects, text, whole
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_COUNTS = ("errorCount", "warningCount", "informationCount")
_LONGEST = 16  # digits of milliseconds; more is no time


def read(source: Source, _head: Head) -> Reading:
    """Count the diagnostics.

    Raises:
        EvidenceError: E_NO_RUNS where no file was analysed, E_COUNT_MISMATCH, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Pyright", source.name)
    report = mapping(decode(source), "the report", source.name)
    for one in objects(report.get("generalDiagnostics"), "generalDiagnostics", source.name):
        scan.add(
            text(one, "rule") or "syntax-or-type",
            severity(text(one, "severity")),
            path=text(one, "file"),
            line=_line(text(one, "range", "start", "line")),
            title=text(one, "message"),
        )
    summary = mapping(report.get("summary"), "summary", source.name)
    if not whole(summary.get("filesAnalyzed"), "summary.filesAnalyzed", source.name) and scan.empty:
        raise scan.no_run("no file was analysed")
    stated = [whole(summary.get(key), f"summary.{key}", source.name) for key in _COUNTS if key in summary]
    if stated:
        scan.compare(sum(stated), "summary", len(scan.live))
    time = text(report, "time")
    made = rfc3339(Decimal(time)) if time.isdecimal() and len(time) <= _LONGEST else None
    scan.fact(tool_version=text(report, "version"), taken_at=made or "")
    return scan.reading("pyright-json")


def _line(counted_from_zero: str) -> str:
    return f"{int(counted_from_zero) + 1}" if counted_from_zero.isdecimal() else ""
