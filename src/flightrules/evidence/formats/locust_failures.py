"""Locust's ``_failures.csv``: how often which error occurred, out of an unknown number."""

from __future__ import annotations

from collections import Counter

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import count, table
from flightrules.evidence.records.load_summary import LoadRow, LoadSummary
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Failed requests in all and per name; an empty table is no evidence of a good run.

    Raises:
        EvidenceError: E_NO_ROWS, E_MISSING_FIELD, E_NUMBER, E_NEGATIVE and what broken tables give.
    """
    failed: Counter[str] = Counter()
    for line, row in table(source, required=("Name", "Error", "Occurrences")):
        failed[row["Name"]] += count(row["Occurrences"], "Occurrences", source.name, line)
    endpoints = {name: LoadRow(failed=times) for name, times in failed.items()}
    summary = LoadSummary(LoadRow(failed=failed.total()), endpoints)
    return Reading("locust-failures-csv", records=summary, facts={"tool": "Locust"})
