"""Semgrep's JSON. ``is_ignored`` marks nosemgrep comments; errors name files that were not looked at."""

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
    """Count the results.

    Raises:
        EvidenceError: E_SCAN_FAILED where errors stand in place of results, E_NO_RUNS where nothing was
            scanned, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    scan = Scan("Semgrep", source.name)
    report = mapping(decode(source), "the report", source.name)
    for result in objects(report.get("results"), "results", source.name):
        _add(result, scan)
    errors = objects(report.get("errors"), "errors", source.name, optional=True)
    fatal = sum(text(one, "level").lower() == "error" for one in errors)
    paths = mapping(report.get("paths"), "paths", source.name, optional=True)
    if scan.empty and fatal:
        raise scan.failed(f"Semgrep reports {fatal} errors and no result")
    if scan.empty and not paths.get("scanned"):
        raise scan.no_run("no result and no scanned path shows that Semgrep looked at anything")
    scan.not_tested(len(errors), "errors of Semgrep; what they name was not fully looked at")
    scan.fact(tool_version=text(report, "version"))
    scan.define(severity="ERROR is high, WARNING medium, INFO info", suppressed="nosemgrep comments")
    return scan.reading("semgrep-json")


def _add(result: dict[str, Any], scan: Scan) -> None:
    extra = mapping(result.get("extra"), "results[].extra", scan.name, optional=True)
    scan.add(
        text(result, "check_id"),
        severity(text(extra, "severity")),
        path=text(result, "path"),
        line=text(result, "start", "line"),
        title=text(extra, "message"),
        identity=[" ".join(_code(extra).split())],
        state="suppressed" if extra.get("is_ignored") is True else "live",
    )


def _code(extra: dict[str, Any]) -> str:
    """The matched lines; without a login Semgrep writes a phrase in their place."""
    lines = text(extra, "lines")
    return text(extra, "message") if lines in ("", "requires login") else lines
