"""JMeter's dashboard ``statistics.json``: one object per transaction and one named Total.

``pct1ResTime`` to ``pct3ResTime`` are 90, 95 and 99 unless JMeter was configured otherwise, which the
file does not tell; a notice says so.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary
from flightrules.evidence.source import Source

__all__ = ["read"]

_PERCENTILES = (
    ("medianResTime", Decimal(50)),
    ("pct1ResTime", Decimal(90)),
    ("pct2ResTime", Decimal(95)),
    ("pct3ResTime", Decimal(99)),
)
_CLAIM = "the file does not name its percentiles; JMeter's defaults 90, 95 and 99 are assumed"


def read(source: Source, _head: Head) -> Reading:
    """The Total and the transactions.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_COUNT_MISMATCH, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE.
    """
    document = require(decode(source), dict, "the document", source.name)
    rows = {name: require(row, dict, name[:80], source.name) for name, row in document.items()}
    endpoints = {name: _row(name, row, source) for name, row in rows.items() if name != "Total"}
    total = _row("Total", rows["Total"], source) if "Total" in rows else _joined(endpoints)
    if not total.requests:
        raise EvidenceError(
            "E_NO_SAMPLES", "the run made no request", file=source.name, hint="check the test plan"
        )
    notices = [Notice("W_CLAIMED", _CLAIM)]
    counted = sum(row.requests or 0 for row in endpoints.values())
    if endpoints and counted != total.requests:
        message = f"Total says {total.requests} requests, the transactions hold {counted}"
        notices.append(Notice("W_COUNT_MISMATCH", message))
    rate = rows.get("Total", {}).get("throughput")
    summary = LoadSummary(
        total, endpoints, rps=None if rate is None else amount(rate, "throughput", source.name)
    )
    return Reading(
        "jmeter-statistics",
        records=summary,
        notices=tuple(notices),
        facts={"tool": "JMeter"},
        definitions=SUMMARY_DEFINITIONS,
    )


def _row(name: str, row: dict[str, Any], source: Source) -> LoadRow:
    requests = whole(row.get("sampleCount"), f"sampleCount of {name[:80]}", source.name)
    failed = whole(row.get("errorCount"), f"errorCount of {name[:80]}", source.name)
    if failed > requests:
        raise EvidenceError("E_COUNT_MISMATCH", f"{failed} failed of {requests} requests", file=source.name)
    times = {one: amount(row[key], key, source.name) for key, one in _PERCENTILES if row.get(key) is not None}
    rest = (row.get(key) for key in ("minResTime", "maxResTime", "meanResTime"))
    least, most, mean = (None if value is None else amount(value, "a time", source.name) for value in rest)
    return LoadRow(requests, failed, times if requests else {}, least, most, mean)


def _joined(endpoints: dict[str, LoadRow]) -> LoadRow:
    total: LoadRow | None = None
    for row in endpoints.values():
        total = row if total is None else total.merge(row)
    return total or LoadRow(0, 0)
