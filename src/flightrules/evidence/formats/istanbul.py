"""istanbul's ``coverage-final.json`` (nyc, jest, vitest, c8): statements, branches and functions by file.

As istanbul itself counts: a line is covered by the statements that start on it; each path of a branch counts.
"""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_REFERENCE, E_RANGE, E_WRONG_TYPE, E_MISSING_FIELD, E_NEGATIVE.
    """
    name = source.name
    book = LineBook(name)
    for key, value in mapping(decode(source), "the report", name).items():
        one = mapping(value, f"[{key!r}]", name)
        inner = one.get("data")
        data = mapping(inner, "data", name) if isinstance(inner, dict) and "statementMap" not in one else one
        path = data.get("path")
        _file(book, book.path(path if isinstance(path, str) and path else key), data)
    lines = book.build("check nyc's include and that the tests load the code")
    return Reading("istanbul", lines, notices=_partial(book, lines), definitions=dict(LINE_DEFINITIONS))


def _partial(book: LineBook, lines: Any) -> tuple[Any, ...]:
    """Several statements may start on one line; that joins nothing worth a warning."""
    return tuple(one for one in book.notices(lines) if one.code != "W_MERGED")


def _file(book: LineBook, path: str, data: dict[str, Any]) -> None:
    name = book.name
    places = mapping(data.get("statementMap"), "statementMap", name)
    hits = mapping(data.get("s"), "s", name)
    numbers, marks = [], []
    for key, place in places.items():
        numbers.append(_start(place, f"statementMap[{key!r}]", name))
        marks.append(HIT if whole(hits.get(key), f"s[{key!r}]", name) else MISSED)
    book.add(path, numbers, marks)
    _branches(book, path, data)


def _branches(book: LineBook, path: str, data: dict[str, Any]) -> None:
    name = book.name
    paths = mapping(data.get("b"), "b", name, optional=True)
    sums: dict[int, tuple[int, int]] = {}
    for key, branch in mapping(data.get("branchMap"), "branchMap", name, optional=True).items():
        what = f"branchMap[{key!r}]"
        found = mapping(branch, what, name)
        place = found.get("loc") or found
        line = found["line"] if isinstance(found.get("line"), int) else _start(place, what, name)
        times = [
            whole(one, f"b[{key!r}]", name) for one in require(paths.get(key), list, f"b[{key!r}]", name)
        ]
        taken, total = sums.get(line, (0, 0))
        sums[line] = (taken + sum(one > 0 for one in times), total + len(times))
    for line, (taken, total) in sums.items():
        book.branch(path, line, taken, total)


def _start(place: Any, what: str, name: str) -> int:
    start = mapping(mapping(place, what, name).get("start"), f"{what}.start", name)
    return whole(start.get("line"), f"{what}.start.line", name)
