"""YouTrack issues as ``/api/issues`` returns them; done is what carries the time of its resolution."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, maybe_partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (42, 50, 100)
_FIELD_NAMES = {
    "assignee": "owner",
    "subsystem": "component",
    "fix versions": "fix_version",
    "due date": "resolution_target",
}


def read(source: Source, _head: Head) -> Reading:
    """Issues of one answer."""
    found = items(decode(source), "issues", source.name)
    notices = maybe_partial(len(found), _PAGE_SIZES)
    return tracker_reading("youtrack", map(_defect, found), tool="YouTrack", notices=notices)


def _defect(issue: Item) -> Defect:
    values = _custom(issue)
    return Defect(
        id=issue.identity("idReadable", "id"),
        title=issue.text("summary"),
        severity=(values.get("severity") or values.get("priority") or [""])[0],
        state=_state(issue),
        type=(values.get("type") or [""])[0],
        labels=issue.names("tags", "name"),
        fields=_fields(values),
        created=issue.text("created"),
        updated=issue.text("updated"),
    )


def _state(issue: Item) -> State:
    if "resolved" not in issue:
        return "unknown"
    return "open" if issue.get("resolved", int) is None else "done"


def _custom(issue: Item) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in items(issue.value.get("customFields") or [], f"{issue.what}.customFields", issue.name):
        value = one.value.get("value")
        entries = value if isinstance(value, list) else [value]
        texts = [
            Item({"value": entry}, one.what, one.name).name_of("value", "name", "login")
            for entry in entries
            if entry
        ]
        found[one.text("name").casefold()] = [text for text in texts if text]
    return found


def _fields(values: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((ours, text) for theirs, ours in _FIELD_NAMES.items() for text in values.get(theirs, []))
