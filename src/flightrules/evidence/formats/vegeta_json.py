"""``vegeta report -type=json``: times in nanoseconds; a status of 0 is a request without an answer."""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_ORDINAL = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)(?:st|nd|rd|th)\Z")
_NANO = Decimal(1_000_000)
_DEFINITIONS = {**SUMMARY_DEFINITIONS, "load.failed": "requests without an answer of 2xx or 3xx"}


def read(source: Source, _head: Head) -> Reading:
    """The totals and the printed percentiles.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_COUNT_MISMATCH, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE.
    """
    name = source.name
    document = require(decode(source), dict, "the document", name)
    latencies = require(document.get("latencies"), dict, "latencies", name)
    requests = whole(document.get("requests"), "requests", name)
    good = counted = 0
    for code, times in require(document.get("status_codes"), dict, "status_codes", name).items():
        number = whole(times, f"status {code[:9]}", name)
        counted += number
        good += number if re.fullmatch(r"[23][0-9]{2}", code) else 0
    if counted != requests:
        message = f"requests says {requests}, the status codes add up to {counted}"
        raise EvidenceError("E_COUNT_MISMATCH", message, file=name)
    percentiles = {
        Decimal(found.group(1)): amount(value, key, name) / _NANO
        for key, value in latencies.items()
        if (found := _ORDINAL.match(key))
    }
    times = (
        amount(latencies[key], key, name) / _NANO if key in latencies else None
        for key in ("min", "max", "mean")
    )
    duration = document.get("duration")
    summary = LoadSummary(
        LoadRow(requests, requests - good, percentiles, *times),
        seconds=None if duration is None else amount(duration, "duration", name) / 10**9,
        rps=amount(document["rate"], "rate", name) if "rate" in document else None,
    )
    end = document.get("end")
    return Reading(
        "vegeta-json",
        records=proven(summary, name),
        facts={"tool": "vegeta"} | ({"taken_at": end} if isinstance(end, str) else {}),
        definitions=_DEFINITIONS,
    )
