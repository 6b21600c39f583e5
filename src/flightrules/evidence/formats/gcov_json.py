"""``gcov --json-format``: hits and branches by line; a template's line is listed once for each instance."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_NEGATIVE, E_RANGE, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name, book = source.name, LineBook(source.name)
    document = mapping(decode(source), "the report", name)
    for file in objects(document.get("files"), "files", name):
        path = book.path(text(file, "file"))
        for line in objects(file.get("lines"), f"lines of {path!r}", name):
            number = whole(line.get("line_number"), "line_number", name)
            book.add(path, [number], [HIT if whole(line.get("count"), "count", name) else MISSED])
            ways = objects(line.get("branches"), "branches", name, optional=True)
            taken = [whole(one.get("count"), "count of a branch", name) > 0 for one in ways]
            if taken:
                book.branch(path, number, sum(taken), len(taken))
    lines = book.build()
    facts = {"tool": "gcov", "tool_version": text(document, "gcc_version")}
    return Reading(
        "gcov",
        lines,
        notices=book.notices(lines),
        facts={key: value for key, value in facts.items() if value},
        definitions=dict(LINE_DEFINITIONS),
    )
