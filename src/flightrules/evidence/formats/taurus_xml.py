"""Taurus' final statistics as XML: one Group per label, the one without a label is the total."""

from __future__ import annotations

from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.numbers import quantity
from flightrules.evidence.reading.text import count
from flightrules.evidence.reading.xml import Node, tree
from flightrules.evidence.records.load_summary import SUMMARY_DEFINITIONS, LoadRow, LoadSummary, proven
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """The total group and the labelled groups.

    Raises:
        EvidenceError: E_NO_SAMPLES, E_MISSING_FIELD, E_NUMBER, E_NEGATIVE and what broken XML gives.
    """
    root = tree(source)
    groups = {group.get("label"): group for group in root.all("Group")}
    if "" not in groups:
        message = "the total group, the one without a label, is missing"
        raise EvidenceError(
            "E_NO_SAMPLES", message, file=source.name, hint="check that the test ran to its end"
        )
    rows = {label: _row(group, source) for label, group in groups.items()}
    total = rows.pop("")
    duration = root.text_of("TestDuration")
    users = groups[""].find("concurrency")
    summary = LoadSummary(
        total,
        rows,
        seconds=quantity(duration, "TestDuration", source.name, root.line) if duration else None,
        users=count(users.get("value"), "concurrency", source.name, users.line)
        if users is not None
        else None,
    )
    return Reading(
        "taurus-xml",
        records=proven(summary, source.name),
        facts={"tool": "Taurus"},
        definitions=SUMMARY_DEFINITIONS,
    )


def _row(group: Node, source: Source) -> LoadRow:
    good, failed = (_count(group, tag, source) for tag in ("succ", "fail"))
    times: dict[Decimal, Decimal] = {}
    for node in group.all("perc"):
        percentile = quantity(node.get("param"), "a percentile", source.name, node.line)
        times[percentile.normalize() + 0] = 1000 * quantity(
            node.get("value"), "a time", source.name, node.line
        )
    least = times.pop(Decimal(0), None)
    average = group.find("avg_rt")
    mean = (
        1000 * quantity(average.get("value"), "avg_rt", source.name, average.line)
        if average is not None
        else None
    )
    return LoadRow(good + failed, failed, times, least, times.get(Decimal(100)), mean)


def _count(group: Node, tag: str, source: Source) -> int:
    node = group.find(tag)
    if node is None:
        message = f"the group {group.get('label')[:60]!r} has no {tag}"
        raise EvidenceError("E_MISSING_FIELD", message, file=source.name, line=group.line)
    return count(node.get("value"), tag, source.name, node.line)
