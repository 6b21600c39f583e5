"""Cppcheck's XML report (version 2). It names no clean file.

Cppcheck writes no document at all where it has no file to look at, so a whole one shows that it ran.
"""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import tree
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_SEVERITY = {
    "error": "high",
    "warning": "medium",
    "style": "low",
    "performance": "low",
    "portability": "low",
    "information": "info",
    "none": "info",
    "debug": "info",
}


def read(source: Source, _head: Head) -> Reading:
    """Count the errors; inconclusive ones too.

    Raises:
        EvidenceError: E_NO_RUNS without errors and version, and the faults of XML.
    """
    scan = Scan("Cppcheck", source.name)
    root = tree(source)
    errors = root.find("errors")
    for one in errors.all("error") if errors is not None else []:
        place = one.find("location")
        scan.add(
            one.get("id"),
            _SEVERITY.get(one.get("severity"), "unknown"),
            path=place.get("file") if place is not None else "",
            line=place.get("line") if place is not None else "",
            title=one.get("msg"),
        )
    tool = root.find("cppcheck")
    version = tool.get("version") if tool is not None else ""
    if scan.empty and not (version and errors is not None):
        raise scan.no_run("the report lists no error and does not say by what it was written")
    if scan.empty:
        scan.note("W_NOT_TESTED", "the report names no file; Cppcheck does not list files without errors")
    scan.fact(tool_version=version)
    scan.define(severity="error is high, warning medium, style, performance and portability low, others info")
    return scan.reading("cppcheck-xml")
