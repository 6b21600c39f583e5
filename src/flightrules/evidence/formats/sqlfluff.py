"""SQLFluff's JSON: one record for each file, clean ones included."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the violations; what SQLFluff itself calls a warning does not fail its run.

    Raises:
        EvidenceError: E_NO_RUNS where no file was looked at, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("SQLFluff", source.name)
    files = objects(decode(source), "the report", source.name)
    if not files:
        raise scan.no_run("no file was looked at")
    for file in files:
        for one in objects(file.get("violations"), "violations", source.name):
            scan.add(
                text(one, "code"),
                "medium" if one.get("warning") is True else "high",
                path=text(file, "filepath"),
                line=text(one, "start_line_no") or text(one, "line_no"),
                title=text(one, "description"),
            )
    scan.define(severity="high, warnings medium: SQLFluff states no other")
    return scan.reading("sqlfluff-json")
