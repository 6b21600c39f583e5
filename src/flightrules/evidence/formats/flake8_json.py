"""flake8-json: an object with the violations of every file, also of those that have none."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the violations; flake8 states no severity.

    Raises:
        EvidenceError: E_NO_RUNS for an empty object, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("flake8", source.name)
    files = mapping(decode(source), "the report", source.name)
    for path, violations in files.items():
        for one in objects(violations, "violations", source.name):
            line, title = text(one, "line_number"), text(one, "text")
            scan.add(text(one, "code"), "unknown", path=path, line=line, title=title)
    if not files:
        raise scan.no_run("the report lists no file")
    return scan.reading("flake8-json")
