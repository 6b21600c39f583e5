"""PMD's JSON report and PHPMD's of the same shape: files with violations; clean files are not named."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_PRIORITY = {"1": "critical", "2": "high", "3": "medium", "4": "low", "5": "info"}
_ERRORS = ("processingErrors", "configurationErrors", "errors")


def read(source: Source, _head: Head) -> Reading:
    """Count the violations; suppressed ones are counted apart.

    Raises:
        EvidenceError: E_SCAN_FAILED where only errors are listed, E_NO_RUNS without version and time
            of a run, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    report = mapping(decode(source, free_text=True), "the report", source.name)
    tool = "PMD" if "pmdVersion" in report else "PHPMD"
    scan = Scan(tool, source.name)
    for file in objects(report.get("files"), "files", source.name):
        path = text(file, "filename") or text(file, "file")
        for one in objects(file.get("violations"), "files[].violations", source.name):
            _add(scan, one, path)
    muted = objects(report.get("suppressedViolations"), "suppressedViolations", source.name, optional=True)
    for one in muted:
        rule, title = text(one, "suppressiontype") or "suppressed", text(one, "msg")
        scan.add(rule, "unknown", path=text(one, "filename"), title=title, state="suppressed")
    errors = sum(len(objects(report.get(key), key, source.name, optional=True)) for key in _ERRORS)
    version, taken = text(report, "pmdVersion") or text(report, "version"), text(report, "timestamp")
    if errors and scan.empty:
        raise scan.failed(f"{tool} reports {errors} errors and no violation")
    if scan.empty and not (version and taken):
        raise scan.no_run("the report lists no file and does not say when and by what it was written")
    if scan.empty:
        scan.note("W_NOT_TESTED", f"the report names no file; {tool} does not list files without violations")
    scan.not_tested(errors, "errors during the analysis")
    scan.fact(tool_version=version, taken_at=taken)
    scan.define(severity="priority 1 is critical, 2 high, 3 medium, 4 low, 5 info")
    return scan.reading("pmd-json")


def _add(scan: Scan, one: dict[str, Any], path: str) -> None:
    title = text(one, "description")
    scan.add(
        text(one, "rule"),
        _PRIORITY.get(text(one, "priority"), "unknown"),
        path=path,
        line=text(one, "beginline") or text(one, "beginLine"),
        title=title,
        identity=[text(one, "class"), text(one, "method"), title],
    )
