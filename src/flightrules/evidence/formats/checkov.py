"""Checkov's JSON report: one object, or an array with one for each framework."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the failed checks; skipped ones are suppressed.

    Raises:
        EvidenceError: E_NO_RUNS where no check was made, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Checkov", source.name)
    document = decode(source)
    reports = objects(document if isinstance(document, list) else [document], "the report", source.name)
    checked = sum(_add_report(scan, report) for report in reports)
    if not checked:
        raise scan.no_run("no check was made: nothing that Checkov knows was found")
    scan.define(suppressed="checks skipped by a comment or an option")
    return scan.reading("checkov")


def _add_report(scan: Scan, report: dict[str, Any]) -> int:
    """The number of checks that were made."""
    results = mapping(report.get("results"), "results", scan.name, optional=True)
    failed = objects(results.get("failed_checks"), "failed_checks", scan.name, optional=True)
    skipped = objects(results.get("skipped_checks"), "skipped_checks", scan.name, optional=True)
    for state, checks in (("live", failed), ("suppressed", skipped)):
        for one in checks:
            _add(scan, one, state)
    errors = require(results.get("parsing_errors") or [], list, "parsing_errors", scan.name)
    scan.not_tested(len(errors), "files could not be parsed")
    summary = mapping(report.get("summary"), "summary", scan.name, optional=True)
    scan.compare(summary.get("failed"), "summary.failed", len(failed))
    passed = require(results.get("passed_checks") or [], list, "passed_checks", scan.name)
    stated = summary.get("passed")
    return len(failed) + len(skipped) + max(len(passed), stated if isinstance(stated, int) else 0)


def _add(scan: Scan, one: dict[str, Any], state: str) -> None:
    lines = one.get("file_line_range")
    scan.add(
        text(one, "check_id"),
        severity(text(one, "severity")),
        path=text(one, "file_path"),
        line=text({"line": lines[0]}, "line") if isinstance(lines, list) and lines else "",
        title=text(one, "check_name"),
        identity=[text(one, "resource")],
        state=state,
    )
