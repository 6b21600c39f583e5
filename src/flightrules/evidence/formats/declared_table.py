"""A table whose columns the rulebook declares: defects (``id``, ``status``), a checklist (``item``, ``done``)
or test results (``name``, ``result``). It has no look of its own and is never recognised by content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import table
from flightrules.evidence.records.case_reading import case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.records.checklists import CHECKLIST_DEFINITIONS, ChecklistItem, Checklists
from flightrules.evidence.records.defect_table import defect_of
from flightrules.evidence.records.tracker_answers import tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read_declared"]

_FORMAT = "declared-table"
_DONE = {"true": True, "yes": True, "done": True, "1": True, "x": True}
_NOT_DONE = {"false": False, "no": False, "open": False, "0": False, "": False}
_ENDS = {
    "passed": PASSED,
    "pass": PASSED,
    "ok": PASSED,
    "failed": FAILED,
    "fail": FAILED,
    "error": ERRORED,
    "errored": ERRORED,
    "blocked": ERRORED,
    "skipped": SKIPPED,
    "not run": SKIPPED,
}


def read_declared(source: Source, columns: Mapping[str, str]) -> Reading:
    """Read a comma-separated table.

    Args:
        source: the artefact.
        columns: our field names and the headers that hold them, as the rulebook states them.

    Raises:
        EvidenceError: E_MISSING_FIELD when a declared column is absent, E_ENUM for an unknown word.
    """
    rows = _rows(source, columns)
    if "result" in columns and "name" in columns:
        return _tests(source, rows)
    if "done" in columns and "item" in columns:
        return _checklist(source, rows)
    if "id" in columns and ("status" in columns or "state" in columns):
        records = (defect_of(row, line, source.name) for line, row in rows)
        return tracker_reading(_FORMAT, records, tool="CSV")
    raise EvidenceError(
        "E_HEADER",
        f"the columns {', '.join(sorted(columns))} describe neither defects, a checklist nor tests",
        file=source.name,
        hint="declare id and status, item and done, or name and result",
    )


def _rows(source: Source, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    for line, cells in table(source, required=tuple(columns.values())):
        yield line, {ours: cells[theirs].strip() for ours, theirs in columns.items()}


def _tests(source: Source, rows: Iterator[tuple[int, dict[str, str]]]) -> Reading:
    writer = CaseWriter()
    for line, row in rows:
        end = _word(_ENDS, row["result"], "result", line, source.name)
        writer.add(row["name"], end, suite=row.get("component", ""))
    return case_reading(_FORMAT, source, writer.cases(), facts={"tool": "CSV"})


def _checklist(source: Source, rows: Iterator[tuple[int, dict[str, str]]]) -> Reading:
    known = {**_DONE, **_NOT_DONE}
    items = Checklists.of(
        ChecklistItem(
            row.get("checklist") or "checklist",
            row.get("id") or row["item"],
            row["item"],
            bool(_word(known, row["done"], "done", line, source.name)),
            row.get("owner", ""),
            row.get("url", ""),
        )
        for line, row in rows
    )
    return Reading(
        _FORMAT,
        items,
        notices=tuple(items.notices()),
        facts={"tool": "CSV"},
        definitions=dict(CHECKLIST_DEFINITIONS),
    )


def _word(known: Mapping[str, int], word: str, what: str, line: int, name: str) -> int:
    found = known.get(word.casefold().replace("_", " "))
    if found is None:
        words = ", ".join(one for one in known if one)
        raise EvidenceError("E_ENUM", f"the {what} {word[:40]!r} is none of {words}", file=name, line=line)
    return found
