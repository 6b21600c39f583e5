"""TFLint's JSON. It names no file that was looked at, so a clean report is refused."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the issues.

    Raises:
        EvidenceError: E_SCAN_FAILED for errors without an issue, E_NO_RUNS, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("TFLint", source.name)
    report = mapping(decode(source), "the report", source.name)
    for one in objects(report.get("issues"), "issues", source.name):
        scan.add(
            text(one, "rule", "name"),
            severity(text(one, "rule", "severity")),
            path=text(one, "range", "filename"),
            line=text(one, "range", "start", "line"),
            title=text(one, "message"),
        )
    errors = objects(report.get("errors"), "errors", source.name)
    if scan.empty and errors:
        raise scan.failed(
            f"TFLint reports {len(errors)} errors and no issue: {text(errors[0], 'message')[:120]}"
        )
    if scan.empty:
        raise scan.no_run("no issue, and no module that was looked at", instead="tflint --format sarif")
    scan.not_tested(len(errors), "errors of TFLint; what they name was not looked at")
    return scan.reading("tflint-json")
