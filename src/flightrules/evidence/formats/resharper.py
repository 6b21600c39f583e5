"""JetBrains InspectCode (ReSharper) XML: issues by project, severities in a list of issue types."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import Node, tree
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_SEVERITY = {"ERROR": "high", "WARNING": "medium", "SUGGESTION": "low", "HINT": "info", "INFO": "info"}


def read(source: Source, _head: Head) -> Reading:
    """Count the issues of all projects.

    Raises:
        EvidenceError: E_NO_RUNS where no project is named, and the faults of XML.
    """
    scan = Scan("InspectCode", source.name)
    root = tree(source)
    issues = root.find("Issues")
    projects = issues.all("Project") if issues is not None else []
    if not projects:
        raise scan.no_run("the report names no project")
    levels = {one.get("Id"): one.get("Severity") for one in root.walk() if one.tag == "IssueType"}
    for project in projects:
        for one in project.all("Issue"):
            _add(scan, one, levels)
    scan.fact(tool_version=root.get("ToolsVersion"))
    scan.define(severity="error is high, warning medium, suggestion low, hint info")
    return scan.reading("resharper-xml")


def _add(scan: Scan, one: Node, levels: dict[str, str]) -> None:
    kind = one.get("TypeId")
    scan.add(
        kind,
        _SEVERITY.get(one.get("Severity") or levels.get(kind, ""), "unknown"),
        path=one.get("File"),
        line=one.get("Line"),
        title=one.get("Message"),
    )
