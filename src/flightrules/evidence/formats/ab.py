"""What ApacheBench prints.

Quirk: "Failed requests" leaves out answers of 4xx and 5xx, which stand under "Non-2xx responses"; a
part of the failed ones only had another length than the first answer.
"""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]

_FIELD = re.compile(
    r"(Complete requests|Failed requests|Non-2xx responses|Write errors|Concurrency Level|Requests per second"
    r"|Time taken for tests):\s+([0-9]{1,15}(?:\.[0-9]{1,9})?)"
)
_PARTS = re.compile(
    r"\s+\(Connect: (\d{1,12}), (?:Receive: (\d{1,12}), )?Length: (\d{1,12}), Exceptions: (\d{1,12})\)"
)
_PERCENTILE = re.compile(r"\s+([0-9]{1,3})%\s+([0-9]{1,12})\b")
_TOTAL = re.compile(r"Total:\s+([0-9]+)\s+([0-9]+)\s+[0-9.]+\s+([0-9]+)\s+([0-9]+)")
_DEFINITIONS = {
    **SUMMARY_DEFINITIONS,
    "load.failed": "failed requests that broke, plus write errors, plus the larger of wrong lengths and "
    "answers outside 2xx",
}


def read(source: Source, _head: Head) -> Reading:
    """The totals and the printed percentiles.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_COUNT_MISMATCH.
    """
    fields: dict[str, Decimal] = {}
    percentiles: dict[Decimal, Decimal] = {}
    lengths = 0
    total: re.Match[str] | None = None
    for line in lines(source):
        if found := _FIELD.match(line):
            fields[found.group(1)] = Decimal(found.group(2))
        elif found := _PARTS.match(line):
            lengths = int(found.group(3))
        elif found := _PERCENTILE.match(line):
            percentiles[Decimal(found.group(1))] = Decimal(found.group(2))
        else:
            total = _TOTAL.match(line) or total
    if "Complete requests" not in fields:
        message = "ApacheBench printed no total: the run did not end"
        raise EvidenceError("E_NO_SAMPLES", message, file=source.name, hint="let the run end")
    requests, failed, non_2xx, unwritten = (
        int(fields.get(key, 0))
        for key in ("Complete requests", "Failed requests", "Non-2xx responses", "Write errors")
    )
    bad = failed - min(lengths, failed) + max(min(lengths, failed), non_2xx) + unwritten
    row = LoadRow(
        requests,
        min(bad, requests),
        percentiles,
        *([Decimal(total.group(at)) for at in (1, 4, 2)] if total else []),
    )
    summary = LoadSummary(
        row,
        seconds=fields.get("Time taken for tests"),
        rps=fields.get("Requests per second"),
        users=int(fields["Concurrency Level"]) if "Concurrency Level" in fields else None,
    )
    notices = []
    if non_2xx and failed != bad:
        count = min(bad, requests)
        message = f"Failed requests says {failed}, {non_2xx} answers were not 2xx; {count} count as failed"
        notices.append(Notice("W_CONTRADICTION", message))
    return Reading(
        "ab",
        records=proven(summary, source.name),
        notices=tuple(notices),
        facts={"tool": "ApacheBench"},
        definitions=_DEFINITIONS,
    )
