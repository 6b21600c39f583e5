"""Bitbucket Cloud issues; ``next``, ``page`` and ``size`` tell whether the answer is whole."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES: dict[str, State] = {
    "new": "open",
    "open": "open",
    "on hold": "open",
    "submitted": "open",
    "resolved": "done",
    "closed": "done",
    "invalid": "done",
    "duplicate": "done",
    "wontfix": "done",
}


def read(source: Source, _head: Head) -> Reading:
    """Issues of one complete answer."""
    name = source.name
    answer = Item(decode(source), "answer", name)
    found = items(answer.value.get("values"), "values", name)
    if answer.text("next"):
        raise partial(name, "the answer names a next page", len(found))
    if (answer.get("page", int) or 1) > 1:
        raise partial(
            name, f"this is page {answer.get('page', int)}; the pages before it are missing", len(found)
        )
    size = answer.get("size", int)
    if size is not None and size > len(found):
        raise partial(name, f"the query found {size} issues, the page holds {len(found)}", len(found))
    return tracker_reading("bitbucket-issues", map(_defect, found), tool="Bitbucket")


def _defect(issue: Item) -> Defect:
    repository = issue.inner("repository")
    place = repository.text("full_name") if repository is not None else ""
    return Defect(
        id=f"{place}#{issue.identity('id')}",
        title=issue.text("title"),
        severity=issue.text("priority"),
        state=_STATES.get(issue.text("state").casefold(), "unknown"),
        type=issue.text("kind"),
        url=_url(issue),
        fields=_fields(issue),
        created=issue.text("created_on"),
        updated=issue.text("updated_on"),
    )


def _url(issue: Item) -> str:
    links = issue.inner("links")
    return links.name_of("html", "href") if links is not None else ""


def _fields(issue: Item) -> tuple[tuple[str, str], ...]:
    found = (
        ("owner", issue.name_of("assignee", "display_name", "nickname")),
        ("component", issue.name_of("component", "name")),
        ("fix_version", issue.name_of("milestone", "name")),
    )
    return tuple((key, value) for key, value in found if value)
