"""oha's JSON: times in seconds; requests without an answer stand in ``errorDistribution``."""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_PERCENTILE = re.compile(r"p([0-9]{1,2}(?:\.[0-9]+)?)\Z")
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.requests": "answers by status code plus requests without an answer",
    "load.failed": "answers of 400 and above plus requests without an answer",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals and the printed percentiles.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MISSING_FIELD, E_WRONG_TYPE, E_NEGATIVE.
    """
    name = source.name
    document = require(decode(source), dict, "the document", name)
    summary = require(document.get("summary"), dict, "summary", name)
    codes = {
        code: whole(times, f"status {code[:9]}", name)
        for code, times in require(
            document.get("statusCodeDistribution"), dict, "statusCodeDistribution", name
        ).items()
    }
    errors = require(document.get("errorDistribution") or {}, dict, "errorDistribution", name)
    broken = sum(whole(times, "an error's count", name) for times in errors.values())
    failed = broken + sum(times for code, times in codes.items() if not re.fullmatch(r"[23][0-9]{2}", code))
    percentiles = {
        Decimal(found.group(1)): 1000 * amount(value, key, name)
        for key, value in require(
            document.get("latencyPercentiles") or {}, dict, "latencyPercentiles", name
        ).items()
        if value is not None and (found := _PERCENTILE.match(key))
    }
    least, most, mean, seconds, rate = (
        None if summary.get(key) is None else amount(summary[key], key, name)
        for key in ("fastest", "slowest", "average", "total", "requestsPerSec")
    )
    times = (None if value is None else 1000 * value for value in (least, most, mean))
    row = LoadRow(sum(codes.values()) + broken, failed, percentiles, *times)
    return Reading(
        "oha",
        records=proven(LoadSummary(row, seconds=seconds, rps=rate), name),
        facts={"tool": "oha"},
        definitions=_DEFINITIONS,
    )
