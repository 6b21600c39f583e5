"""What wrk and wrk2 print. Answers outside 2xx and 3xx and socket errors stand in lines of their own."""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.reading.text import lines
from flightrules.evidence.reading.units import milliseconds
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_TOTAL = re.compile(r"\s*([0-9]{1,15}) requests in ([0-9.]+[a-zµ]+),")
_LATENCY = re.compile(r"\s*Latency\s+(\S+)\s+(\S+)\s+(\S+)\s")
_PERCENTILE = re.compile(r"\s*([0-9]{1,3}(?:\.[0-9]{1,6})?)%\s+(\S+)\s*\Z")
_CONNECTIONS = re.compile(r"\s*[0-9]+ threads? and ([0-9]{1,9}) connections?")
_NON_2XX = re.compile(r"\s*Non-2xx or 3xx responses:\s*([0-9]{1,15})")
_SOCKET = re.compile(r"\s*Socket errors:\s*(.*)")
_RATE = re.compile(r"\s*Requests/sec:\s*(\S+)")
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.failed": "answers outside 2xx and 3xx, and all socket errors, time-outs included",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals and whatever percentiles were printed.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_NUMBER, E_UNIT, E_NEGATIVE, E_NONFINITE.
    """
    found: dict[str, re.Match[str]] = {}
    percentiles: dict[Decimal, Decimal] = {}
    patterns = {
        "total": _TOTAL, "latency": _LATENCY, "users": _CONNECTIONS,
        "bad": _NON_2XX, "socket": _SOCKET, "rate": _RATE,
    }  # fmt: skip
    for number, line in enumerate(lines(source), 1):
        for key, pattern in patterns.items():
            if (match := pattern.match(line)) and key not in found:
                found[key] = match
        if match := _PERCENTILE.match(line):
            value = milliseconds(match.group(2), "a percentile", source.name, number)
            percentiles.setdefault(Decimal(match.group(1)), value)
    if "total" not in found:
        message = "wrk printed no total: the run did not end"
        raise EvidenceError("E_NO_SAMPLES", message, file=source.name, hint="let the run end")
    summary = proven(_summary(found, percentiles, source), source.name)
    return Reading("wrk", records=summary, facts={"tool": "wrk"}, definitions=_DEFINITIONS)


def _summary(
    found: dict[str, re.Match[str]], percentiles: dict[Decimal, Decimal], source: Source
) -> LoadSummary:
    sockets = (
        [int(one) for one in re.findall(r"[0-9]{1,15}", found["socket"].group(1))]
        if "socket" in found
        else []
    )
    failed = sum(sockets) + (int(found["bad"].group(1)) if "bad" in found else 0)
    requests = int(found["total"].group(1))
    mean = most = None
    if "latency" in found:
        mean = milliseconds(found["latency"].group(1), "Latency", source.name)
        most = milliseconds(found["latency"].group(3), "Latency", source.name)
    # requests without an answer are in the socket errors only
    row = LoadRow(max(requests, failed) if sockets else requests, failed, percentiles, None, most, mean)
    return LoadSummary(
        row,
        seconds=milliseconds(found["total"].group(2), "the run's length", source.name) / 1000,
        rps=quantity(found["rate"].group(1), "Requests/sec", source.name) if "rate" in found else None,
        users=int(found["users"].group(1)) if "users" in found else None,
    )
