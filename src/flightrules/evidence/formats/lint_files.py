"""ktlint and HTMLHint in JSON: one array of files, each with its remarks. ktlint states no severity."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, head: Head) -> Reading:
    """Count the remarks.

    Raises:
        EvidenceError: E_NO_RUNS for an empty array, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    tool, key = ("HTMLHint", "messages") if head.has("[].messages") else ("ktlint", "errors")
    scan = Scan(tool, source.name)
    files = objects(decode(source), "the report", source.name)
    if not files:
        raise scan.no_run("the report lists no file", instead="SARIF or Checkstyle XML")
    for file in files:
        for one in objects(file.get(key), key, source.name):
            scan.add(
                text(one, "rule", "id") or text(one, "rule"),
                severity(text(one, "type")),
                path=text(file, "file"),
                line=text(one, "line"),
                title=text(one, "message"),
            )
    return scan.reading("lint-files")
