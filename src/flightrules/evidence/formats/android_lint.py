"""Android Lint's XML report. It names no clean file, so an empty one shows nothing."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import tree
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the issues; severity Ignore is suppressed.

    Raises:
        EvidenceError: E_NO_RUNS without issues, E_SCAN_FAILED for Lint's own error, and the faults of XML.
    """
    scan = Scan("Android Lint", source.name)
    root = tree(source)
    for one in root.all("issue"):
        place = one.find("location")
        word = one.get("severity")
        if one.get("id") == "LintError":
            raise scan.failed(f"Lint reports: {one.get('message')[:120]}")
        scan.add(
            one.get("id"),
            severity(word),
            path=place.get("file") if place is not None else "",
            line=place.get("line") if place is not None else "",
            title=one.get("message"),
            state="suppressed" if word.lower() == "ignore" else "live",
        )
    if scan.empty:
        raise scan.no_run("the report lists no issue and no file that was looked at")
    scan.fact(tool_version=root.get("by"))
    scan.define(severity="fatal is critical, error high, warning medium, information info")
    return scan.reading("android-lint-xml")
