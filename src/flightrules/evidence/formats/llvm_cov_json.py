"""``llvm-cov export`` (C, C++, Swift, Rust): segments, from which lines are counted as llvm-cov counts them.

A segment says which count holds from its place on. A line is code if a counted region starts on it or
wraps around it, and ran as often as the largest of these counts. Source of the rules: LLVM,
``LineCoverageStats`` in ``CoverageMapping.cpp``. Of ``-summary-only`` there are no lines to count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.announced import Announced
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_book import LINE_LIMIT, LineBook
from flightrules.evidence.records.lines import LINE_DEFINITIONS
from flightrules.evidence.source import Source

__all__ = ["read"]

_SEGMENT, _BRANCH = 5, 6  # the least items of each


class _Segment(NamedTuple):
    line: int
    hits: int
    counted: bool
    entry: bool
    gap: bool

    @property
    def starts(self) -> bool:
        """Whether a counted region starts here."""
        return self.counted and self.entry and not self.gap


def read(source: Source, _head: Head) -> Reading:
    """Lines and branches by file.

    Raises:
        EvidenceError: E_NO_LINES, E_COUNT_MISMATCH, E_CONTRADICTION, E_RANGE, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    document = mapping(decode(source), "the report", name)
    book, stated = LineBook(name), Counter[str]()
    for export in objects(document.get("data"), "data", name):
        for one in objects(export.get("files"), "files", name):
            if "segments" not in one:
                raise EvidenceError(
                    "E_NO_LINES",
                    "this is a summary, without lines",
                    file=name,
                    hint="leave out -summary-only",
                )
            _file(book, one)
        stated.update(_totals(mapping(export.get("totals"), "totals", name, optional=True)))
    lines = book.build("check the objects that llvm-cov was given")
    keys = ("lines.covered", "lines.count", "branches.covered", "branches.count")
    announced = Announced.of(stated.get(key) for key in keys)
    return Reading(
        "llvm-cov",
        lines,
        notices=(*announced.differences(lines.counts), *book.notices(lines)),
        facts={"tool": "llvm-cov"},
        definitions=dict(LINE_DEFINITIONS),
    )


def _file(book: LineBook, one: dict[str, Any]) -> None:
    path = book.path(text(one, "filename"))
    segments = [_segment(item, book.name) for item in require(one["segments"], list, "segments", book.name)]
    numbers, marks = [], []
    for number, mark in _lines(segments, book.name):
        numbers.append(number)
        marks.append(mark)
    book.add(path, numbers, marks)
    ways: dict[tuple[int, ...], tuple[bool, bool]] = {}
    for item in require(one.get("branches") or [], list, "branches", book.name):
        place, count, other = _branch(item, book.name)
        before = ways.get(place, (False, False))  # another instantiation of the same template
        ways[place] = (before[0] or count > 0, before[1] or other > 0)
    taken, total = Counter[int](), Counter[int]()
    for (line, *_), both in ways.items():
        taken[line] += sum(both)
        total[line] += 2
    for line in sorted(total):
        book.branch(path, line, taken[line], total[line])


def _lines(segments: list[_Segment], name: str) -> Iterator[tuple[int, int]]:
    """Numbers and marks of the lines that are code."""
    wrapped, last = None, 0
    for line, group in groupby(sorted(segments, key=itemgetter(0)), key=itemgetter(0)):
        if not 1 <= line <= LINE_LIMIT:
            raise EvidenceError("E_RANGE", f"line {str(line)[:40]} cannot exist", file=name)
        if wrapped is not None and wrapped.counted:
            mark = HIT if wrapped.hits else MISSED
            yield from ((between, mark) for between in range(last + 1, line))
        here = list(group)
        count = _count(here, wrapped)
        if count is not None:
            yield line, HIT if count else MISSED
        wrapped, last = here[-1], line


def _count(here: list[_Segment], wrapped: _Segment | None) -> int | None:
    """How often a line ran; None where it is no code."""
    starts = [one.hits for one in here if one.starts]
    around = wrapped is not None and wrapped.counted
    if (here[0].entry and not here[0].counted) or not (starts or around):
        return None
    return max([*starts, wrapped.hits if wrapped is not None else 0])


def _segment(item: Any, name: str) -> _Segment:
    values = require(item, list, "a segment", name)
    if len(values) < _SEGMENT:
        raise EvidenceError("E_WRONG_TYPE", f"a segment has {len(values)} values", file=name)
    line, count = (require(values[at], int, "a number of a segment", name) for at in (0, 2))
    flags = [require(one, (bool, int), "a flag of a segment", name) for one in values[3:6]]
    return _Segment(line, count, *map(bool, flags), *([False] * (3 - len(flags))))


def _branch(item: Any, name: str) -> tuple[tuple[int, ...], int, int]:
    """Where the condition stands, and how often it was true and false."""
    values = require(item, list, "a branch", name)
    if len(values) < _BRANCH:
        raise EvidenceError("E_WRONG_TYPE", f"a branch has {len(values)} values", file=name)
    numbers = [require(one, int, "a number of a branch", name) for one in values[:_BRANCH]]
    return tuple(numbers[:4]), numbers[4], numbers[5]


def _totals(totals: dict[str, Any]) -> dict[str, int]:
    """What the export states, by ``lines.count`` and so on."""
    found = {}
    for kind in ("lines", "branches"):
        of_kind = totals.get(kind)
        for key, value in of_kind.items() if isinstance(of_kind, dict) else ():
            if isinstance(value, int) and not isinstance(value, bool):
                found[f"{kind}.{key}"] = value
    return found
