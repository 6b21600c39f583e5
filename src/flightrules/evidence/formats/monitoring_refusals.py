"""Answers of monitoring systems without series: refused by name, with the query that gives a number.

An empty list of alerts is no health: it does not tell that any rule was loaded.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.records.monitoring_answers import other_answer
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, head: Head) -> Reading:
    """Always raises E_UNRECOGNISED with what to ask instead."""
    what, instead = other_answer(head) or ("an answer of a monitoring system", "keep the answer of a query")
    raise EvidenceError(
        "E_UNRECOGNISED",
        f"this is {what}, not the answer to a query of metrics",
        file=source.name,
        line=1,
        column=1,
        hint=instead,
    )
