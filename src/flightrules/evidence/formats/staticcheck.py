"""Staticcheck's ``-f json``: one remark a line; ignored ones are suppressed."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the remarks.

    Raises:
        EvidenceError: E_SCAN_FAILED where the code does not compile, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Staticcheck", source.name)
    for record in documents(source):
        one = mapping(record, "a remark", source.name)
        code, message = text(one, "code"), text(one, "message")
        if code == "compile":
            raise scan.failed(f"the code does not compile: {message[:120]}")
        ignored = text(one, "severity") == "ignored"
        scan.add(
            code,
            "unknown" if ignored else severity(text(one, "severity")),
            path=text(one, "location", "file"),
            line=text(one, "location", "line"),
            title=message,
            state="suppressed" if ignored else "live",
        )
    return scan.reading("staticcheck")
