"""Brakeman's JSON report. Brakeman states a confidence, which stands in for the severity."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_CONFIDENCE = {"high": "high", "medium": "medium", "weak": "low", "low": "low"}


def read(source: Source, _head: Head) -> Reading:
    """Count the warnings; ignored ones are suppressed.

    Raises:
        EvidenceError: E_NO_RUNS where no check was performed, E_SCAN_FAILED, E_WRONG_TYPE.
    """
    scan = Scan("Brakeman", source.name)
    report = mapping(decode(source), "the report", source.name)
    info = mapping(report.get("scan_info"), "scan_info", source.name)
    if not require(info.get("checks_performed"), list, "scan_info.checks_performed", source.name):
        raise scan.no_run("no check was performed")
    for state, key in (("live", "warnings"), ("suppressed", "ignored_warnings")):
        for one in objects(report.get(key), key, source.name, optional=state != "live"):
            _add(scan, one, state)
    errors = require(report.get("errors") or [], list, "errors", source.name)
    if errors and scan.empty:
        raise scan.failed(f"Brakeman reports {len(errors)} errors and no warning")
    scan.not_tested(len(errors), "files or checks ended with an error")
    scan.compare(info.get("security_warnings"), "scan_info.security_warnings", len(scan.live))
    scan.fact(tool_version=text(info, "brakeman_version"), taken_at=text(info, "start_time"))
    scan.define(severity="Brakeman's confidence: High is high, Medium is medium, Weak is low")
    return scan.reading("brakeman")


def _add(scan: Scan, one: dict[str, Any], state: str) -> None:
    scan.add(
        text(one, "warning_type"),
        _CONFIDENCE.get(text(one, "confidence").lower(), "unknown"),
        path=text(one, "file"),
        line=text(one, "line"),
        title=text(one, "message"),
        identity=[text(one, "fingerprint") or text(one, "message")],
        state=state,
    )
