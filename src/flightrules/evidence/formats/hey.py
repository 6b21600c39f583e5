"""What hey prints: a summary, a latency distribution, status codes and errors."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_FIELD = re.compile(r"\s+(Total|Slowest|Fastest|Average|Requests/sec):\s+(\S+)")
_PERCENTILE = re.compile(r"\s+([0-9]{1,3}(?:\.[0-9]+)?)%+ in (\S+) secs")
_COUNT = re.compile(r"\s+\[([0-9]{1,12})\]\s+(?:([0-9]{1,12}) responses|\S.*)")
_FAILED_FROM = 400
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.requests": "answers by status code plus requests that ended in an error",
    "load.failed": "answers of 400 and above plus requests that ended in an error",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals and the printed percentiles.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MALFORMED, E_NUMBER, E_NEGATIVE, E_NONFINITE.
    """
    fields: dict[str, Decimal] = {}
    percentiles: dict[Decimal, Decimal] = {}
    codes: Counter[int] = Counter()
    errors = 0
    section = ""
    for number, line in enumerate(lines(source), 1):
        section = line.strip() if line[:1].strip() else section
        if (field := _FIELD.match(line)) and section == "Summary:":
            if field.group(1) in fields:
                message = "the file holds two runs"
                raise EvidenceError(
                    "E_MALFORMED", message, file=source.name, line=number, hint="keep one run per file"
                )
            if field.group(2) != "NaN":  # what hey divides where no answer came
                fields[field.group(1)] = quantity(field.group(2), field.group(1), source.name, number)
        elif found := _PERCENTILE.match(line):
            percentiles[Decimal(found.group(1))] = 1000 * quantity(
                found.group(2), "a percentile", source.name, number
            )
        elif (count := _COUNT.match(line)) and section == "Status code distribution:":
            codes[int(count.group(1))] += int(count.group(2) or 0)
        elif count and section == "Error distribution:":
            errors += int(count.group(1))
    if not codes:  # without an answer hey prints times of zero
        percentiles.clear()
        fields = {key: value for key, value in fields.items() if key in ("Total", "Requests/sec")}
    failed = errors + sum(times for code, times in codes.items() if code >= _FAILED_FROM)
    times = (1000 * fields[key] if key in fields else None for key in ("Fastest", "Slowest", "Average"))
    row = LoadRow(codes.total() + errors, failed, percentiles, *times)
    summary = proven(
        LoadSummary(row, seconds=fields.get("Total"), rps=fields.get("Requests/sec")), source.name
    )
    return Reading("hey", records=summary, facts={"tool": "hey"}, definitions=_DEFINITIONS)
