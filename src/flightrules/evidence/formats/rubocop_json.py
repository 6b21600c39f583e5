"""RuboCop's JSON report: one entry for each file, with or without offenses."""

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
    """Count the offenses; corrected ones are left out.

    Raises:
        EvidenceError: E_NO_RUNS where no file was inspected, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("RuboCop", source.name)
    report = mapping(decode(source), "the report", source.name)
    summary = mapping(report.get("summary"), "summary", source.name)
    files = objects(report.get("files"), "files", source.name)
    if not files or summary.get("inspected_file_count") == 0:
        raise scan.no_run("no file was inspected")
    for file in files:
        for one in objects(file.get("offenses"), "offenses", source.name):
            scan.add(
                text(one, "cop_name"),
                severity(text(one, "severity")),
                path=text(file, "path"),
                line=text(one, "location", "start_line") or text(one, "location", "line"),
                title=text(one, "message"),
                state="fixed" if one.get("corrected") is True else "live",
            )
    listed = len(scan.live) + len(scan.fixed)
    scan.compare(summary.get("offense_count"), "summary.offense_count", listed)
    scan.fact(tool_version=text(report, "metadata", "rubocop_version"))
    scan.define(severity="fatal is critical, error is high, warning is medium, the others are info")
    return scan.reading("rubocop-json")
