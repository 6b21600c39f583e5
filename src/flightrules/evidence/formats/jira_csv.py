"""Jira's CSV export, whose columns repeat (``Labels``, ``Component/s``) and whose words are translated.

The state comes from ``Status Category``; where that column is absent an empty ``Resolution`` means open.
The export holds no total and ends at a limit of the server, of which a round number of rows is the sign.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.defects import Defect, DefectList, State
from flightrules.evidence.records.jira import custom_meaning, jira_reading
from flightrules.evidence.records.tracker_answers import maybe_partial
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGE_SIZES = (1000, 2000, 5000)
_CATEGORIES: dict[str, State] = {
    "to do": "open",
    "new": "open",
    "in progress": "open",
    "indeterminate": "open",
    "done": "done",
    "complete": "done",
    "zu erledigen": "open",
    "in arbeit": "open",
    "fertig": "done",
    "erledigt": "done",
}
_UNRESOLVED = frozenset({"", "unresolved"})
_CUSTOM = "custom field ("
Row = dict[str, list[str]]


def read(source: Source, _head: Head) -> Reading:
    """All rows."""
    found, rows = DefectList(), 0
    for line, row in _rows(source):
        rows += 1
        found.add(_defect(row, line, source.name))
    if not rows:
        raise EvidenceError("E_NO_ROWS", "the table has no rows", file=source.name, hint="check the export")
    return jira_reading("jira-csv", found, maybe_partial(rows, _PAGE_SIZES))


def _rows(source: Source) -> Iterator[tuple[int, Row]]:
    reader = csv.reader((line + "\n" for line in lines(source)), strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            if not header:
                header = [cell.strip().casefold() for cell in cells]
            elif cells:
                yield reader.line_num, _row(header, cells, reader.line_num, source.name)
    except csv.Error as error:
        raise _refusal(str(error), reader.line_num, source.name) from None


def _refusal(reason: str, line: int, name: str) -> EvidenceError:
    if "end of data" in reason:
        return EvidenceError("E_UNTERMINATED_QUOTE", "a quoted cell never ends", file=name, line=line)
    if "field larger" in reason:
        return EvidenceError("E_FIELD_TOO_LONG", "a cell is too long", file=name, line=line)
    return EvidenceError("E_MALFORMED", f"not a valid table: {reason}", file=name, line=line)


def _row(header: list[str], cells: list[str], line: int, name: str) -> Row:
    if len(cells) != len(header):
        raise EvidenceError(
            "E_ROW_WIDTH", f"the row has {len(cells)} of {len(header)} cells", file=name, line=line
        )
    row: Row = {}
    for column, cell in zip(header, cells, strict=True):
        if cell.strip():
            row.setdefault(column, []).append(cell.strip())
    return row


def _defect(row: Row, line: int, name: str) -> Defect:
    key = _one(row, "issue key")
    if not key:
        raise EvidenceError("E_MISSING_FIELD", "the row has no issue key", file=name, line=line)
    custom = _custom(row)
    return Defect(
        id=key,
        title=_one(row, "summary"),
        severity=custom.pop("severity", "") or _one(row, "priority"),
        state=_state(row),
        type=_one(row, "issue type"),
        labels=tuple(sorted(set(row.get("labels", ())))),
        fields=_fields(row, custom),
        updated="",
    )


def _state(row: Row) -> State:
    category = _one(row, "status category").casefold()
    if category:
        return _CATEGORIES.get(category, "unknown")
    return "open" if _one(row, "resolution").casefold() in _UNRESOLVED else "done"


def _one(row: Row, column: str) -> str:
    return row.get(column, [""])[0]


def _fields(row: Row, custom: dict[str, str]) -> tuple[tuple[str, str], ...]:
    many = {
        "component/s": "component",
        "components": "component",
        "fix version/s": "fix_version",
        "fix versions": "fix_version",
    }
    found = [(ours, value) for theirs, ours in many.items() for value in row.get(theirs, ())]
    found += [("owner", _one(row, "assignee")), ("resolution_target", _one(row, "due date"))]
    found = [pair for pair in found if pair[0] not in custom]
    return tuple(sorted(pair for pair in [*found, *custom.items()] if pair[1]))


def _custom(row: Row) -> dict[str, str]:
    named = (
        (custom_meaning(column.removeprefix(_CUSTOM).rstrip(")")), column)
        for column in row
        if column.startswith(_CUSTOM)
    )
    return {meaning: _one(row, column) for meaning, column in named if meaning}
