"""``vegeta report`` as text: columns whose meaning stands in brackets before the values."""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import count, lines
from flightrules.evidence.reading.units import milliseconds
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_LINE = re.compile(r"(Requests|Duration|Latencies|Status Codes)\s+\[([^\]]*)\]\s+(.*)")
_CODE = re.compile(r"([0-9]{1,3}):([0-9]{1,15})")
_PERCENTILE = re.compile(r"(?:p)?([0-9]{1,3}(?:\.[0-9]+)?)(?:th)?\Z")
_DEFINITIONS = {**SUMMARY_DEFINITIONS, "load.failed": "requests without an answer of 2xx or 3xx"}


def read(source: Source, _head: Head) -> Reading:
    """The totals and the printed percentiles.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_TRUNCATED, E_COUNT_MISMATCH, E_NUMBER, E_UNIT.
    """
    name = source.name
    found: dict[str, tuple[list[str], str]] = {}
    for line in lines(source):
        if match := _LINE.match(line):
            found[match.group(1)] = ([one.strip() for one in match.group(2).split(",")], match.group(3))
    if "Requests" not in found or "Status Codes" not in found:
        message = "the lines Requests and Status Codes are not both there: the report is cut"
        raise EvidenceError("E_TRUNCATED", message, file=name)
    requests = count(_column(found["Requests"], "total"), "the total of Requests", name)
    codes = {code: int(times) for code, times in _CODE.findall(found["Status Codes"][1])}
    if sum(codes.values()) != requests:
        message = f"Requests says {requests}, the status codes add up to {sum(codes.values())}"
        raise EvidenceError("E_COUNT_MISMATCH", message, file=name)
    good = sum(times for code, times in codes.items() if re.fullmatch(r"[23][0-9]{2}", code))
    times = dict(zip(*_columns(found["Latencies"]), strict=False)) if "Latencies" in found else {}
    read_times = {key: milliseconds(value, key, name) for key, value in times.items()}
    percentiles = {
        Decimal(match.group(1)): value
        for key, value in read_times.items()
        if (match := _PERCENTILE.match(key))
    }
    seconds = (
        milliseconds(_column(found["Duration"], "total"), "Duration", name) / 1000
        if "Duration" in found
        else None
    )
    row = LoadRow(
        requests, requests - good, percentiles, *(read_times.get(key) for key in ("min", "max", "mean"))
    )
    summary = proven(LoadSummary(row, seconds=seconds), name)
    return Reading("vegeta-text", records=summary, facts={"tool": "vegeta"}, definitions=_DEFINITIONS)


def _columns(line: tuple[list[str], str]) -> tuple[list[str], list[str]]:
    return line[0], [one.strip() for one in line[1].split(",")]


def _column(line: tuple[list[str], str], title: str) -> str:
    titles, values = _columns(line)
    return dict(zip(titles, values, strict=False)).get(title, values[0])
