"""PHPStan's JSON report. PHPStan knows errors only; errors without a file are its own."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the errors of all files; each is high.

    Raises:
        EvidenceError: E_SCAN_FAILED where PHPStan reports errors of its own, E_WRONG_TYPE.
    """
    scan = Scan("PHPStan", source.name)
    report = mapping(decode(source), "the report", source.name)
    totals = mapping(report.get("totals"), "totals", source.name)
    own = require(report.get("errors") or [], list, "errors", source.name)
    if own:
        first = text({"error": own[0]}, "error")
        raise scan.failed(f"PHPStan reports {len(own)} errors of its own: {first[:120]}")
    for path, file in _files(report, source.name).items():
        for one in objects(file.get("messages"), "messages", source.name):
            title = text(one, "message")
            rule = text(one, "identifier") or "error"
            scan.add(rule, "high", path=path, line=text(one, "line"), title=title)
    scan.compare(totals.get("file_errors"), "totals.file_errors", len(scan.live))
    scan.define(severity="PHPStan's errors are high")
    return scan.reading("phpstan-json")


def _files(report: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    files = report.get("files")
    if files == []:  # an empty PHP array
        return {}
    return {path: mapping(file, "files[]", name) for path, file in mapping(files, "files", name).items()}
