"""Gatling's statistics: ``global_stats.json``, ``stats.json``, and ``stats.js`` around the same object.

Quirks: a number that does not exist is ``"-"``; ``percentiles1`` to ``percentiles4`` are set in
Gatling's configuration and not named in the file, so they are read as its defaults 50, 75, 95, 99
and a notice says so. Each value exists over all, over good and over failed requests; all are taken.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json import decode_text, require, utf8
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary
from flightrules.evidence.source import Source

__all__ = ["read"]

_DEFAULTS = (
    ("percentiles1", Decimal(50)),
    ("percentiles2", Decimal(75)),
    ("percentiles3", Decimal(95)),
    ("percentiles4", Decimal(99)),
)
_DEPTH_LIMIT = 32
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "percentile": "as printed by Gatling over all requests, good and failed; its default ranks",
}


def read(source: Source, _head: Head) -> Reading:
    """The total line and one line per request.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_COUNT_MISMATCH, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE.
    """
    document = require(decode_text(_json_part(utf8(source)), source.name), dict, "the document", source.name)
    stats = document.get("stats", document)
    total, rate = _row(require(stats, dict, "stats", source.name), source)
    if not total.requests:
        raise EvidenceError(
            "E_NO_SAMPLES", "the run made no request", file=source.name, hint="check the simulation"
        )
    endpoints = _endpoints(document, source)
    summary = LoadSummary(total, endpoints, rps=rate)
    notice = Notice(
        "W_CLAIMED",
        "the file does not name its percentiles; Gatling's defaults 50, 75, 95 and 99 are assumed",
    )
    notices = [notice, *_compared(total, endpoints)]
    return Reading(
        "gatling-stats",
        records=summary,
        notices=tuple(notices),
        facts={"tool": "Gatling"},
        definitions=_DEFINITIONS,
    )


def _json_part(text: str) -> str:
    """The object inside ``var stats = {...}`` and before the functions that follow it."""
    start = text.lstrip("\ufeff \t\r\n")
    if not start.startswith("var "):
        return text
    body = start[start.find("{") :]
    end = min((at for at in (body.find("\nfunction "), body.find("};")) if at >= 0), default=-1)
    return (body[: end + 1] if body[end : end + 1] == "}" else body[:end]) if end >= 0 else body


def _row(stats: dict[str, Any], source: Source) -> tuple[LoadRow, Decimal | None]:
    if "numberOfRequests" not in stats:
        message = "numberOfRequests is missing: no request was counted"
        raise EvidenceError("E_NO_SAMPLES", message, file=source.name, hint="use the file that Gatling wrote")
    counts = require(stats["numberOfRequests"], dict, "numberOfRequests", source.name)
    total, good, failed = (_count(counts.get(key), key, source) for key in ("total", "ok", "ko"))
    if good + failed != total:
        message = f"{good} good and {failed} failed requests are not {total}"
        raise EvidenceError("E_COUNT_MISMATCH", message, file=source.name)
    percentiles = {
        percentile: value
        for key, percentile in _DEFAULTS
        if (value := _over_all(stats, key, source)) is not None
    }
    least, most, mean, rate = (
        _over_all(stats, key, source)
        for key in ("minResponseTime", "maxResponseTime", "meanResponseTime", "meanNumberOfRequestsPerSecond")
    )
    return LoadRow(total, failed, percentiles if total else {}, least, most, mean), rate


def _count(value: Any, key: str, source: Source) -> int:
    number = _number(value, f"numberOfRequests.{key}", source)
    return 0 if number is None else whole(number, key, source.name)


def _over_all(stats: dict[str, Any], key: str, source: Source) -> Decimal | None:
    found = stats.get(key)
    if found is None:
        return None
    return _number(require(found, dict, key, source.name).get("total"), f"{key}.total", source)


def _number(value: Any, what: str, source: Source) -> Decimal | None:
    """A number, written as one or, in ``stats.js``, as a text; ``-`` is none."""
    if isinstance(value, str):
        if value.strip() == "-":
            return None
        plain = value.strip()
        if plain.replace(".", "", 1).isascii() and plain.replace(".", "", 1).isdigit():
            return Decimal(plain)
    return amount(value, what, source.name)


def _endpoints(document: dict[str, Any], source: Source) -> dict[str, LoadRow]:
    rows: dict[str, LoadRow] = {}
    waiting: list[tuple[str, Any, int]] = [("", document.get("contents", {}), 0)]
    while waiting:
        path, contents, depth = waiting.pop(0)
        if depth > _DEPTH_LIMIT:
            raise EvidenceError("E_TOO_DEEP", "groups are nested too deeply", file=source.name)
        for entry in require(contents, dict, "contents", source.name).values():
            require(entry, dict, "an entry of contents", source.name)
            name = path + str(entry.get("name", ""))
            if entry.get("type") == "GROUP":
                waiting.append((f"{name} / ", entry.get("contents", {}), depth + 1))
                continue
            row, _ = _row(require(entry.get("stats"), dict, f"stats of {name}", source.name), source)
            rows[name] = rows[name].merge(row) if name in rows else row
    return rows


def _compared(total: LoadRow, endpoints: dict[str, LoadRow]) -> list[Notice]:
    counted = sum(row.requests or 0 for row in endpoints.values())
    if not endpoints or counted == total.requests:
        return []
    return [
        Notice("W_COUNT_MISMATCH", f"the total line says {total.requests} requests, the lines hold {counted}")
    ]
