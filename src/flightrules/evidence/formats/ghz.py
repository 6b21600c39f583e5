"""ghz's JSON on gRPC calls: durations in nanoseconds, errors by gRPC status."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_MILLISECOND = 1_000_000
_SECOND = 1000 * _MILLISECOND
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.failed": "calls that did not end with the status OK",
    "percentile": "as ghz prints it: over calls that ended with OK, over all with --count-errors",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals and the printed percentiles.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE.
    """
    name = source.name
    report = mapping(decode(source, free_text=True), "the report", name)
    requests = whole(report.get("count"), "count", name)
    codes = mapping(report.get("statusCodeDistribution"), "statusCodeDistribution", name, optional=True)
    counts = {code: whole(times, "the calls of a status", name) for code, times in codes.items()}
    failed = max(sum(counts.values()), requests) - counts.get("OK", 0)
    row = LoadRow(
        requests,
        failed,
        dict(_percentiles(report, name)),
        *(_time(report, key, _MILLISECOND, name) for key in ("fastest", "slowest", "average")),
    )
    summary = LoadSummary(
        row, seconds=_time(report, "total", _SECOND, name), rps=_time(report, "rps", 1, name)
    )
    facts = {"tool": "ghz", "taken_at": text(report, "date")}
    return Reading(
        "ghz",
        records=proven(summary, name),
        notices=_aborted(text(report, "endReason")),
        facts={key: value for key, value in facts.items() if value},
        definitions=_DEFINITIONS,
    )


def _aborted(reason: str) -> tuple[Notice, ...]:
    """``normal`` after so many calls, ``timeout`` after so long: both are how a run should end."""
    if reason in ("", "normal", "timeout"):
        return ()
    return (Notice("W_ABORTED", f"the run ended early: {reason[:40]}"),)


def _percentiles(report: dict[str, Any], name: str) -> list[tuple[Decimal, Decimal]]:
    listed = objects(report.get("latencyDistribution"), "latencyDistribution", name, optional=True)
    return [
        (
            amount(one.get("percentage"), "a percentage", name),
            amount(one.get("latency"), "a latency", name) / _MILLISECOND,
        )
        for one in listed
    ]


def _time(report: dict[str, Any], key: str, unit: int, name: str) -> Decimal | None:
    return None if report.get(key) is None else amount(report[key], key, name) / unit
