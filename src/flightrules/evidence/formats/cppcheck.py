"""Cppcheck's XML report (version 2). It names no clean file, so an empty one shows nothing."""

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
        EvidenceError: E_NO_RUNS without errors, and the faults of XML.
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
    if scan.empty:
        raise scan.no_run("the report lists no error and no file that was looked at")
    tool = root.find("cppcheck")
    scan.fact(tool_version=tool.get("version") if tool is not None else "")
    scan.define(severity="error is high, warning medium, style, performance and portability low, others info")
    return scan.reading("cppcheck-xml")
