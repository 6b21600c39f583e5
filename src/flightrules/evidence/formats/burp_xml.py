"""Burp Suite's XML export of issues. Its internal DTD declares no entity and is passed over."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.xml import tree
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the issues; those that Burp marks as false positives are suppressed.

    Raises:
        EvidenceError: E_NO_RUNS for an export without issues, and the faults of XML.
    """
    ignored: list[Notice] = []
    root = tree(source, notices=ignored)
    scan = Scan("Burp", source.name)
    for issue in root.all("issue"):
        word = issue.text_of("severity")
        scan.add(
            issue.text_of("type") or issue.text_of("name"),
            severity(word),
            path=issue.text_of("host") + (issue.text_of("location") or issue.text_of("path")),
            title=issue.text_of("name"),
            state="suppressed" if word.lower().replace("_", " ") == "false positive" else "live",
        )
    if scan.empty:
        raise scan.no_run("the export lists no issue and does not show that a scan ran")
    for notice in ignored:
        scan.note(notice.code, notice.message)
    scan.fact(tool_version=root.get("burpVersion"))
    scan.define(finding="one for each issue as exported", suppressed="severity False positive")
    return scan.reading("burp-xml")
