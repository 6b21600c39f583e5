"""gcovr's JSON report: lines and branches by file.

Excluded lines, lines without code and excluded branches are left out, as gcovr itself leaves them out. Of
the summary alone (``--json-summary``) there are no lines to count.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_LEFT_OUT = ("gcovr/noncode", "gcovr/excluded")


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_RANGE, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    document = mapping(decode(source), "the report", name)
    if "gcovr/summary_format_version" in document:
        raise EvidenceError(
            "E_NO_LINES",
            "this is gcovr's summary, without lines",
            file=name,
            hint="use --json or --cobertura",
        )
    book = LineBook(name)
    for one in objects(document.get("files"), "files", name):
        path = book.path(text(one, "file") or text(one, "filename"))
        for line in objects(one.get("lines"), f"lines of {path!r}", name):
            if not any(line.get(key) is True for key in _LEFT_OUT):
                _line(book, path, line)
    lines = book.build("check gcovr's --root and --filter")
    return Reading(
        "gcovr",
        lines,
        notices=book.notices(lines),
        facts={"tool": "gcovr"},
        definitions=dict(LINE_DEFINITIONS),
    )


def _line(book: LineBook, path: str, line: dict[str, Any]) -> None:
    number = require(line.get("line_number"), int, "line_number", book.name)
    book.add(path, [number], [HIT if _count(line, book.name) else MISSED])
    branches = objects(line.get("branches"), "branches", book.name, optional=True)
    counts = [_count(one, book.name) for one in branches if one.get("gcovr/excluded") is not True]
    if counts:
        book.branch(path, number, sum(map(bool, counts)), len(counts))


def _count(value: dict[str, Any], name: str) -> int:
    found: int = require(value.get("count"), int, "count", name)
    if found < 0:
        raise EvidenceError("E_NEGATIVE", f"a count is negative: {str(found)[:40]}", file=name)
    return found
