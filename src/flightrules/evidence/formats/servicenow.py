"""ServiceNow's Table API (``result``) and JSON export (``records``): incidents, problems, defects.

A field is a value, or value and display value. A record that is not active is done; an incident that waits to
be closed is done when it is resolved. The body of an answer does not tell whether there are further pages.
"""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, maybe_partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (10, 20, 50, 100, 1000, 10_000)
_PRIORITIES = {"1": "Critical", "2": "High", "3": "Moderate", "4": "Low", "5": "Planning"}
_DONE = (
    "resolved",
    "closed",
    "cancelled",
    "canceled",
    "closed complete",
    "closed incomplete",
    "closed skipped",
)
_RESOLVED_INCIDENT = ("6", "7", "8")
_TASKS = {"sc_task": "task", "sc_req_item": "service request", "change_request": "change request"}


def read(source: Source, _head: Head) -> Reading:
    """Records of one answer.

    Raises:
        EvidenceError: E_MISSING_FIELD, E_WRONG_TYPE.
    """
    answer = Item(decode(source), "answer", source.name)
    key = "records" if "records" in answer else "result"
    found = items(answer.value.get(key), key, source.name)
    notices = maybe_partial(len(found), _PAGE_SIZES)
    return tracker_reading("servicenow", map(_defect, found), tool="ServiceNow", notices=notices)


def _defect(record: Item) -> Defect:
    kind = _value(record, "sys_class_name")
    return Defect(
        id=_shown(record, "number") or record.identity("sys_id"),
        title=_shown(record, "short_description"),
        severity=_rating(_shown(record, "priority") or _shown(record, "severity")),
        state=_state(record, kind),
        type=_TASKS.get(kind, kind),
        fields=tuple((ours, text) for ours, text in _fields(record) if text),
        created=_value(record, "sys_created_on") or _value(record, "opened_at"),
        updated=_value(record, "sys_updated_on"),
    )


def _state(record: Item, kind: str) -> State:
    active = _value(record, "active").lower()
    if active == "false":
        return "done"
    shown, number = _shown(record, "state").lower(), _value(record, "state")
    if shown in _DONE or (kind == "incident" and number in _RESOLVED_INCIDENT):
        return "done"
    return "open" if active == "true" or kind == "incident" else "unknown"


def _rating(text: str) -> str:
    """``1 - Critical``, or the number alone."""
    number, dash, word = text.partition(" - ")
    return word.strip() if dash else _PRIORITIES.get(number, text)


def _fields(record: Item) -> tuple[tuple[str, str], ...]:
    return (
        ("owner", _shown(record, "assigned_to")),
        ("component", _shown(record, "cmdb_ci") or _shown(record, "category")),
        ("resolution_target", _shown(record, "due_date")),
    )


def _value(record: Item, key: str) -> str:
    return record.name_of(key, "value", "display_value")


def _shown(record: Item, key: str) -> str:
    return record.name_of(key, "display_value", "value")
