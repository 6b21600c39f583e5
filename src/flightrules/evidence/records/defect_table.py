"""Rows of a table of defects, made into records; a status that could mean either is refused."""

from __future__ import annotations

from collections.abc import Mapping

from flightrules.errors import EvidenceError
from flightrules.evidence.records.defect_words import severity_from, type_from
from flightrules.evidence.records.defects import Defect, State

__all__ = ["defect_of", "state_of"]

_OPEN = (
    "open",
    "new",
    "to do",
    "todo",
    "backlog",
    "in progress",
    "active",
    "assigned",
    "reopened",
    "blocked",
    "in review",
    "on hold",
    "unstarted",
    "started",
    "doing",
    "pending",
    "waiting",
    "triage",
    "feedback",
    "confirmed",
    "unconfirmed",
    "unresolved",
    "opened",
    "selected for development",
    "code review",
    "testing",
    "in testing",
)
_DONE = (
    "done",
    "closed",
    "resolved",
    "verified",
    "completed",
    "rejected",
    "cancelled",
    "canceled",
    "duplicate",
    "invalid",
    "won't fix",
    "wontfix",
)
_SINGLE = {
    "affected_users": ("affected users",),
    "business_impact": ("business impact", "impact"),
    "found_in": ("found in",),
    "mitigation": ("mitigation", "workaround"),
    "monitoring": ("monitoring",),
    "owner": ("owner", "assignee", "assigned to"),
    "resolution_target": ("resolution target", "target", "due", "due date"),
}
_MANY = {"component": ("component", "components"), "fix_version": ("fix version", "fix versions")}


def defect_of(cells: Mapping[str, str], line: int, name: str) -> Defect:
    """One row; columns are found by name, whatever their case and order.

    Raises:
        EvidenceError: E_MISSING_FIELD without an id, E_ENUM for a status that is not documented.
    """
    row = {column.casefold().replace("_", " "): cell.strip() for column, cell in cells.items()}
    identity = _first(row, "id", "key", "issue key", "issue id", "defect id", "bug id", "#")
    if not identity:
        raise EvidenceError("E_MISSING_FIELD", "the row has no id", file=name, line=line)
    labels = _parts(_first(row, "labels", "label", "tags"))
    return Defect(
        id=identity,
        title=_first(row, "title", "summary", "subject"),
        severity=_first(row, "severity", "priority") or severity_from(labels),
        state=state_of(_first(row, "status", "state"), line, name),
        type=_first(row, "type", "issue type", "work item type", "tracker") or type_from(labels),
        url=_first(row, "url", "link"),
        labels=labels,
        fields=_fields(row),
        created=_first(row, "created", "created at", "created at (utc)"),
        updated=_first(row, "updated", "updated at", "updated at (utc)"),
    )


def state_of(word: str, line: int, name: str) -> State:
    """Open or done by the documented words.

    Raises:
        EvidenceError: E_ENUM.
    """
    plain = word.casefold().replace("_", " ").replace("-", " ").replace("\u2019", "'")
    if plain in _OPEN:
        return "open"
    if plain in _DONE:
        return "done"
    raise EvidenceError(
        "E_ENUM",
        f"the status {word[:40]!r} is neither open ({', '.join(_OPEN)}) nor done ({', '.join(_DONE)})",
        file=name,
        line=line,
        hint="map it to open or done in the export",
    )


def _first(row: Mapping[str, str], *columns: str) -> str:
    return next((row[column] for column in columns if row.get(column)), "")


def _parts(text: str) -> tuple[str, ...]:
    return tuple(sorted({part.strip() for part in text.replace(",", ";").split(";")} - {""}))


def _fields(row: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found = [(ours, _first(row, *theirs)) for ours, theirs in _SINGLE.items()]
    found += [(ours, part) for ours, theirs in _MANY.items() for part in _parts(_first(row, *theirs))]
    return tuple(sorted(pair for pair in found if pair[1]))
