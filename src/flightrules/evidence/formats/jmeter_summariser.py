"""JMeter's log with the summariser's lines: ``summary = 1257 in 217s = 7.8/s Avg: 333 ...``.

The last ``=`` line of each name is the total so far; ``+`` lines are the parts in between.
"""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary
from flightrules.evidence.source import Source

__all__ = ["read"]

_LINE = re.compile(
    r"(?:[Ss]ummariser:?\s+)?(?P<name>[^:=+]*?)\s*(?P<mark>[=+])\s*(?P<count>[0-9]{1,15})\s+in\s+(?P<span>[0-9:.]{1,20})s?\s*="
    r"\s*(?P<rate>[0-9.,]{1,20})/s\s+Avg:\s*(?P<mean>[0-9]{1,15})\s+Min:\s*(?P<least>[0-9]{1,15})\s+Max:\s*(?P<most>[0-9]{1,15})"
    r"\s+Err:\s*(?P<failed>[0-9]{1,15})(?:.*?Active:\s*(?P<active>[0-9]{1,9}))?"
)
_ANY = re.compile(r"[=+]\s*[0-9]+\s+in\s+[0-9:.]+s?\s*=")


def read(source: Source, _head: Head) -> Reading:
    """The summariser's totals; it prints no percentile.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_PARTIAL, E_COUNT_MISMATCH.
    """
    totals: dict[str, re.Match[str]] = {}
    parts = users = 0
    for line in lines(source):
        found = _LINE.search(line[:2000]) if _ANY.search(line[:2000]) else None
        if found is None:
            continue
        users = max(users, int(found["active"] or 0))
        if found["mark"] == "=":
            totals[_name(found["name"])] = found
        else:
            parts += int(found["count"])
    if not totals:
        message = "the log has no summary line with a total"
        raise EvidenceError(
            "E_NO_SAMPLES", message, file=source.name, hint="check that the test ran to its end"
        )
    summary = _summary(totals, users, source)
    notices = []
    if parts and parts != summary.total.requests:
        message = f"the total says {summary.total.requests} requests, the lines in between add up to {parts}"
        notices.append(Notice("W_COUNT_MISMATCH", message))
    return Reading(
        "jmeter-summariser",
        records=summary,
        notices=tuple(notices),
        facts={"tool": "JMeter"},
        definitions=SUMMARY_DEFINITIONS,
    )


def _name(text: str) -> str:
    return text.rpartition(" - ")[2].strip() or "summary"


def _summary(totals: dict[str, re.Match[str]], users: int, source: Source) -> LoadSummary:
    joined: LoadRow | None = None
    seconds = Decimal(0)
    for found in totals.values():
        requests, failed = int(found["count"]), int(found["failed"])
        if failed > requests:
            raise EvidenceError(
                "E_COUNT_MISMATCH", f"{failed} failed of {requests} requests", file=source.name
            )
        times = (Decimal(found[key]) for key in ("least", "most", "mean"))
        row = LoadRow(requests, failed, {}, *times)
        joined = row if joined is None else joined.merge(row)
        seconds = max(seconds, _seconds(found["span"]))
    total = joined or LoadRow()
    if not total.requests:
        raise EvidenceError("E_NO_SAMPLES", "the run made no request", file=source.name)
    rate = next(iter(totals.values()))["rate"].replace(",", ".") if len(totals) == 1 else ""
    rps = Decimal(rate) if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", rate) else None
    return LoadSummary(total, {}, seconds, rps, users or None)


def _seconds(text: str) -> Decimal:
    """``217`` or ``00:03:37``, in seconds."""
    seconds = Decimal(0)
    for part in text.split(":"):
        seconds = seconds * 60 + (Decimal(part) if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", part) else 0)
    return seconds
