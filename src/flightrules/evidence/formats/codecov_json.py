"""Codecov's own JSON: by file and line the hits, or ``"1/2"`` for branches taken and existing.

A list stands for lines from 0 on, where the first item is no line. ``null`` is no code, ``true`` a line that
ran in part.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.announced import whole_number
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_MOST = 400_000  # lines; each is an entry of an object, which takes memory


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_TOO_LARGE, E_NUMBER, E_NEGATIVE, E_RANGE, E_CONTRADICTION,
            E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name, book = source.name, LineBook(source.name)
    document = mapping(decode(source), "the report", name)
    files = mapping(document.get("coverage"), "coverage", name)
    if sum(len(one) for one in files.values() if isinstance(one, dict)) > _MOST:
        raise EvidenceError(
            "E_TOO_LARGE", f"more than {_MOST} lines are listed", file=name, hint="write lcov instead"
        )
    for file, lines in files.items():
        path = book.path(file)
        as_list = isinstance(lines, list)
        left = mapping(
            dict(zip(map(str, range(len(lines))), lines, strict=True)) if as_list else lines, path, name
        )
        if as_list:
            left.pop("0", None)
        while left:  # what is taken out makes room for what is kept
            number, hits = left.popitem()
            if hits is not None:
                _line(book, path, number, hits)
    found = book.build()
    return Reading("codecov", found, notices=book.notices(found), definitions=dict(LINE_DEFINITIONS))


def _line(book: LineBook, path: str, text: str, hits: Any) -> None:
    number = whole_number(text)
    if number is None:
        raise EvidenceError("E_NUMBER", f"a line number is no number: {text[:40]!r}", file=book.name)
    if isinstance(hits, str):
        taken, total = _branches(book, text, hits)
        book.branch(path, number, taken, total)
        ran = taken > 0
    else:
        ran = hits is True or whole(hits, f"hits of line {number}", book.name) > 0
    book.add(path, [number], [HIT if ran else MISSED])


def _branches(book: LineBook, line: str, text: str) -> tuple[int, int]:
    first, _, last = text.partition("/")
    taken, total = whole_number(first), whole_number(last)
    if taken is None or not total:
        raise EvidenceError("E_NUMBER", f"line {line}: {text[:40]!r} is no share of branches", file=book.name)
    if taken > total:
        raise EvidenceError(
            "E_CONTRADICTION", f"line {line}: {text[:40]} branches were taken", file=book.name
        )
    return taken, total
