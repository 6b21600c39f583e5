"""PMD's XML report. PMD names only files with violations, so a clean report names none."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import Node, tree
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_PRIORITY = {"1": "critical", "2": "high", "3": "medium", "4": "low", "5": "info"}


def read(source: Source, _head: Head) -> Reading:
    """Count the violations; suppressed ones are counted apart.

    Raises:
        EvidenceError: E_SCAN_FAILED where only errors are listed, E_NO_RUNS without version and time
            of a run, and the faults of XML.
    """
    scan = Scan("PMD", source.name)
    root = tree(source)
    for file in root.all("file"):
        for one in file.all("violation"):
            _add(scan, one, file.get("name"))
    for one in root.all("suppressedviolation"):
        rule, title = one.get("suppressiontype", "suppressed"), one.get("msg")
        scan.add(rule, "unknown", path=one.get("filename"), title=title, state="suppressed")
    errors = len(root.all("error")) + len(root.all("configerror"))
    if errors and scan.empty:
        raise scan.failed(f"PMD reports {errors} errors and no violation")
    if scan.empty and not (root.get("version") and root.get("timestamp")):
        raise scan.no_run("the report lists no file and does not say when and by what it was written")
    if scan.empty:
        scan.note("W_NOT_TESTED", "the report names no file; PMD does not list files without violations")
    scan.not_tested(errors, "errors during the analysis")
    scan.fact(tool_version=root.get("version"), taken_at=root.get("timestamp"))
    scan.define(severity="priority 1 is critical, 2 high, 3 medium, 4 low, 5 info")
    return scan.reading("pmd-xml")


def _add(scan: Scan, one: Node, path: str) -> None:
    scan.add(
        one.get("rule"),
        _PRIORITY.get(one.get("priority"), "unknown"),
        path=path,
        line=one.get("beginline"),
        title=one.text,
        identity=[one.get("class"), one.get("method"), one.text],
    )
