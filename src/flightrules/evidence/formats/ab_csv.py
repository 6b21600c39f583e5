"""ApacheBench's ``-e`` table: a time for each whole percentile; it tells nothing about failures."""

from __future__ import annotations

from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.reading.text import count, table
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary
from flightrules.evidence.source import Source

__all__ = ["read"]

_WHOLE = 100


def read(source: Source, _head: Head) -> Reading:
    """The percentiles 1 to 100; the row of 0 is the smallest time.

    Raises:
        EvidenceError: E_NO_ROWS, E_RANGE, E_NUMBER, E_NEGATIVE, E_TRUNCATED, E_CONTRADICTION.
    """
    times: dict[Decimal, Decimal] = {}
    for line, row in table(source, required=("Percentage served", "Time in ms")):
        percentile = count(row["Percentage served"], "Percentage served", source.name, line)
        if percentile > _WHOLE:
            raise EvidenceError(
                "E_RANGE", f"there is no percentile {percentile}", file=source.name, line=line
            )
        value = quantity(row["Time in ms"], "Time in ms", source.name, line)
        if times and value < max(times.values()):
            raise EvidenceError(
                "E_CONTRADICTION", "a higher percentile is faster", file=source.name, line=line
            )
        times[Decimal(percentile)] = value
    if Decimal(_WHOLE) not in times:
        raise EvidenceError("E_TRUNCATED", "the row of 100 is missing: the table is cut", file=source.name)
    least = times.pop(Decimal(0), None)
    row_total = LoadRow(percentiles=times, least=least, most=times[Decimal(_WHOLE)])
    notice = Notice(
        "W_NOT_TESTED", "the table tells neither how many requests there were nor how many failed"
    )
    return Reading(
        "ab-percentiles-csv",
        records=LoadSummary(row_total),
        notices=(notice,),
        facts={"tool": "ApacheBench"},
        definitions=SUMMARY_DEFINITIONS,
    )
