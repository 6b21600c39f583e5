"""ESLint's JSON formatters: one entry for each file, with or without messages; ``json-with-metadata`` too."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_SEVERITY = {"2": "high", "1": "medium"}


def read(source: Source, _head: Head) -> Reading:
    """Count the messages; suppressed messages are counted apart. A file without messages is clean.

    Raises:
        EvidenceError: E_NO_RUNS for an empty list, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("ESLint", source.name)
    document = decode(source, free_text=True)
    listed = document.get("results") if isinstance(document, dict) else document
    files = objects(listed, "the report", source.name)
    if not files:
        raise scan.no_run("the report lists no file")
    declared = 0
    for at, file in enumerate(files):
        path = text(file, "filePath")
        for one in objects(file.get("messages"), f"[{at}].messages", source.name):
            _add(scan, one, path, "live")
        muted = objects(file.get("suppressedMessages"), "suppressedMessages", source.name, optional=True)
        for one in muted:
            _add(scan, one, path, "suppressed")
        declared += _declared(file)
    scan.compare(declared, "errorCount plus warningCount", len(scan.live))
    scan.define(severity="error is high, warning is medium")
    return scan.reading("eslint-json")


def _declared(file: dict[str, Any]) -> int:
    counts = (file.get("errorCount"), file.get("warningCount"))
    return sum(one for one in counts if isinstance(one, int))


def _add(scan: Scan, one: dict[str, Any], path: str, state: str) -> None:
    fatal = one.get("fatal") is True
    message = text(one, "message")
    scan.add(
        text(one, "ruleId") or ("parse error" if fatal else "(no rule)"),
        _SEVERITY.get(text(one, "severity"), "high" if fatal else "unknown"),
        path=path,
        line=text(one, "line"),
        title=message,
        state=state,
    )
