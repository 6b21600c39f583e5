"""Artillery's JSON report, version 1 (``requestsCompleted``) and version 2 (``counters``)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_PERCENTILE = re.compile(r"p([0-9]{2})([0-9]*)\Z")
_CODE = re.compile(r"(?:http\.codes\.)?([0-9]{3})\Z")
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.failed": "answers of 400 and above plus errors (requests without an answer)",
}


def read(source: Source, _head: Head) -> Reading:
    """The aggregate's totals and printed percentiles.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_COUNT_MISMATCH, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE.
    """
    name = source.name
    document = require(decode(source), dict, "the document", name)
    total = require(document.get("aggregate"), dict, "aggregate", name)
    if "counters" in total:
        row, seconds = _second(total, name)
    else:
        row, seconds = _first(total, name), None
    end = total.get("lastCounterAt") or total.get("lastMetricAt")
    taken_at = rfc3339(amount(end, "lastCounterAt", name)) if end is not None else None
    return Reading(
        "artillery",
        records=proven(LoadSummary(row, seconds=seconds), name),
        facts={"tool": "Artillery"} | ({"taken_at": taken_at} if taken_at else {}),
        definitions=_DEFINITIONS,
    )


def _second(total: dict[str, Any], name: str) -> tuple[LoadRow, Decimal | None]:
    counters = require(total["counters"], dict, "counters", name)
    bad = sum(whole(value, key, name) for key, value in counters.items() if _is_bad(key))
    errors = sum(whole(value, key, name) for key, value in counters.items() if key.startswith("errors."))
    requests = whole(counters.get("http.requests", 0), "http.requests", name)
    summaries = require(total.get("summaries", {}), dict, "summaries", name)
    times = require(summaries.get("http.response_time", {}), dict, "http.response_time", name)
    start, end = (total.get(key) for key in ("firstCounterAt", "lastCounterAt"))
    seconds = None
    if start is not None and end is not None:
        seconds = (amount(end, "lastCounterAt", name) - amount(start, "firstCounterAt", name)) / 1000
    if seconds is not None and seconds < 0:
        raise EvidenceError("E_RANGE", "the run ends before it starts", file=name)
    return _row(requests, min(bad + errors, requests), times, name), seconds


def _first(total: dict[str, Any], name: str) -> LoadRow:
    codes = require(total.get("codes", {}), dict, "codes", name)
    errors = require(total.get("errors", {}), dict, "errors", name)
    failed = sum(whole(times, f"code {code[:9]}", name) for code, times in codes.items() if _is_bad(code))
    unanswered = sum(whole(times, "errors", name) for times in errors.values())
    completed = whole(total.get("requestsCompleted"), "requestsCompleted", name)
    times = require(total.get("latency", {}), dict, "latency", name)
    return _row(completed + unanswered, failed + unanswered, times, name)


def _is_bad(key: str) -> bool:
    found = _CODE.match(key)
    return bool(found and found.group(1) >= "400")


def _row(requests: int, failed: int, times: dict[str, Any], name: str) -> LoadRow:
    """``p999`` is 99.9; ``median`` is 50."""
    percentiles: dict[Decimal, Decimal] = {}
    for key, value in times.items():
        found = _PERCENTILE.match(key)
        if value is not None and (found or key == "median"):
            percentile = Decimal(f"{found.group(1)}.{found.group(2) or 0}") if found else Decimal(50)
            percentiles[percentile.normalize() + 0] = amount(value, key, name)
    rest = (times.get(one) for one in ("min", "max", "mean"))
    least, most, mean = (None if value is None else amount(value, "a time", name) for value in rest)
    return LoadRow(requests, failed, percentiles if requests else {}, least, most, mean)
