"""Defects as a table with declared columns: an id, a severity, a status, and what else is known.

Column names are English and may be in any order and case. A status that is none of the documented words
is refused: it could mean open or done.
"""

from __future__ import annotations

from collections.abc import Iterator

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import table
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

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
    "mitigation": ("mitigation", "workaround"),
    "monitoring": ("monitoring",),
    "owner": ("owner", "assignee", "assigned to"),
    "resolution_target": ("resolution target", "target", "due", "due date"),
}
_MANY = {"component": ("component", "components"), "fix_version": ("fix version", "fix versions")}


def read(source: Source, _head: Head) -> Reading:
    """All rows; only a comma separates cells."""
    return tracker_reading("defect-table", _records(source), tool="CSV")


def _records(source: Source) -> Iterator[Defect]:
    for line, cells in table(source, required=()):
        row = {name.casefold().replace("_", " "): cell.strip() for name, cell in cells.items()}
        yield _defect(row, line, source.name)


def _defect(row: dict[str, str], line: int, name: str) -> Defect:
    identity = _first(row, "id", "key", "issue key", "issue id", "defect id", "bug id")
    if not identity:
        raise EvidenceError("E_MISSING_FIELD", "the row has no id", file=name, line=line)
    return Defect(
        id=identity,
        title=_first(row, "title", "summary"),
        severity=_first(row, "severity", "priority"),
        state=_state(_first(row, "status", "state"), line, name),
        type=_first(row, "type", "issue type"),
        url=_first(row, "url", "link"),
        labels=_parts(_first(row, "labels", "label")),
        fields=_fields(row),
        created=_first(row, "created", "created at"),
        updated=_first(row, "updated", "updated at"),
    )


def _state(word: str, line: int, name: str) -> State:
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


def _first(row: dict[str, str], *columns: str) -> str:
    return next((row[column] for column in columns if row.get(column)), "")


def _parts(text: str) -> tuple[str, ...]:
    return tuple(sorted({part.strip() for part in text.replace(",", ";").split(";")} - {""}))


def _fields(row: dict[str, str]) -> tuple[tuple[str, str], ...]:
    found = [(ours, _first(row, *theirs)) for ours, theirs in _SINGLE.items()]
    found += [(ours, part) for ours, theirs in _MANY.items() for part in _parts(_first(row, *theirs))]
    return tuple(sorted(pair for pair in found if pair[1]))
