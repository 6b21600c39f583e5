"""SonarQube's generic coverage XML: lines to cover and their branches by file."""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.text import count
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_MARKS = {"true": HIT, "false": MISSED}


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_ENUM, E_CONTRADICTION, E_RANGE, E_NUMBER, E_MISSING_FIELD.
    """
    book, notices = LineBook(source.name), list[Notice]()
    for node in stream(source, frozenset({"file"}), notices=notices):
        path = book.path(node.get("path"), at=node.line)
        for line in node.all("lineToCover"):
            _line(book, path, line)
    lines = book.build()
    return Reading(
        "sonar-coverage",
        lines,
        notices=(*notices, *book.notices(lines)),
        definitions=dict(LINE_DEFINITIONS),
    )


def _line(book: LineBook, path: str, line: Node) -> None:
    covered = line.get("covered")
    if covered not in _MARKS:
        raise EvidenceError(
            "E_ENUM", f"covered is {covered[:40]!r}, not true or false", file=book.name, line=line.line
        )
    number = count(line.get("lineNumber"), "lineNumber", book.name)
    book.add(path, [number], [_MARKS[covered]], line.line)
    total = _branches(line, "branchesToCover", book.name)
    taken = _branches(line, "coveredBranches", book.name)
    if taken > total:
        raise EvidenceError(
            "E_CONTRADICTION", f"{taken} of {total} branches are covered", file=book.name, line=line.line
        )
    if total:
        book.branch(path, number, taken, total)


def _branches(line: Node, key: str, name: str) -> int:
    return count(line.get(key), key, name) if line.get(key) else 0
