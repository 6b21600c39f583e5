"""coverlet's own JSON: hits by line in each method of each class of each file of each module.

A line of several methods (a lambda, an async state machine) counts once. A branch is one way out of a line.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.announced import whole_number
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_NUMBER, E_NEGATIVE, E_RANGE, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name, book = source.name, LineBook(source.name)
    for module, files in mapping(decode(source), "the report", name).items():
        for file, classes in mapping(files, f"the module {module!r}", name).items():
            path = book.path(file)
            for title, methods in mapping(classes, path, name).items():
                for method in mapping(methods, title, name).values():
                    _method(book, path, mapping(method, f"a method of {title}", name))
    lines = book.build("check coverlet's Include and Exclude filters")
    return Reading(
        "coverlet",
        lines,
        notices=book.notices(lines),
        facts={"tool": "coverlet"},
        definitions=dict(LINE_DEFINITIONS),
    )


def _method(book: LineBook, path: str, method: dict[str, Any]) -> None:
    for text, hits in mapping(method.get("Lines"), f"Lines of {path}", book.name).items():
        number = whole_number(text)
        if number is None:
            raise EvidenceError("E_NUMBER", f"a line number is no number: {text[:40]!r}", file=book.name)
        book.add(path, [number], [HIT if whole(hits, f"hits of line {number}", book.name) else MISSED])
    ways: dict[int, list[bool]] = {}
    for branch in objects(method.get("Branches"), f"Branches of {path}", book.name, optional=True):
        ran = whole(branch.get("Hits"), "Hits of a branch", book.name) > 0
        ways.setdefault(whole(branch.get("Line"), "Line of a branch", book.name), []).append(ran)
    for number, each in ways.items():
        book.branch(path, number, sum(each), len(each))
