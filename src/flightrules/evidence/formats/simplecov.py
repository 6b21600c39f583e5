"""SimpleCov (Ruby): ``.resultset.json`` with a run for each command, and ``coverage.json``.

A line is a number of hits, null where it is no code, or ``ignored``. Runs of several commands are joined.
The result set is written before ``:nocov:`` comments are applied, so their lines count there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_CONDITION = re.compile(r"\[:\w+, \d{1,9}, (\d{1,9}),", re.ASCII)


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_NEGATIVE, E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    document = mapping(decode(source), "the report", name)
    runs = [document] if "coverage" in document else list(document.values())
    book, stamps = LineBook(name), set[int]()
    for run in runs:
        one = mapping(run, "a run", name)
        for path, found in mapping(one.get("coverage"), "coverage", name).items():
            _file(book, book.path(path), found)
        stamp = one.get("timestamp")
        if isinstance(stamp, int) and not isinstance(stamp, bool) and stamp > 0:
            stamps.add(stamp)
    lines = book.build("check that SimpleCov starts before the code is loaded")
    at = rfc3339(min(stamps) * 1000) if stamps else text(document, "meta", "timestamp")
    version = text(document, "meta", "simplecov_version")
    facts = {"tool": "simplecov", "tool_version": version, "taken_at": at or ""}
    return Reading(
        "simplecov",
        lines,
        notices=book.notices(lines),
        facts={key: value for key, value in facts.items() if value},
        definitions=dict(LINE_DEFINITIONS),
    )


def _file(book: LineBook, path: str, found: Any) -> None:
    lines = (
        found if isinstance(found, list) else mapping(found, f"coverage of {path!r}", book.name).get("lines")
    )
    numbers, marks = [], []
    for number, hits in enumerate(require(lines, list, f"lines of {path!r}", book.name), 1):
        if hits is None or hits == "ignored":
            continue
        numbers.append(number)
        marks.append(HIT if _hits(hits, book.name) else MISSED)
    book.add(path, numbers, marks)
    taken, total = Counter[int](), Counter[int]()
    for line, hits in _branches(found.get("branches") if isinstance(found, dict) else None, book.name):
        taken[line] += bool(hits)
        total[line] += 1
    for line in sorted(total):
        book.branch(path, line, taken[line], total[line])


def _branches(found: Any, name: str) -> Iterator[tuple[int, int]]:
    """Line and hits of each branch; the two files write them in two ways."""
    if isinstance(found, dict):
        for condition, branches in found.items():
            place = _CONDITION.match(condition)
            if place is None:
                raise EvidenceError("E_ENUM", f"the condition {condition[:40]!r} has no line", file=name)
            for hits in mapping(branches, "branches", name).values():
                yield int(place.group(1)), _hits(hits, name)
    elif isinstance(found, list):
        for branch in found:
            one = mapping(branch, "a branch", name)
            if one.get("coverage") != "ignored":
                line = require(one.get("start_line"), int, "start_line", name)
                yield line, _hits(one.get("coverage"), name)


def _hits(value: Any, name: str) -> int:
    hits: int = require(value, int, "hits", name)
    if hits < 0:
        raise EvidenceError("E_NEGATIVE", f"a line ran {str(hits)[:40]} times", file=name)
    return hits
