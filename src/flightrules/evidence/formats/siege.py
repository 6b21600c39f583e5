"""Siege's closing statistics, as printed or as JSON. Times of 0.00 are below its resolution and left out."""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_FIELD = re.compile(r'\s*+\{?\s*+"?([A-Za-z_ ]{5,40}?)"?\s*+:\s*+([0-9]{1,15}(?:\.[0-9]{1,9})?)')
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.requests": "transactions plus failed transactions, as far as they are not the same",
    "load.failed": "requests that are not among the successful transactions",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals; Siege prints no percentile.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_TRUNCATED, E_COUNT_MISMATCH.
    """
    fields: dict[str, Decimal] = {}
    for line in lines(source):
        if found := _FIELD.match(line):
            fields[found.group(1).strip().lower().replace(" ", "_")] = Decimal(found.group(2))
    needed = ("transactions", "failed_transactions", "availability")
    missing = [key for key in needed if key not in fields]
    if missing:
        message = f"the statistics lack {missing[0].replace('_', ' ')}: the run was cut"
        raise EvidenceError("E_TRUNCATED", message, file=source.name, hint="let the run end")
    transactions, broken = int(fields["transactions"]), int(fields["failed_transactions"])
    good = min(int(fields.get("successful_transactions", transactions)), transactions)
    requests = max(transactions, good + broken)
    least, most, mean = (
        1000 * fields[key] if fields.get(key) else None
        for key in ("shortest_transaction", "longest_transaction", "response_time")
    )
    summary = LoadSummary(
        LoadRow(requests, max(broken, requests - good), {}, least, most, mean),
        seconds=fields.get("elapsed_time"),
        rps=fields.get("transaction_rate"),
    )
    return Reading(
        "siege",
        records=proven(summary, source.name),
        facts={"tool": "Siege"},
        definitions=_DEFINITIONS,
    )
