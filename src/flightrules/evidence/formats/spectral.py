"""Spectral's JSON on API descriptions: a bare list, so a clean description leaves nothing to read."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_LEVELS = {"0": "high", "1": "medium", "2": "info", "3": "info"}


def read(source: Source, _head: Head) -> Reading:
    """Count the remarks.

    Raises:
        EvidenceError: E_NO_RUNS for an empty list, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Spectral", source.name)
    remarks = objects(decode(source), "the report", source.name)
    if not remarks:
        raise scan.no_run(
            "the report lists no remark and no document that was looked at", instead="spectral lint -f sarif"
        )
    for one in remarks:
        scan.add(
            text(one, "code"),
            _LEVELS.get(text(one, "severity"), "unknown"),
            path=text(one, "source"),
            line=_line(text(one, "range", "start", "line")),
            title=text(one, "message"),
            identity=[_place(one), text(one, "message")],
        )
    scan.define(severity="error is high, warn medium, info and hint info")
    return scan.reading("spectral-json")


def _place(one: dict[str, Any]) -> str:
    """The path inside the description, which stays the same when lines move."""
    path = one.get("path")
    return "/".join(text(step) for step in path) if isinstance(path, list) else ""


def _line(counted_from_zero: str) -> str:
    return f"{int(counted_from_zero) + 1}" if counted_from_zero.isdecimal() else ""
