"""hey's ``-o csv``: one row per answered request, times in seconds."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.reading.text import count, table
from flightrules.evidence.records.samples import SAMPLE_DEFINITIONS, Samples
from flightrules.evidence.source import Source

__all__ = ["read"]

_FAILED_FROM = 400


def read(source: Source, _head: Head) -> Reading:
    """Every row as a sample; requests without an answer are not in such a file.

    Raises:
        EvidenceError: E_NO_ROWS, E_MISSING_FIELD, E_NUMBER, E_NEGATIVE and what broken tables give.
    """
    counts: Counter[tuple[str, int | Decimal, bool]] = Counter()
    for line, row in table(source, required=("response-time", "status-code")):
        seconds = quantity(row["response-time"], "response-time", source.name, line)
        code = count(row["status-code"], "status-code", source.name, line)
        counts["", seconds * 1000, 0 < code < _FAILED_FROM] += 1
    notice = Notice(
        "W_NOT_TESTED", "requests that got no answer are not in this file; hey counts them elsewhere"
    )
    return Reading(
        "hey-csv",
        records=Samples.of(counts),
        notices=(notice,),
        facts={"tool": "hey"},
        definitions=SAMPLE_DEFINITIONS,
    )
