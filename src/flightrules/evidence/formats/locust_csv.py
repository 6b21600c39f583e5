"""Locust's ``_stats.csv``: one row per request name and a last row named Aggregated (older: Total).

Quirks: percentile columns vary by version and setting; names may hold quoted commas; the last row has
an empty type; percentiles that could not be computed are ``N/A``.
"""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.reading.text import count, table
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary
from flightrules.evidence.source import Source

__all__ = ["read"]

_PERCENTILE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%\Z")
_TOTALS = ("Aggregated", "Total")
_ALIASES = {
    "request count": "requests",
    "# requests": "requests",
    "failure count": "failed",
    "# failures": "failed",
    "median response time": "50",
    "min response time": "least",
    "max response time": "most",
    "average response time": "mean",
    "requests/s": "rate",
    "name": "name",
}
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.requests": "the sum over the rows; percentiles of the total come from the Aggregated row",
}


def read(source: Source, _head: Head) -> Reading:
    """Rows per name and their total.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_TRUNCATED (the total row is missing), E_MISSING_FIELD, E_NUMBER,
            E_NEGATIVE, E_COUNT_MISMATCH and what broken tables give.
    """
    endpoints: dict[str, LoadRow] = {}
    total: tuple[LoadRow, Decimal | None] | None = None
    for line, cells in table(source):
        row = {_ALIASES.get(key.strip().lower(), key.strip()): value.strip() for key, value in cells.items()}
        _require(row, source)
        name = row["name"]
        kind = cells.get("Type", cells.get("Method", ""))
        read_row = _row(row, line, source)
        if name in _TOTALS and kind.strip() in ("", "None"):
            total = read_row, _number(row.get("rate"), "Requests/s", line, source)
        else:
            endpoints[name] = endpoints[name].merge(read_row) if name in endpoints else read_row
    if total is None:
        message = "the last row, Aggregated or Total, is missing: the file is cut"
        raise EvidenceError("E_TRUNCATED", message, file=source.name, hint="wait until Locust has ended")
    return _reading(endpoints, *total, source)


def _require(row: dict[str, str], source: Source) -> None:
    for key, written in (("name", "Name"), ("requests", "Request Count"), ("failed", "Failure Count")):
        if key not in row:
            raise EvidenceError(
                "E_MISSING_FIELD", f"the column {written} is missing", file=source.name, line=1
            )


def _row(row: dict[str, str], line: int, source: Source) -> LoadRow:
    requests = count(row["requests"], "Request Count", source.name, line)
    failed = count(row["failed"], "Failure Count", source.name, line)
    percentiles: dict[Decimal, Decimal] = {}
    for key, value in row.items():
        found = _PERCENTILE.match(key) or (re.match(r"(50)\Z", key) if "50%" not in row else None)
        number = _number(value, key, line, source) if found else None
        if found and number is not None and requests:
            percentiles[Decimal(found.group(1))] = number
    least, most, mean = (_number(row.get(key), key, line, source) for key in ("least", "most", "mean"))
    return LoadRow(requests, failed, percentiles, least, most, mean)


def _number(text: str | None, what: str, line: int, source: Source) -> Decimal | None:
    if text is None or text in ("N/A", ""):
        return None
    return quantity(text, what, source.name, line)


def _reading(endpoints: dict[str, LoadRow], total: LoadRow, rate: Decimal | None, source: Source) -> Reading:
    requests = sum(row.requests or 0 for row in endpoints.values()) if endpoints else total.requests
    failed = sum(row.failed or 0 for row in endpoints.values()) if endpoints else total.failed
    if not requests:
        raise EvidenceError(
            "E_NO_SAMPLES", "the run made no request", file=source.name, hint="check the locustfile"
        )
    if (failed or 0) > requests:
        raise EvidenceError("E_COUNT_MISMATCH", f"{failed} failed of {requests} requests", file=source.name)
    notices = []
    if (requests, failed) != (total.requests, total.failed):
        message = (
            f"the total row says {total.requests} requests, {total.failed} failed; "
            f"the rows hold {requests} requests, {failed} failed"
        )
        notices.append(Notice("W_COUNT_MISMATCH", message))
    counted = LoadRow(requests, failed, total.percentiles, total.least, total.most, total.mean)
    return Reading(
        "locust-stats-csv",
        records=LoadSummary(counted, endpoints, rps=rate),
        notices=tuple(notices),
        facts={"tool": "Locust"},
        definitions=_DEFINITIONS,
    )
