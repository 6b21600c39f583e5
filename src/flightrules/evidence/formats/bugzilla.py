"""Bugzilla: the answer of ``/rest/bug``. ``is_open`` decides; without it the status does."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, api_error, items, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_OPEN = frozenset(["unconfirmed", "new", "confirmed", "assigned", "in_progress", "reopened"])
_DONE = frozenset(["resolved", "verified", "closed"])
_NOT_RATED = frozenset(["", "--", "---", "n/a"])


def read(source: Source, _head: Head) -> Reading:
    """Bugs of one complete answer."""
    name = source.name
    answer = Item(decode(source), "answer", name)
    if answer.value.get("error") is True:
        raise api_error(name, [answer.text("message")])
    found = items(answer.value.get("bugs"), "bugs", name)
    total = answer.get("total_matches", int)
    if total is not None and total > len(found):
        raise partial(name, f"the query found {total} bugs, the answer holds {len(found)}", len(found))
    return tracker_reading("bugzilla", map(_defect, found), tool="Bugzilla")


def _defect(bug: Item) -> Defect:
    severity = bug.text("severity")
    return Defect(
        id=bug.identity("id"),
        title=bug.text("summary"),
        severity="" if severity.casefold() in _NOT_RATED else severity,
        state=_state(bug),
        type=bug.text("type"),
        labels=bug.names("keywords"),
        fields=_fields(bug),
        created=bug.text("creation_time"),
        updated=bug.text("last_change_time"),
    )


def _state(bug: Item) -> State:
    is_open = bug.get("is_open", bool)
    if is_open is not None:
        return "open" if is_open else "done"
    word = bug.text("status").casefold()
    return "open" if word in _OPEN else "done" if word in _DONE else "unknown"


def _fields(bug: Item) -> tuple[tuple[str, str], ...]:
    component = (
        bug.names("component") if isinstance(bug.value.get("component"), list) else (bug.text("component"),)
    )
    found = [("component", name) for name in component]
    found += [("fix_version", bug.text("target_milestone")), ("owner", bug.text("assigned_to"))]
    return tuple((key, value) for key, value in found if value and value != "---")
