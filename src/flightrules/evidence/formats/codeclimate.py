"""Code Climate issues, the format of GitLab's code quality reports: one array."""

from __future__ import annotations

from typing import Any

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
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_NO_RUNS.
    """
    scan = Scan("Code Climate", source.name)
    issues = objects(decode(source), "the report", source.name)
    if not issues:
        raise scan.no_run(
            "the report lists no issue and no file that was looked at", instead="the linter's SARIF output"
        )
    for at, one in enumerate(issues):
        if text(one, "type") not in ("", "issue"):
            continue
        location = mapping(one.get("location"), f"[{at}].location", source.name)
        scan.add(
            text(one, "check_name"),
            severity(text(one, "severity")),
            path=text(location, "path"),
            line=_line(location),
            title=text(one, "description"),
            identity=[text(one, "fingerprint") or text(one, "description")],
        )
    scan.define(severity="blocker and critical are critical, major is high, minor is low")
    return scan.reading("codeclimate-json")


def _line(location: dict[str, Any]) -> str:
    return text(location, "lines", "begin") or text(location, "positions", "begin", "line")
