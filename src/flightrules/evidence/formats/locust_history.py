"""Locust's ``_stats_history.csv``: the state of the run, second by second.

The percentile columns describe the last seconds before each row and not the run; only totals and the
peak of users are taken, from the last row of each name. Beside ``_stats.csv`` it adds users and length.
"""

from __future__ import annotations

from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.reading.text import count, table
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary
from flightrules.evidence.source import Source

__all__ = ["read"]

_REQUIRED = ("Timestamp", "User Count", "Name", "Total Request Count", "Total Failure Count")


def read(source: Source, _head: Head) -> Reading:
    """Totals at the end of the run and the peak of users.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_NO_ROWS, E_MISSING_FIELD, E_NUMBER, E_NEGATIVE and what broken
            tables give.
    """
    last: dict[str, LoadRow] = {}
    users = 0
    times: list[int] = []
    for line, row in table(source, required=_REQUIRED):
        users = max(users, count(row["User Count"], "User Count", source.name, line))
        times.append(count(row["Timestamp"], "Timestamp", source.name, line))
        last[row["Name"]] = _row(row, line, source)
    total = last.pop("Aggregated", None) or last.pop("Total", None)
    if total is None or not total.requests:
        raise EvidenceError(
            "E_NO_SAMPLES", "the run made no request", file=source.name, hint="check the locustfile"
        )
    seconds = Decimal(max(times) - min(times))
    summary = LoadSummary(total, last, seconds=seconds, users=users, is_course=True)
    taken_at = rfc3339(max(times) * 1000)
    return Reading(
        "locust-history-csv",
        records=summary,
        facts={"tool": "Locust"} | ({"taken_at": taken_at} if taken_at else {}),
        definitions=SUMMARY_DEFINITIONS,
    )


def _row(row: dict[str, str], line: int, source: Source) -> LoadRow:
    requests = count(row["Total Request Count"], "Total Request Count", source.name, line)
    failed = count(row["Total Failure Count"], "Total Failure Count", source.name, line)
    if failed > requests:
        message = f"{failed} failed of {requests} requests"
        raise EvidenceError("E_COUNT_MISMATCH", message, file=source.name, line=line)
    median = row.get("Total Median Response Time", "")
    known = bool(requests) and median not in ("", "N/A")
    percentiles = (
        {Decimal(50): quantity(median, "Total Median Response Time", source.name, line)} if known else {}
    )
    return LoadRow(requests, failed, percentiles)
