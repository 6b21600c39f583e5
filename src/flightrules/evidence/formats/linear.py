"""Linear issues as its GraphQL API returns them; ``state.type`` is the category, the name is free text."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defect_words import type_from
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, api_error, items, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES: dict[str, State] = {
    "triage": "open",
    "backlog": "open",
    "unstarted": "open",
    "started": "open",
    "completed": "done",
    "canceled": "done",
}
_PRIORITIES = {"1": "Urgent", "2": "High", "3": "Medium", "4": "Low"}


def read(source: Source, _head: Head) -> Reading:
    """Issues of one complete answer."""
    name = source.name
    answer = Item(decode(source), "answer", name)
    errors = answer.get("errors", list)
    if errors:
        raise api_error(name, [one.get("message") if isinstance(one, dict) else one for one in errors])
    issues = Item(Item(answer.value.get("data"), "data", name).value.get("issues"), "data.issues", name)
    page = issues.inner("pageInfo")
    if page is None:
        raise partial(name, "the answer has no pageInfo, so it cannot be known to be complete")
    if page.required("hasNextPage", bool):
        raise partial(name, "pageInfo says that there are further pages")
    return tracker_reading(
        "linear", map(_defect, items(issues.value.get("nodes"), "nodes", name)), tool="Linear"
    )


def _defect(issue: Item) -> Defect:
    state = issue.inner("state")
    labels = issue.names("labels", "name")
    return Defect(
        id=issue.identity("identifier", "id"),
        title=issue.text("title"),
        severity=issue.text("priorityLabel") or _PRIORITIES.get(issue.text("priority"), ""),
        state=_STATES.get(state.text("type"), "unknown") if state is not None else "unknown",
        type=type_from(labels),
        url=issue.text("url"),
        labels=labels,
        fields=_fields(issue),
        created=issue.text("createdAt"),
        updated=issue.text("updatedAt"),
    )


def _fields(issue: Item) -> tuple[tuple[str, str], ...]:
    found = (
        ("owner", issue.name_of("assignee", "name", "displayName", "email")),
        ("component", issue.name_of("team", "key", "name")),
        ("resolution_target", issue.text("dueDate")),
    )
    return tuple((key, value) for key, value in found if value)
