"""PMD's XML report. PMD names only files with violations, so a clean report names none."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_PARTS = frozenset({"file", "suppressedviolation", "error", "configerror"})
_PRIORITY = {"1": "critical", "2": "high", "3": "medium", "4": "low", "5": "info"}


def read(source: Source, head: Head) -> Reading:
    """Count the violations; suppressed ones are counted apart.

    Raises:
        EvidenceError: E_SCAN_FAILED where only errors are listed, E_NO_RUNS without version and time
            of a run, and the faults of XML.
    """
    scan = Scan("PMD", source.name)
    errors = 0
    for node in stream(source, _PARTS):
        if node.tag == "file":
            for one in node.all("violation"):
                _add(scan, one, node.get("name"))
        elif node.tag == "suppressedviolation":
            rule, title = node.get("suppressiontype", "suppressed"), node.get("msg")
            scan.add(rule, "unknown", path=node.get("filename"), title=title, state="suppressed")
        else:
            errors += 1
    version, taken = (head.attributes.get(key, "") for key in ("version", "timestamp"))
    if errors and scan.empty:
        raise scan.failed(f"PMD reports {errors} errors and no violation")
    if scan.empty and not (version and taken):
        raise scan.no_run("the report lists no file and does not say when and by what it was written")
    if scan.empty:
        scan.note("W_NOT_TESTED", "the report names no file; PMD does not list files without violations")
    scan.not_tested(errors, "errors during the analysis")
    scan.fact(tool_version=version, taken_at=taken)
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
