"""ZenTao: the answer of ``/products/N/bugs``. A bug is done when it is closed; ``resolved`` waits for QA."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES: dict[str, State] = {"active": "open", "resolved": "open", "closed": "done"}


def read(source: Source, _head: Head) -> Reading:
    """Bugs of one complete answer; bugs in the bin are left out."""
    name = source.name
    answer = Item(decode(source), "answer", name)
    found = items(answer.value.get("bugs"), "bugs", name)
    total = answer.get("total", int)
    if (answer.get("page", int) or 1) > 1 or (total is not None and total > len(found)):
        raise partial(name, f"the query found {total} bugs, the page holds {len(found)}", len(found))
    bugs = [one for one in found if not one.value.get("deleted")]
    return tracker_reading("zentao", map(_defect, bugs), tool="ZenTao")


def _defect(bug: Item) -> Defect:
    keywords = bug.text("keywords").replace("\uff0c", ",").split(",")
    return Defect(
        id=bug.identity("id"),
        title=bug.text("title"),
        severity=bug.text("severity"),
        state=_state(bug),
        type="bug",
        labels=tuple(sorted({word.strip() for word in keywords} - {""})),
        fields=_fields(bug),
        created=bug.text("openedDate"),
        updated=bug.text("lastEditedDate"),
    )


def _state(bug: Item) -> State:
    return _STATES.get(bug.name_of("status", "code").casefold(), "unknown")


def _fields(bug: Item) -> tuple[tuple[str, str], ...]:
    found = (
        ("owner", bug.name_of("assignedTo", "realname", "account")),
        ("component", bug.text("module")),
        ("resolution_target", bug.text("deadline")),
    )
    return tuple((key, value) for key, value in found if value and value != "0")
