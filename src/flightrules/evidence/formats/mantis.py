"""MantisBT issues as ``/api/rest/issues`` returns them; ``resolved`` and ``closed`` are done."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, maybe_partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (50, 100)
_STATES: dict[str, State] = {
    **dict.fromkeys(("new", "feedback", "acknowledged", "confirmed", "assigned"), "open"),
    **dict.fromkeys(("resolved", "closed"), "done"),
}
_PARTS = {"owner": "handler", "component": "category", "fix_version": "target_version"}


def read(source: Source, _head: Head) -> Reading:
    """Issues of one answer; it does not tell whether there are further pages.

    Raises:
        EvidenceError: E_MISSING_FIELD, E_WRONG_TYPE.
    """
    answer = Item(decode(source), "answer", source.name)
    found = items(answer.value.get("issues"), "issues", source.name)
    notices = maybe_partial(len(found), _PAGE_SIZES)
    return tracker_reading("mantis", map(_defect, found), tool="MantisBT", notices=notices)


def _defect(issue: Item) -> Defect:
    parts = ((ours, issue.name_of(theirs, "name")) for ours, theirs in _PARTS.items())
    severity = issue.name_of("severity", "name")
    return Defect(
        id=issue.identity("id"),
        title=issue.text("summary"),
        severity="" if severity == "feature" else severity,
        state=_STATES.get(issue.name_of("status", "name"), "unknown"),
        type="feature" if severity == "feature" else "bug",
        labels=issue.names("tags", "name"),
        fields=tuple((ours, text) for ours, text in parts if text),
        created=issue.text("created_at"),
        updated=issue.text("updated_at"),
    )
