"""cargo-tarpaulin's JSON: traces of each file, and in the header of a file how many lines ran.

``covered`` and ``coverable`` are compared; the traces count. A branch has two ways, true and false.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.announced import Announced
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_ENUM, E_NEGATIVE, E_RANGE, E_CONTRADICTION, E_COUNT_MISMATCH,
            E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name, book = source.name, LineBook(source.name)
    files = objects(mapping(decode(source), "the report", name).get("files"), "files", name)
    for file in files:
        parts: list[Any] = require(file.get("path"), list, "path", name)
        path = book.path("/".join(require(one, str, "a part of a path", name) for one in parts))
        for trace in objects(file.get("traces"), f"traces of {path!r}", name):
            _trace(book, path, trace)
    covered, total = (
        sum(whole(file.get(key, 0), key, name) for file in files) for key in ("covered", "coverable")
    )
    announced = Announced(covered, total)
    if not book.records:
        announced.refuse_bodyless(name)
    lines = book.build()
    return Reading(
        "tarpaulin",
        lines,
        notices=(*announced.compare(lines, name), *book.notices(lines)),
        facts={"tool": "cargo-tarpaulin"},
        definitions=dict(LINE_DEFINITIONS),
    )


def _trace(book: LineBook, path: str, trace: dict[str, Any]) -> None:
    number = whole(trace.get("line"), "line", book.name)
    stats = mapping(trace.get("stats"), "stats", book.name)
    if "Line" in stats:
        ran = whole(stats["Line"], "hits of a line", book.name) > 0
    elif "Branch" in stats:
        branch = mapping(stats["Branch"], "Branch", book.name)
        ways = [require(branch.get(key), bool, key, book.name) for key in ("been_true", "been_false")]
        book.branch(path, number, sum(ways), len(ways))
        ran = any(ways)
    else:
        raise EvidenceError(
            "E_ENUM", f"a trace counts neither a line nor a branch: {', '.join(stats)[:60]}", file=book.name
        )
    book.add(path, [number], [HIT if ran else MISSED])
