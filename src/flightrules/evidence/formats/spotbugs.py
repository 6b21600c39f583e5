"""SpotBugs and FindBugs XML. The priority is the severity: 1 high, 2 medium, 3 low, then info."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_PARTS = frozenset({"BugInstance", "FindBugsSummary", "Errors"})
_PRIORITY = {"1": "high", "2": "medium", "3": "low", "4": "info", "5": "info"}


def read(source: Source, head: Head) -> Reading:
    """Count the bug instances.

    Raises:
        EvidenceError: E_NO_RUNS where no class was analysed, and the faults of XML.
    """
    scan = Scan("SpotBugs", source.name)
    other: dict[str, Node] = {}
    for node in stream(source, _PARTS):
        if node.tag == "BugInstance":
            _add(scan, node)
        else:
            other.setdefault(node.tag, node)
    summary = other.get("FindBugsSummary")
    if scan.empty and _stated(summary, "total_classes") == 0:
        raise scan.no_run("no class was analysed")
    if summary is not None and summary.get("total_bugs"):
        scan.compare(_stated(summary, "total_bugs"), "total_bugs", len(scan.live))
    errors = other.get("Errors")
    listed = len(errors.all("Error")) if errors is not None else 0
    scan.not_tested(max(listed, _stated(errors, "errors")), "errors during the analysis")
    scan.fact(tool_version=head.attributes.get("version", ""))
    scan.define(
        finding="one for each BugInstance", severity="priority 1 is high, 2 medium, 3 low, others info"
    )
    return scan.reading("spotbugs-xml")


def _stated(node: Node | None, attribute: str) -> int:
    """A count in the report's own summary; zero where it states none."""
    value = node.get(attribute) if node is not None else ""
    return int(value[:18]) if value.isdecimal() else 0


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
