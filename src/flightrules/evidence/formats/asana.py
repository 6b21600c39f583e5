"""Asana tasks as ``/tasks`` and a project's JSON export hold them; ``completed`` decides.

Without ``opt_fields`` a list tells names alone; then it is not known what is done.
"""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defect_words import severity_from, type_from
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, maybe_partial, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (20, 50, 100)


def read(source: Source, _head: Head) -> Reading:
    """Tasks of one complete answer.

    Raises:
        EvidenceError: E_PARTIAL, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    answer = Item(decode(source), "answer", source.name)
    found = items(answer.value.get("data"), "data", source.name)
    if answer.get("next_page", dict):
        raise partial(source.name, "next_page says that there are further tasks", len(found))
    notices = () if "next_page" in answer else maybe_partial(len(found), _PAGE_SIZES)
    return tracker_reading("asana", map(_defect, found), tool="Asana", notices=notices)


def _defect(task: Item) -> Defect:
    values, tags = _custom(task), task.names("tags", "name")
    return Defect(
        id=task.identity("gid"),
        title=task.text("name"),
        severity=values.get("severity") or values.get("priority") or severity_from(tags),
        state=_state(task),
        type=values.get("type") or values.get("issue type") or type_from(tags),
        url=task.text("permalink_url"),
        labels=tags,
        fields=tuple((ours, text) for ours, text in _fields(task) if text),
        created=task.text("created_at"),
        updated=task.text("modified_at"),
    )


def _state(task: Item) -> State:
    completed = task.get("completed", bool)
    return "unknown" if completed is None else "done" if completed else "open"


def _custom(task: Item) -> dict[str, str]:
    what = f"{task.what}.custom_fields"
    fields = items(task.value.get("custom_fields") or [], what, task.name)
    return {one.text("name").casefold(): one.text("display_value") for one in fields}


def _fields(task: Item) -> tuple[tuple[str, str], ...]:
    return (("owner", task.name_of("assignee", "name")), ("resolution_target", task.text("due_on", "due_at")))
