"""Retire.js' JSON report: the plain array of older versions and the object of newer ones."""

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
    """Count the vulnerabilities of all files.

    Raises:
        EvidenceError: E_SCAN_FAILED, E_NO_RUNS, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Retire.js", source.name)
    document = decode(source)
    report = document if isinstance(document, dict) else {"data": document}
    for file in objects(report.get("data"), "data", source.name):
        for component in objects(file.get("results"), "results", source.name):
            _add(scan, component, text(file, "file"))
    errors = require(report.get("errors") or [], list, "errors", source.name)
    if errors and scan.empty:
        raise scan.failed(f"Retire.js reports {len(errors)} errors and no vulnerability")
    if scan.empty and not (text(report, "version") and text(report, "start")):
        raise scan.no_run(
            "the report lists no vulnerability and does not say when and by what it was written"
        )
    if scan.empty:
        scan.note("W_NOT_TESTED", "the report names no file; Retire.js does not list clean files")
    scan.not_tested(len(errors), "errors during the scan")
    scan.fact(tool_version=text(report, "version"), taken_at=text(report, "start"))
    return scan.reading("retire-js")


def _add(scan: Scan, component: dict[str, Any], path: str) -> None:
    name, version = text(component, "component"), text(component, "version")
    for one in objects(component.get("vulnerabilities"), "vulnerabilities", scan.name, optional=True):
        ids = mapping(one.get("identifiers"), "identifiers", scan.name, optional=True)
        listed = ids.get("CVE")
        cve = text({"id": listed[0]}, "id") if isinstance(listed, list) and listed else ""
        title = text(ids, "summary")
        rule = cve or text(ids, "githubID") or text(ids, "issue") or title or name
        where = f"{path}:{name}"
        scan.add(rule, severity(text(one, "severity")), path=where, line=version, title=title)
