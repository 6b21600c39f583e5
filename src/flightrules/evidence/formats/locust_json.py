"""Locust's ``--json``: a list of request names, each with a histogram of its response times.

Locust rounds response times (to 1 ms below 100 ms, then to two significant digits) before it counts
them; the percentiles are exact over the rounded values.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, quantity, whole
from flightrules.evidence.records.durations import Durations
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.source import Source

__all__ = ["read"]

_DEFINITIONS = {
    **SAMPLE_DEFINITIONS,
    "percentile": "nearest-rank over all requests as rounded by Locust, failed ones included",
}


def read(source: Source, _head: Head) -> Reading:
    """Every name's requests, failures and durations.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_COUNT_MISMATCH, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE, E_NUMBER.
    """
    document = decode(source)
    entries = document.get("stats") if isinstance(document, dict) else document
    samples = Samples()
    notices: list[Notice] = []
    for entry in require(entries, list, "the list of requests", source.name):
        _take(require(entry, dict, "a request", source.name), samples, notices, source)
    if not samples.requests.total():
        raise EvidenceError(
            "E_NO_SAMPLES", "the run made no request", file=source.name, hint="check the locustfile"
        )
    taken_at = rfc3339(samples.last)
    return Reading(
        "locust-json",
        records=samples,
        notices=tuple(notices),
        facts={"tool": "Locust"} | ({"taken_at": taken_at} if taken_at else {}),
        definitions=_DEFINITIONS,
    )


def _take(entry: dict[str, Any], samples: Samples, notices: list[Notice], source: Source) -> None:
    name = require(entry.get("name"), str, "name", source.name)
    declared = whole(entry.get("num_requests"), f"num_requests of {name[:80]}", source.name)
    failed = whole(entry.get("num_failures"), f"num_failures of {name[:80]}", source.name)
    unanswered = whole(entry.get("num_none_requests", 0), f"num_none_requests of {name[:80]}", source.name)
    durations = Durations()
    for ms, times in require(
        entry.get("response_times"), dict, f"response_times of {name[:80]}", source.name
    ).items():
        value = quantity(ms, "a response time", source.name)
        durations.add(value, whole(times, "a count of response times", source.name))
    counted = len(durations) + unanswered
    if failed > max(counted, declared):
        message = f"{name[:80]}: {failed} failed of {declared} requests"
        raise EvidenceError("E_COUNT_MISMATCH", message, file=source.name)
    if counted != declared:
        message = f"{name[:80]}: num_requests says {declared}, the histogram holds {counted}"
        notices.append(Notice("W_COUNT_MISMATCH", message))
    if counted:
        samples.add_all(name, durations, requests=counted, failed=min(failed, counted))
    start, end = (entry.get(key) for key in ("start_time", "last_request_timestamp"))
    if start is not None and end is not None:
        samples.seen(amount(start, "start_time", source.name) * 1000, amount(end, "end", source.name) * 1000)
