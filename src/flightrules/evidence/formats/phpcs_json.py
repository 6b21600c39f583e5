"""PHP_CodeSniffer's JSON report: one entry for each file, with or without messages."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the messages; error is high, warning is medium.

    Raises:
        EvidenceError: E_NO_RUNS without files, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("PHP_CodeSniffer", source.name)
    report = mapping(decode(source), "the report", source.name)
    files = report.get("files")
    if not files:
        raise scan.no_run("the report lists no file")
    for path, file in mapping(files, "files", source.name).items():
        for one in objects(mapping(file, "files[]", source.name).get("messages"), "messages", source.name):
            level, title = severity(text(one, "type")), text(one, "message")
            scan.add(text(one, "source"), level, path=path, line=text(one, "line"), title=title)
    totals = mapping(report.get("totals"), "totals", source.name, optional=True)
    stated = [totals.get("errors"), totals.get("warnings")]
    declared = [one for one in stated if isinstance(one, int)]
    scan.compare(sum(declared), "totals", len(scan.live))
    scan.define(severity="error is high, warning is medium")
    return scan.reading("phpcs-json")
