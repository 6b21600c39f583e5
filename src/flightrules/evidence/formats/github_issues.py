"""GitHub issues: REST list and search, GraphQL, ``gh issue list --json``, and a recorded exchange of these.

Pull requests stand in the REST lists too; they are not issues and are passed over.
"""

from __future__ import annotations

import re
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json import decode, require
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

_PAGE_SIZES = (30, 50, 100, 200, 500, 1000)  # gh lists 30, or as many as --limit says
_ISSUES = re.compile(r"(?:/repos/[^/]+/[^/]+|/search|/orgs/[^/]+|/user)?/issues(?:\?|\Z)")
_REST = "https://api.github.com/repos/"


def read(source: Source, _head: Head) -> Reading:
    """Issues of one complete answer; an empty search is evidence of none."""
    document = _recorded(decode(source), source.name)
    name = source.name
    notices: tuple[Notice, ...] = ()
    if isinstance(document, list):
        found = _joined(document, name)
        notices = maybe_partial(on_last_page(document), _PAGE_SIZES)
    elif "data" in document:
        found = _graphql(document, name)
    else:
        found = _search(Item(document, "answer", name), name)
    issues = [one for one in found if not _is_pull_request(one)]
    if len(issues) < len(found):
        passed = f"{len(found) - len(issues)} of {len(found)} records are pull requests and were passed over"
        notices = (*notices, Notice("W_NOT_DEFECTS", passed))
    return tracker_reading("github-issues", map(_defect, issues), tool="GitHub", notices=notices)


def _recorded(document: Any, name: str) -> Any:
    """The one accepted answer about issues in a recording of exchanges; any other document as it is."""
    first = document[0] if isinstance(document, list) and document else None
    if not isinstance(first, dict) or "response" not in first:
        return document
    answers = [one for one in items(document, "exchanges", name) if _ISSUES.match(one.text("path"))]
    if len(answers) != 1:
        raise EvidenceError(
            "E_UNRECOGNISED",
            f"a recording of API exchanges with {len(answers)} answers about issues; one is needed",
            file=name,
            line=1,
            column=1,
            hint="hand over the answer of the search itself",
        )
    if answers[0].text("status") != "200":
        raise api_error(name, [f"status {answers[0].text('status')}"])
    return require(answers[0].value["response"], (dict, list), "response", name)


def _joined(document: list[Any], name: str) -> list[Item]:
    """A list of issues, or of pages as ``gh api --paginate --slurp`` writes them."""
    if document and all(isinstance(page, list) for page in document):
        return items([one for page in document for one in page], "issues", name)
    return items(document, "issues", name)


def _search(answer: Item, name: str) -> list[Item]:
    if answer.required("incomplete_results", bool):
        raise partial(name, "the search timed out: incomplete_results is true")
    found = items(answer.value.get("items"), "items", name)
    total = answer.required("total_count", int)
    if total > len(found):
        raise partial(name, f"the search found {total} issues, the page holds {len(found)}", len(found))
    return found


def _graphql(document: dict[str, Any], name: str) -> list[Item]:
    answer = Item(document, "answer", name)
    errors = answer.get("errors", list)
    if errors:
        raise api_error(name, [one.get("message") if isinstance(one, dict) else one for one in errors])
    connection = _connection(Item(answer.required("data", dict), "data", name))
    page = connection.inner("pageInfo")
    total = (
        connection.get("totalCount", int) if "totalCount" in connection else connection.get("issueCount", int)
    )
    if page is not None and (page.get("hasNextPage", bool) or page.get("hasPreviousPage", bool)):
        raise partial(name, "pageInfo says that there are further pages")
    found = _nodes(connection, name)
    if total is not None and total > len(found):
        raise partial(name, f"the query found {total} issues, the page holds {len(found)}", len(found))
    if page is None and total is None:
        raise partial(
            name, "the answer has neither pageInfo nor totalCount, so it cannot be known to be complete"
        )
    return found


def _connection(data: Item) -> Item:
    owner = next((data.inner(key) for key in ("repository", "organization", "user") if key in data), None)
    found = data.inner("search") if owner is None else owner.inner("issues")
    return found if found is not None else Item(None, "data.repository.issues", data.name)


def _nodes(connection: Item, name: str) -> list[Item]:
    if "nodes" in connection:
        return items(connection.value["nodes"], "nodes", name)
    edges = items(connection.value.get("edges"), "edges", name)
    return [Item(edge.value.get("node"), "edges[].node", name) for edge in edges]


def _is_pull_request(issue: Item) -> bool:
    by_type = issue.value.get("__typename") == "PullRequest"
    return by_type or issue.value.get("pull_request") is not None or "/pull/" in issue.text("html_url", "url")


def _defect(issue: Item) -> Defect:
    labels = issue.names("labels", "name")
    return Defect(
        id=_identity(issue),
        title=issue.text("title"),
        severity=severity_from(labels),
        state=_state(issue),
        type=issue.name_of("type", "name") or issue.name_of("issueType", "name") or type_from(labels),
        url=issue.text("html_url", "url"),
        labels=labels,
        fields=_fields(issue),
        created=issue.text("created_at", "createdAt"),
        updated=issue.text("updated_at", "updatedAt"),
    )


def _identity(issue: Item) -> str:
    """``owner/repository#12``; the bare number where no address tells the repository."""
    number = issue.identity("number")
    place = issue.text("repository_url").removeprefix(_REST)
    if not place:
        address = issue.text("html_url", "url")
        place = "/".join(address.split("/")[3:5]) if "/issues/" in address else ""
    return f"{place}#{number}"


def _state(issue: Item) -> State:
    state = issue.text("state").casefold()
    return "open" if state == "open" else "done" if state == "closed" else "unknown"


def _fields(issue: Item) -> tuple[tuple[str, str], ...]:
    owners = issue.names("assignees", "login") or (
        (issue.name_of("assignee", "login"),) if "assignee" in issue else ()
    )
    milestone = issue.inner("milestone")
    found = [("owner", owner) for owner in owners if owner]
    if milestone is not None:
        found.append(("fix_version", milestone.text("title")))
        found.append(("resolution_target", milestone.text("due_on", "dueOn")))
    return tuple((key, value) for key, value in found if value)
