"""Visual Studio and ``dotnet-coverage`` XML (``results/modules``): ranges of lines, run, partly run or not.

A partly run range counts as covered lines, like a partly covered branch line elsewhere.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LINE_LIMIT, LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_MARKS = {"yes": HIT, "partial": HIT, "no": MISSED}
_RANGE_LIMIT = 100_000


def read(source: Source, _head: Head) -> Reading:
    """Lines by file.

    Raises:
        EvidenceError: E_NO_LINES, E_REFERENCE, E_ENUM, E_RANGE, E_NUMBER, E_MISSING_FIELD.
    """
    book, notices = LineBook(source.name), list[Notice]()
    partial = 0
    for module in stream(source, frozenset({"module"}), notices=notices):
        files = {node.get("id"): node.get("path") for node in module.walk() if node.tag == "source_file"}
        for node in module.walk():
            if node.tag == "range":
                partial += _range(node, files, book)
    lines = book.build()
    if partial:
        notices.append(Notice("W_PARTIAL_BRANCH", f"{partial} ranges ran in part and count as covered"))
    return Reading(
        "vs-coverage", lines, notices=(*notices, *book.notices(lines)), definitions=dict(LINE_DEFINITIONS)
    )


def _range(node: Node, files: dict[str, str], book: LineBook) -> bool:
    mark = _MARKS.get(node.get("covered"))
    if mark is None:
        what = f"covered is {node.get('covered')[:40]!r}; allowed are yes, partial, no"
        raise EvidenceError("E_ENUM", what, file=book.name, line=node.line)
    path = files.get(node.get("source_id"))
    if path is None:
        what = f"a range names the source file {node.get('source_id')[:40]!r}, which is not listed"
        raise EvidenceError("E_REFERENCE", what, file=book.name, line=node.line)
    first, last = (_line(node, key, book.name) for key in ("start_line", "end_line"))
    if not first <= last < min(first + _RANGE_LIMIT, LINE_LIMIT):
        raise EvidenceError(
            "E_RANGE", f"a range goes from line {first} to {last}", file=book.name, line=node.line
        )
    numbers = list(range(first, last + 1))
    book.add(book.path(path, at=node.line), numbers, [mark] * len(numbers), node.line)
    return node.get("covered") == "partial"


def _line(node: Node, key: str, name: str) -> int:
    text = node.get(key)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004 - below the line limit
        raise EvidenceError(
            "E_NUMBER", f"{key} is not a line number: {text[:40]!r}", file=name, line=node.line
        )
    return int(text)
