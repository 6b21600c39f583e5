"""The JSON that tools send to Coveralls: hits by line of each source file, ``null`` where there is no code.

Branches are a flat list, four numbers for each way out of a line: line, block, way, hits.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_WAY = 4  # numbers
_PIECE = 10_000  # lines, so that a long list is not held twice


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_NEGATIVE, E_RANGE, E_WRONG_TYPE, E_MISSING_FIELD, E_COUNT_MISMATCH.
    """
    name, book = source.name, LineBook(source.name)
    document = mapping(decode(source), "the report", name)
    for one in objects(document.get("source_files"), "source_files", name):
        path = book.path(text(one, "name"))
        hits: list[Any] = require(one.get("coverage"), list, f"coverage of {path!r}", name)
        for start in range(0, len(hits), _PIECE):
            _lines(book, path, hits[start : start + _PIECE], start + 1)
        _branches(book, path, one.get("branches"))
    lines = book.build()
    return Reading("coveralls", lines, notices=book.notices(lines), definitions=dict(LINE_DEFINITIONS))


def _lines(book: LineBook, path: str, hits: list[Any], first: int) -> None:
    known = [
        (at, one if type(one) is int and one >= 0 else whole(one, f"line {at}", book.name))
        for at, one in enumerate(hits, first)
        if one is not None
    ]
    book.add(path, [at for at, _ in known], [HIT if one else MISSED for _, one in known])


def _branches(book: LineBook, path: str, found: Any) -> None:
    if found is None:
        return
    numbers = [whole(one, "a branch", book.name) for one in require(found, list, "branches", book.name)]
    if len(numbers) % _WAY:
        raise EvidenceError(
            "E_COUNT_MISMATCH",
            f"the branches of {path!r} are {len(numbers)} numbers, which is no multiple of {_WAY}",
            file=book.name,
        )
    ways: dict[int, list[bool]] = defaultdict(list)
    for line, _, _, hits in zip(*[iter(numbers)] * _WAY, strict=True):
        ways[line].append(hits > 0)
    for line, each in ways.items():
        book.branch(path, line, sum(each), len(each))
