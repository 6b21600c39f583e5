"""``cargo check`` and ``cargo clippy`` with ``--message-format=json``: one record a line, the end stated."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_REMARKS = ("error", "error: internal compiler error", "warning")


def read(source: Source, _head: Head) -> Reading:
    """Count the compiler's and Clippy's messages.

    Raises:
        EvidenceError: E_PARTIAL where the build did not end, E_SCAN_FAILED where it failed without a
            message, E_NO_RUNS where nothing was compiled, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Cargo", source.name)
    compiled, ended = 0, None
    for record in objects(list(documents(source, stray=_log)), "the records", source.name):
        reason = text(record, "reason")
        compiled += reason == "compiler-artifact"
        if reason == "build-finished":
            ended = record.get("success")
        elif reason == "compiler-message":
            _add(mapping(record.get("message"), "message", source.name), scan)
    if ended is None:
        raise scan.partial("the build did not end: no build-finished record", len(scan.live))
    if ended is not True and not any(one.severity == "high" for one in scan.live):
        raise scan.failed("the build failed and no error is listed")
    if scan.empty and not compiled:
        raise scan.no_run("nothing was compiled")
    scan.define(severity="errors are high, warnings medium; notes of a message are not counted")
    return scan.reading("cargo-messages")


def _log(_line: str) -> None:
    """Cargo's progress may stand in between; it decides nothing."""


def _add(message: dict[str, Any], scan: Scan) -> None:
    level, code = text(message, "level"), text(message, "code", "code")
    if level not in _REMARKS or (not code and not message.get("spans")):
        return  # a note, or the closing sum: "1 warning emitted"
    spans = objects(message.get("spans"), "spans", scan.name, optional=True)
    place = next((one for one in spans if one.get("is_primary") is True), {})
    scan.add(
        code or level,
        severity(level.partition(":")[0]),
        path=text(place, "file_name"),
        line=text(place, "line_start"),
        title=text(message, "message"),
    )
