"""Redmine issues as ``/issues.json`` returns them; ``status.is_closed`` decides, told since Redmine 5.0.

Without it an issue that was never closed is open; one that was closed once may have been opened again.
"""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Issues of one complete answer.

    Raises:
        EvidenceError: E_PARTIAL where the answer says that there are more, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    name = source.name
    answer = Item(decode(source), "answer", name)
    found = items(answer.value.get("issues"), "issues", name)
    total = answer.get("total_count", int)
    if total is not None and total > len(found):
        raise partial(name, f"the query found {total} issues, the answer holds {len(found)}", len(found))
    return tracker_reading("redmine", map(_defect, found), tool="Redmine")


def _defect(issue: Item) -> Defect:
    return Defect(
        id=issue.identity("id"),
        title=issue.text("subject"),
        severity=issue.name_of("priority", "name"),
        state=_state(issue),
        type=issue.name_of("tracker", "name"),
        fields=tuple((key, value) for key, value in _fields(issue) if value),
        created=issue.text("created_on"),
        updated=issue.text("updated_on"),
    )


def _state(issue: Item) -> State:
    status = issue.inner("status")
    closed = status.get("is_closed", bool) if status is not None else None
    if closed is not None:
        return "done" if closed else "open"
    return "open" if "closed_on" in issue and not issue.text("closed_on") else "unknown"


def _fields(issue: Item) -> tuple[tuple[str, str], ...]:
    return (
        ("owner", issue.name_of("assigned_to", "name")),
        ("component", issue.name_of("category", "name")),
        ("fix_version", issue.name_of("fixed_version", "name")),
        ("resolution_target", issue.text("due_date")),
    )
