"""Zendesk tickets as ``/tickets`` and ``/search`` return them; solved and closed ones are done."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defect_words import severity_from
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES: dict[str, State] = {
    **dict.fromkeys(("new", "open", "pending", "hold"), "open"),
    **dict.fromkeys(("solved", "closed", "deleted"), "done"),
}


def read(source: Source, _head: Head) -> Reading:
    """Tickets of one complete answer.

    Raises:
        EvidenceError: E_PARTIAL, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    answer = Item(decode(source), "answer", source.name)
    key = "results" if "results" in answer else "tickets"
    found = items(answer.value.get(key), key, source.name)
    pages, total = answer.inner("meta"), answer.get("count", int)
    more = answer.text("next_page") or (pages is not None and pages.get("has_more", bool))
    if more or (total is not None and total > len(found)):
        raise partial(source.name, "the answer says that there are further tickets", len(found))
    return tracker_reading("zendesk", map(_defect, found), tool="Zendesk")


def _defect(ticket: Item) -> Defect:
    tags = ticket.names("tags")
    return Defect(
        id=ticket.identity("id"),
        title=ticket.text("subject"),
        severity=ticket.text("priority") or severity_from(tags),
        state=_STATES.get(ticket.text("status"), "unknown"),
        type=ticket.text("type"),
        url=ticket.text("url"),
        labels=tags,
        fields=(("owner", ticket.text("assignee_id")),) if ticket.text("assignee_id") else (),
        created=ticket.text("created_at"),
        updated=ticket.text("updated_at"),
    )
