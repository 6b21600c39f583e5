"""bombardier's JSON: answers by class and others (no answer); latencies in microseconds."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, quantity, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_CLASSES = ("req1xx", "req2xx", "req3xx", "req4xx", "req5xx", "others")
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.failed": "answers of 4xx and 5xx, and requests without an answer (others)",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals and the printed percentiles.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE, E_NUMBER.
    """
    name = source.name
    document = require(decode(source), dict, "the document", name)
    result = require(document.get("result"), dict, "result", name)
    counts = {key: whole(result.get(key), key, name) for key in _CLASSES}
    latency: dict[str, Any] = require(result.get("latency"), dict, "latency", name)
    percentiles = {
        quantity(key, "a percentile", name): amount(value, key, name) / 1000
        for key, value in require(latency.get("percentiles") or {}, dict, "percentiles", name).items()
    }
    most, mean = (
        amount(latency[key], key, name) / 1000 if key in latency else None for key in ("max", "mean")
    )
    failed = counts["req4xx"] + counts["req5xx"] + counts["others"]
    seconds = result.get("timeTakenSeconds")
    users = require(document.get("spec", {}), dict, "spec", name).get("numberOfConnections")
    summary = LoadSummary(
        LoadRow(sum(counts.values()), failed, percentiles, None, most, mean),
        seconds=None if seconds is None else amount(seconds, "timeTakenSeconds", name),
        users=None if users is None else whole(users, "numberOfConnections", name),
    )
    return Reading(
        "bombardier",
        records=proven(summary, name),
        facts={"tool": "bombardier"},
        definitions=_DEFINITIONS,
    )
