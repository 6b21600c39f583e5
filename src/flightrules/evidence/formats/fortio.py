"""Fortio's JSON: a histogram in seconds, answers by their code."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_GOOD = re.compile(r"[23][0-9]{2}\Z|OK\Z|SERVING\Z")
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.failed": "answers whose code is none of 200 to 399, OK (TCP, UDP) or SERVING (gRPC)",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals and the percentiles that were asked for.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE.
    """
    name = source.name
    report = mapping(decode(source, free_text=True), "the report", name)
    times = mapping(report.get("DurationHistogram"), "DurationHistogram", name)
    codes = mapping(report.get("RetCodes"), "RetCodes", name)
    counts = {code: whole(value, "the answers of a code", name) for code, value in codes.items()}
    requests = max(sum(counts.values()), whole(times.get("Count"), "DurationHistogram.Count", name))
    good = sum(value for code, value in counts.items() if _GOOD.match(code))
    row = LoadRow(
        requests,
        requests - good,
        dict(_percentiles(times, name)),
        *(_times(times, key, 1000, name) for key in ("Min", "Max", "Avg")),
    )
    users = report.get("NumThreads")
    summary = LoadSummary(
        row,
        seconds=_times(report, "ActualDuration", Decimal(1) / 10**9, name),
        rps=_times(report, "ActualQPS", 1, name),
        users=None if users is None else whole(users, "NumThreads", name),
    )
    facts = {
        "tool": "Fortio",
        "tool_version": text(report, "Version"),
        "taken_at": text(report, "StartTime"),
    }
    return Reading(
        "fortio",
        records=proven(summary, name),
        facts={key: value for key, value in facts.items() if value},
        definitions=_DEFINITIONS,
    )


def _percentiles(times: dict[str, Any], name: str) -> list[tuple[Decimal, Decimal]]:
    listed = objects(times.get("Percentiles"), "Percentiles", name, optional=True)
    return [
        (
            amount(one.get("Percentile"), "a percentile", name),
            1000 * amount(one.get("Value"), "a value", name),
        )
        for one in listed
    ]


def _times(holder: dict[str, Any], key: str, factor: int | Decimal, name: str) -> Decimal | None:
    return None if holder.get(key) is None else amount(holder[key], key, name) * factor
