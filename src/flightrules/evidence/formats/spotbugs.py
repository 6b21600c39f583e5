"""SpotBugs and FindBugs XML. The priority is the severity: 1 high, 2 medium, 3 low, then info."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import Node, tree
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_PRIORITY = {"1": "high", "2": "medium", "3": "low", "4": "info", "5": "info"}


def read(source: Source, _head: Head) -> Reading:
    """Count the bug instances.

    Raises:
        EvidenceError: E_NO_RUNS where no class was analysed, and the faults of XML.
    """
    scan = Scan("SpotBugs", source.name)
    root = tree(source)
    for bug in root.all("BugInstance"):
        _add(scan, bug)
    summary = root.find("FindBugsSummary")
    classes = summary.get("total_classes") if summary is not None else ""
    if scan.empty and not classes.strip("0"):
        raise scan.no_run("no class was analysed")
    total = summary.get("total_bugs") if summary is not None else ""
    if total.isdecimal():
        scan.compare(int(total[:18]), "total_bugs", len(scan.live))
    errors = root.find("Errors")
    if errors is not None:
        broken = max(
            len(errors.all("Error")),
            int(errors.get("errors", "0")[:9]) if errors.get("errors").isdecimal() else 0,
        )
        scan.not_tested(broken, "errors during the analysis")
    scan.fact(tool_version=root.get("version"))
    scan.define(
        finding="one for each BugInstance", severity="priority 1 is high, 2 medium, 3 low, others info"
    )
    return scan.reading("spotbugs-xml")


def _add(scan: Scan, bug: Node) -> None:
    place = bug.find("SourceLine")
    owner = bug.find("Class")
    method = bug.find("Method")
    title = bug.text_of("LongMessage") or bug.text_of("ShortMessage")
    scan.add(
        bug.get("type"),
        _PRIORITY.get(bug.get("priority"), "unknown"),
        path=owner.get("classname") if owner is not None else "",
        line=place.get("start") if place is not None else "",
        title=title,
        identity=[
            bug.get("instanceHash") or title,
            method.get("name") + method.get("signature") if method is not None else "",
        ],
    )
