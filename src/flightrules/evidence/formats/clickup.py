"""ClickUp tasks as the API lists them; the type of a status tells what is done."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defect_words import severity_from, type_from
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, maybe_partial, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (100,)
_STATES: dict[str, State] = {
    "open": "open",
    "unstarted": "open",
    "custom": "open",
    "done": "done",
    "closed": "done",
}
_LONGEST_STAMP = 15


def read(source: Source, _head: Head) -> Reading:
    """Tasks of one complete answer.

    Raises:
        EvidenceError: E_PARTIAL, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    answer = Item(decode(source), "answer", source.name)
    found = items(answer.value.get("tasks"), "tasks", source.name)
    last = answer.get("last_page", bool)
    if last is False:
        raise partial(source.name, "last_page says that there are further pages", len(found))
    notices = () if last else maybe_partial(len(found), _PAGE_SIZES)
    return tracker_reading("clickup", map(_defect, found), tool="ClickUp", notices=notices)


def _defect(task: Item) -> Defect:
    status, tags = task.inner("status"), task.names("tags", "name")
    return Defect(
        id=task.identity("custom_id", "id"),
        title=task.text("name"),
        severity=severity_from(tags) or task.name_of("priority", "priority"),
        state=_STATES.get(status.text("type"), "unknown") if status is not None else "unknown",
        type=type_from(tags),
        url=task.text("url"),
        labels=tags,
        fields=tuple(("owner", one) for one in task.names("assignees", "username", "email")),
        created=_time(task.text("date_created")),
        updated=_time(task.text("date_updated")),
    )


def _time(text: str) -> str:
    plain = text.isascii() and text.isdigit() and len(text) < _LONGEST_STAMP
    return (rfc3339(int(text)) or "") if plain else ""
