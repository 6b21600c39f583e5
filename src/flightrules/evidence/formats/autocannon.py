"""autocannon's ``--json``: answers by class, errors and time-outs apart, latencies in milliseconds."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_PERCENTILE = re.compile(r"p([0-9]{1,2})(?:_([0-9]+))?\Z")
_THREE_PLACES = Decimal("0.001")
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.requests": "answers plus errors",
    "load.failed": "answers outside 2xx plus errors, time-outs included",
    "load.rps": "answers divided by the duration, to 3 places",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals and the printed percentiles.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_COUNT_MISMATCH, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE.
    """
    name = source.name
    document = require(decode(source), dict, "the document", name)
    answers = whole(
        require(document.get("requests"), dict, "requests", name).get("total"), "requests.total", name
    )
    errors = whole(document.get("errors"), "errors", name)
    failed = whole(document.get("non2xx"), "non2xx", name) + errors
    latency = require(document.get("latency"), dict, "latency", name)
    if not answers:  # autocannon writes zeros where nothing was timed
        latency = {}
    percentiles = {
        Decimal(f"{found.group(1)}.{found.group(2) or 0}").normalize() + 0: amount(value, key, name)
        for key, value in latency.items()
        if (found := _PERCENTILE.match(key))
    }
    times = (amount(latency[key], key, name) if key in latency else None for key in ("min", "max", "average"))
    duration, users = document.get("duration"), document.get("connections")
    seconds = None if duration is None else amount(duration, "duration", name)
    summary = LoadSummary(
        LoadRow(answers + errors, failed, percentiles, *times),
        seconds=seconds,
        rps=(answers / seconds).quantize(_THREE_PLACES, ROUND_HALF_EVEN) if seconds else None,
        users=None if users is None else whole(users, "connections", name),
    )
    finish = document.get("finish")
    return Reading(
        "autocannon",
        records=proven(summary, name),
        facts={"tool": "autocannon"} | ({"taken_at": finish} if isinstance(finish, str) else {}),
        definitions=_DEFINITIONS,
    )
