"""Trello cards: a board's JSON export, or the answer of ``/boards/…/cards``.

Trello knows no final state: a card is done when it is archived, its due date is marked complete, or it stands
in a list that is called so (``Done``, ``Closed``…).
"""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defect_words import severity_from, type_from
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, maybe_partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (1000,)
_DONE = frozenset(
    ("done", "closed", "resolved", "completed", "complete", "released", "deployed", "won't fix", "erledigt")
)


def read(source: Source, _head: Head) -> Reading:
    """Cards of one board.

    Raises:
        EvidenceError: E_MISSING_FIELD, E_WRONG_TYPE.
    """
    document: Any = decode(source)
    lists: dict[str, str] = {}
    if isinstance(document, dict):
        listed = items(document.get("lists") or [], "lists", source.name)
        lists = {one.identity("id"): one.text("name") for one in listed}
        document = document.get("cards")
    found = items(document, "cards", source.name)
    notices = maybe_partial(len(found), _PAGE_SIZES)
    cards = (_defect(one, lists) for one in found)
    return tracker_reading("trello", cards, tool="Trello", notices=notices)


def _defect(card: Item, lists: dict[str, str]) -> Defect:
    labels, column = card.names("labels", "name"), lists.get(card.text("idList"), "")
    return Defect(
        id=card.identity("shortLink", "id"),
        title=card.text("name"),
        severity=severity_from(labels),
        state=_state(card, column),
        type=type_from(labels),
        url=card.text("shortUrl", "url"),
        labels=labels,
        fields=(("resolution_target", card.text("due")),) if card.text("due") else (),
        updated=card.text("dateLastActivity"),
    )


def _state(card: Item, column: str) -> State:
    if card.get("closed", bool) or card.get("dueComplete", bool):
        return "done"
    return "done" if column.strip().casefold() in _DONE else "open" if column else "unknown"
