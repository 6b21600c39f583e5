"""Go cover profiles (``go test -coverprofile``): blocks of statements, modes set, count and atomic.

A block counts with its number of statements and once for its place, although profiles of several packages
repeat it: it is covered if any repetition ran. Names are import paths; a repository's file is their end.
"""

from __future__ import annotations

import re

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.text import lines as text_lines
from flightrules.evidence.records.hits import Hits
from flightrules.evidence.records.line_book import LINE_LIMIT, LineBook
from flightrules.evidence.records.lines import STATEMENT_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_BLOCK = re.compile(r"(.+):(\d{1,9})\.(\d{1,9}),(\d{1,9})\.(\d{1,9}) (\d{1,9}) (\S+)", re.ASCII)
_MODE = re.compile(r"mode: (set|count|atomic)")
_BLOCK_LINES = 100_000


def read(source: Source, _head: Head) -> Reading:
    """Statements by file.

    Raises:
        EvidenceError: E_NO_LINES, E_MALFORMED, E_TRUNCATED, E_RANGE, E_NUMBER, E_NEGATIVE, E_ENUM,
            E_PATH_OUTSIDE.
    """
    book, hits = LineBook(source.name), Hits(source.name)
    blocks = 0
    for at, line in enumerate(text_lines(source), 1):
        if _MODE.fullmatch(line) or not line.strip():
            continue
        if line.startswith("mode:"):
            raise EvidenceError(
                "E_ENUM",
                f"unknown mode {line[5:40].strip()!r}; known are set, count, atomic",
                file=source.name,
                line=at,
            )
        _block(line, at, book, hits)
        blocks += 1
    found = book.build("check -coverpkg and that the packages have statements")
    repeated = blocks - sum(len(one.statements or ()) for one in found.files.values())
    notices = (
        (Notice("W_MERGED", f"{blocks} records stand for {blocks - repeated} blocks"),) if repeated else ()
    )
    return Reading(
        "go-coverprofile",
        found,
        notices=(*notices, *hits.notices),
        facts={"tool": "go"},
        definitions=dict(STATEMENT_DEFINITIONS),
    )


def _block(line: str, at: int, book: LineBook, hits: Hits) -> None:
    found = _BLOCK.fullmatch(line)
    if found is None:
        code = "E_MALFORMED" if ":" in line and "." in line else "E_TRUNCATED"
        raise EvidenceError(code, f"not a block of a cover profile: {line[:80]!r}", file=book.name, line=at)
    path = book.path(found[1], at=at)
    first, last, weight = int(found[2]), int(found[4]), int(found[6])
    if not 0 < first <= last < min(first + _BLOCK_LINES, LINE_LIMIT):
        raise EvidenceError("E_RANGE", f"a block goes from line {first} to {last}", file=book.name, line=at)
    mark = _mark(found[7], hits, at)
    if not weight:
        return
    numbers = list(range(first, last + 1))
    book.add(path, numbers, [mark] * len(numbers), at)
    book.statement(path, ":".join(found.group(2, 3, 4, 5)), weight, mark)


def _mark(text: str, hits: Hits, at: int) -> int:
    try:
        return hits[text]
    except EvidenceError as error:
        error.line = at
        raise
