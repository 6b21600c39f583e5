"""Azure DevOps builds: pipeline runs, counted by result. They are no defects and never count as such."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Measurement, Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.tracker_answers import Item, items, partial
from flightrules.evidence.source import Source

__all__ = ["read"]

_OUTCOMES = ("succeeded", "failed", "cancelled", "unfinished")
_RESULTS = {
    "succeeded": "succeeded",
    "failed": "failed",
    "partiallysucceeded": "failed",
    "canceled": "cancelled",
}


def read(source: Source, _head: Head) -> Reading:
    """Counts of runs by result; what only partly succeeded counts as failed."""
    name = source.name
    answer = Item(decode(source), "answer", name)
    found = items(answer.value.get("value"), "value", name)
    count = answer.get("count", int)
    if count is not None and count > len(found):
        raise partial(name, f"the answer announces {count} builds and holds {len(found)}")
    if not found:
        raise EvidenceError("E_NO_DATA", "the answer holds no build", file=name, hint="check the query")
    counts = Counter(_outcome(one) for one in found)
    total = Measurement("builds.total", Decimal(len(found)))
    by_outcome = (Measurement(f"builds.{one}", Decimal(counts[one])) for one in _OUTCOMES)
    return Reading("azure-devops-builds", extra=(total, *by_outcome), facts={"tool": "Azure DevOps"})


def _outcome(build: Item) -> str:
    if build.text("status").casefold() != "completed":
        return "unfinished"
    return _RESULTS.get(build.text("result").casefold(), "failed")
