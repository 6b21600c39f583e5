"""Iago's log: ``stats: {...}`` lines whose counters grow over the run; the last line holds the totals."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.json import decode_text, require
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_LATENCY = "client/request_latency_ms_"
_PERCENTILE = re.compile(r"p([0-9]{2})([0-9]*)\Z")
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.failed": "requests not among client/success, plus answers of 400 and above",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals of the last statistics line.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE and what broken JSON gives.
    """
    last: tuple[int, str] | None = None
    for number, line in enumerate(lines(source), 1):
        if " stats: {" in line:
            last = number, line[line.index("{") :]
    if last is None:
        raise EvidenceError("E_NO_SAMPLES", "the log has no stats line", file=source.name)
    name = source.name
    stats = require(decode_text(last[1], name, line=last[0]), dict, "stats", name)
    summary, notices = _summary(stats, name)
    moment = stats.get("timestamp")
    taken_at = rfc3339(amount(moment, "timestamp", name) * 1000) if moment is not None else None
    return Reading(
        "iago-log",
        records=proven(summary, name),
        notices=tuple(notices),
        facts={"tool": "Iago"} | ({"taken_at": taken_at} if taken_at else {}),
        definitions=_DEFINITIONS,
    )


def _summary(stats: dict[str, Any], name: str) -> tuple[LoadSummary, list[Notice]]:
    requests = whole(stats.get("client/requests"), "client/requests", name)
    good = whole(stats.get("client/success", 0), "client/success", name)
    refused = sum(
        whole(value, key, name) for key, value in stats.items() if re.fullmatch(r"[45][0-9]{2}", key)
    )
    failed = min(max(requests - good, 0) + refused, requests)
    timed = whole(stats.get(f"{_LATENCY}count", 0), "request_latency_ms_count", name)
    if timed != requests:
        message = f"the latencies cover {timed} of {requests} requests; no percentile is given"
        return LoadSummary(LoadRow(requests, failed)), [Notice("W_COUNT_MISMATCH", message)]
    percentiles = {
        Decimal(f"{found.group(1)}.{found.group(2) or 0}").normalize() + 0: amount(value, key, name)
        for key, value in stats.items()
        if key.startswith(_LATENCY) and (found := _PERCENTILE.match(key.removeprefix(_LATENCY)))
    }
    times = (stats.get(_LATENCY + key) for key in ("minimum", "maximum", "average"))
    least, most, mean = (None if value is None else amount(value, "a latency", name) for value in times)
    return LoadSummary(LoadRow(requests, failed, percentiles, least, most, mean)), []
