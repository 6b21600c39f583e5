"""TAPD: the answer of ``/bugs`` (each record wrapped in ``Bug``), stories and tasks alike.

A bug is done when it is closed, verified or rejected; ``resolved`` still waits for verification.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import (
    Item,
    api_error,
    items,
    maybe_partial,
    tracker_reading,
)
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (30, 100, 200)
_KINDS = {"Bug": "bug", "Story": "story", "Task": "task"}
_OPEN = frozenset(
    [
        "new",
        "in_progress",
        "resolved",
        "reopened",
        "assigned",
        "postponed",
        "suspended",
        "unconfirmed",
        "planning",
        "developing",
        "open",
        "progressing",
    ]
)
_DONE = frozenset(["closed", "verified", "rejected", "done"])


def read(source: Source, _head: Head) -> Reading:
    """Records of one answer."""
    name = source.name
    answer = Item(decode(source), "answer", name)
    if answer.required("status", int) != 1:
        raise api_error(name, [answer.text("info") or f"status {answer.text('status')}"])
    found = items(answer.value.get("data"), "data", name)
    notices = maybe_partial(len(found), _PAGE_SIZES)
    return tracker_reading("tapd", map(_defect, found), tool="TAPD", notices=notices)


def _defect(wrapped: Item) -> Defect:
    kind = next((key for key in _KINDS if key in wrapped), None)
    if kind is None:
        raise EvidenceError("E_MISSING_FIELD", f"{wrapped.what} has no Bug, Story or Task", file=wrapped.name)
    item = Item(wrapped.value[kind], f"{wrapped.what}.{kind}", wrapped.name)
    labels = item.text("label").split("|")
    return Defect(
        id=item.identity("id"),
        title=item.text("title", "name"),
        severity=item.text("severity", "priority_label", "priority"),
        state=_state(item.text("status").casefold()),
        type=_KINDS[kind],
        labels=tuple(sorted({label.strip() for label in labels} - {""})),
        fields=_fields(item),
        created=item.text("created"),
        updated=item.text("modified"),
    )


def _state(word: str) -> State:
    return "open" if word in _OPEN else "done" if word in _DONE else "unknown"


def _fields(item: Item) -> tuple[tuple[str, str], ...]:
    found = (
        ("owner", item.text("current_owner", "owner").strip(";")),
        ("component", item.text("module")),
        ("fix_version", item.text("version_fix")),
        ("resolution_target", item.text("deadline", "due")),
    )
    return tuple((key, value) for key, value in found if value)
