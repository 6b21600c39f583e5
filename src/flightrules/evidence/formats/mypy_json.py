"""mypy's JSON Lines (``--output json``). Notes explain an error and are not counted."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the errors.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD and the faults of JSON.
    """
    scan = Scan("mypy", source.name)
    for one in objects(list(documents(source)), "the report", source.name):
        word = text(one, "severity").lower()
        if word != "note":
            path, line, title = text(one, "file"), text(one, "line"), text(one, "message")
            scan.add(text(one, "code") or "error", severity(word), path=path, line=line, title=title)
    scan.define(finding="errors; notes explain an error and are left out")
    return scan.reading("mypy-json")
