"""coverage.py's JSON report: executed, missing and excluded lines and branches by file.

``percent_covered`` mixes lines and branches and is not used. The totals are only compared. On old
Pythons what ran includes excluded lines and the first line of an empty file, which are no statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.announced import Announced
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_COUNT_MISMATCH, E_CONTRADICTION, E_RANGE, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    document = mapping(decode(source), "the report", name)
    book = LineBook(name)
    for path, one in mapping(document.get("files"), "files", name).items():
        _file(book, book.path(path), mapping(one, f"files[{path!r}]", name))
    announced = _announced(mapping(document.get("totals"), "totals", name, optional=True))
    if not book.records:
        announced.refuse_bodyless(name)
    lines = book.build("check --source and that the tests import the code")
    facts = {
        "tool": "coverage.py",
        "tool_version": text(document, "meta", "version"),
        "taken_at": text(document, "meta", "timestamp"),
    }
    return Reading(
        "coverage-py",
        lines,
        notices=(*announced.compare(lines, name), *book.notices(lines)),
        facts={key: value for key, value in facts.items() if value},
        definitions=dict(LINE_DEFINITIONS),
    )


def _file(book: LineBook, path: str, one: dict[str, Any]) -> None:
    listed = one.get("excluded_lines")
    excluded = set(_numbers(listed, "excluded_lines", book.name) if listed is not None else ())
    ran = _numbers(one.get("executed_lines"), "executed_lines", book.name)
    missing = _numbers(one.get("missing_lines"), "missing_lines", book.name)
    summary = mapping(one.get("summary"), f"summary of {path!r}", book.name, optional=True)
    nothing = summary.get("num_statements") == 0 and not missing
    executed = [] if nothing else [line for line in ran if line not in excluded]
    both = set(executed) & set(missing)
    if both:
        message = f"line {min(both)} of {path!r} is listed as executed and as missing"
        raise EvidenceError("E_CONTRADICTION", message, file=book.name)
    book.add(path, executed, [HIT] * len(executed))
    book.add(path, missing, [MISSED] * len(missing))
    taken, not_taken = (
        Counter(_arcs(one.get(key), key, book.name)) for key in ("executed_branches", "missing_branches")
    )
    for line in sorted({*taken, *not_taken}):
        book.branch(path, abs(line), taken[line], taken[line] + not_taken[line])


def _numbers(value: Any, what: str, name: str) -> list[int]:
    numbers: list[int] = require(value, list, what, name)
    for number in numbers:
        require(number, int, f"a number of {what}", name)
    return numbers


def _arcs(value: Any, what: str, name: str) -> list[int]:
    """The line from which each branch leaves."""
    arcs: Iterable[Any] = require(value, list, what, name) if value is not None else ()
    return [
        require((require(arc, list, what, name) or [None])[0], int, f"a line of {what}", name) for arc in arcs
    ]


def _announced(totals: dict[str, Any]) -> Announced:
    keys = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    numbers = [totals.get(key) for key in keys]
    return Announced.of(
        one if isinstance(one, int) and not isinstance(one, bool) else None for one in numbers
    )
