"""GitLab issues: the REST list (as curl or ``glab`` write it) and GraphQL."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defect_words import severity_from, type_from
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import (
    Item,
    api_error,
    items,
    maybe_partial,
    on_last_page,
    partial,
    tracker_reading,
)
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (20, 50, 100)
_STATES: dict[str, State] = {"opened": "open", "reopened": "open", "open": "open", "closed": "done"}


def read(source: Source, _head: Head) -> Reading:
    """Issues of one complete answer."""
    document = decode(source)
    name = source.name
    notices: tuple[Notice, ...] = ()
    if isinstance(document, list):
        found = items(_joined(document), "issues", name)
        notices = maybe_partial(on_last_page(document), _PAGE_SIZES)
    else:
        found = _graphql(Item(document, "answer", name), name)
    return tracker_reading("gitlab-issues", map(_defect, found), tool="GitLab", notices=notices)


def _joined(document: list[Any]) -> list[Any]:
    if document and all(isinstance(page, list) for page in document):
        return [one for page in document for one in page]
    return document


def _graphql(answer: Item, name: str) -> list[Item]:
    errors = answer.get("errors", list)
    if errors:
        raise api_error(name, [one.get("message") if isinstance(one, dict) else one for one in errors])
    data = Item(answer.value.get("data"), "data", name)
    owner = data.inner("project") or data.inner("group") or data
    issues = Item(owner.value.get("issues"), "issues", name)
    page, total = issues.inner("pageInfo"), issues.get("count", int)
    found = items(issues.value.get("nodes"), "nodes", name)
    if page is not None and page.get("hasNextPage", bool):
        raise partial(name, "pageInfo says that there are further pages", len(found))
    if total is not None and total > len(found):
        raise partial(name, f"the query found {total} issues, the page holds {len(found)}", len(found))
    if page is None and total is None:
        raise partial(name, "the answer has neither pageInfo nor count, so it cannot be known to be complete")
    return found


def _defect(issue: Item) -> Defect:
    labels = issue.names("labels", "name", "title")
    return Defect(
        id=_identity(issue),
        title=issue.text("title"),
        severity=severity_from(labels) or _own_severity(issue),
        state=_STATES.get(issue.text("state").casefold(), "unknown"),
        type=type_from(labels) or _own_type(issue),
        url=issue.text("web_url", "webUrl"),
        labels=labels,
        fields=_fields(issue),
        created=issue.text("created_at", "createdAt"),
        updated=issue.text("updated_at", "updatedAt"),
    )


def _identity(issue: Item) -> str:
    """``group/project#12`` where the record says it, else project id and number."""
    references = issue.inner("references")
    full = references.text("full") if references is not None else issue.text("reference")
    if full:
        return full
    return f"{issue.text('project_id', 'projectId')}#{issue.identity('iid')}"


def _own_severity(issue: Item) -> str:
    """The severity field; GitLab fills it with UNKNOWN where nobody set it."""
    word = issue.text("severity")
    return "" if word.casefold() == "unknown" else word


def _own_type(issue: Item) -> str:
    """``incident``, ``task``, ``test_case``; plain ``issue`` says nothing."""
    word = issue.text("issue_type", "type").casefold()
    return "" if word == "issue" else word


def _fields(issue: Item) -> tuple[tuple[str, str], ...]:
    owners = issue.names("assignees", "username", "name")
    found = [("owner", owner) for owner in owners]
    milestone = issue.inner("milestone")
    if milestone is not None:
        found.append(("fix_version", milestone.text("title")))
    found.append(("resolution_target", issue.text("due_date", "dueDate")))
    return tuple((key, value) for key, value in found if value)
