"""Pylint's JSON reports: the plain array (``json``) and the object with statistics (``json2``)."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the messages; the category is the severity (fatal is critical, convention is info).

    Raises:
        EvidenceError: E_NO_RUNS where nothing shows that a module was looked at, E_WRONG_TYPE.
    """
    scan = Scan("Pylint", source.name)
    document = decode(source)
    if isinstance(document, dict):
        statistics = mapping(document.get("statistics"), "statistics", source.name)
        messages = objects(document.get("messages"), "messages", source.name)
        linted = statistics.get("modulesLinted")
    else:
        messages = objects(document, "the report", source.name)
        linted = None
    if not messages and not linted:
        raise scan.no_run(
            "the report lists no message and no module that was looked at",
            instead="pylint --output-format json2",
        )
    for one in messages:
        _add(scan, one)
    scan.define(severity="fatal is critical, error is high, warning is medium, the other categories are info")
    return scan.reading("pylint-json")


def _add(scan: Scan, one: dict[str, Any]) -> None:
    scan.add(
        text(one, "message-id") or text(one, "messageId") or text(one, "symbol"),
        severity(text(one, "type")),
        path=text(one, "path"),
        line=text(one, "line"),
        title=text(one, "message"),
        identity=[text(one, "module"), text(one, "obj"), text(one, "message")],
    )
