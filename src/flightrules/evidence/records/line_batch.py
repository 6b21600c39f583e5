"""Columns of line numbers, hits and branches as a report writes them, counted without being numbered."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial

from flightrules.evidence.records.file_lines import (
    HIT,
    MISSED,
    Branches,
    FileLines,
    LineCounts,
    joined_branches,
)
from flightrules.values import NamedTuple

__all__ = ["LineBatch", "LineBranches", "PlainLines", "counted"]

_DIGITS = 5


class LineBranches(NamedTuple):
    """Lines that have branches: numbers as text, a mark for each, and how many were taken and exist."""

    numbers: Sequence[str]
    marks: bytes
    pairs: Sequence[tuple[int, int]]


class LineBatch(NamedTuple):
    """Lines of one file: numbers as text, a mark for each, and those that have branches once more."""

    numbers: Sequence[str]
    marks: bytes
    branches: LineBranches | None = None


class PlainLines(NamedTuple):
    """Lines of one file as a pattern has proved them to be: numbers and hits in digits without leading zeros,
    numbers below 100,000. For lines that may have branches ``branched`` tells the places in the columns and
    ``pairs`` how many branches were taken and exist, ``None`` where there are none.
    """

    numbers: list[bytes]
    hits: list[bytes]
    branched: Sequence[int] = ()
    pairs: Sequence[tuple[int, int] | None] = ()

    def counts(self) -> LineCounts:
        """The numbers of the file, if each line stands there once."""
        hits, total = self.hits, len(self.numbers)
        covered = total - hits.count(b"0")
        if not self.pairs:
            return LineCounts(covered, total)
        taken = existing = partly = 0
        for at, pair in zip(self.branched, self.pairs, strict=True):
            if pair is not None:
                some, of_all = pair
                taken += some
                existing += of_all
                partly += some < of_all and hits[at] != b"0"
        return LineCounts(covered, total, taken, existing, partly)

    def later(self) -> Callable[[], tuple[bytearray, Branches]]:
        """How to find marks and branches, in little memory."""
        texts = b",".join(self.numbers), b",".join(self.hits)
        return partial(_numbered, *texts, array("I", self.branched), tuple(self.pairs))


def counted(batch: LineBatch) -> FileLines | None:
    """The lines of one file, if every number is plainly written, below 100,000 and stands once.

    ``None`` for anything else: then each number must be looked at. The numbers stay text until
    somebody asks which lines they are, which is the case for changed files only.
    """
    numbers, marks, branches = batch
    text = ",".join(numbers)
    if not _is_plain(text, numbers) or len(set(numbers)) != len(numbers):
        return None
    of_branches = (0, 0, 0)
    if branches is not None and branches.pairs:
        if len(set(branches.numbers)) != len(branches.numbers):
            return None
        taken, existing = map(sum, zip(*branches.pairs, strict=True))
        partly = [
            mark == HIT and pair[0] < pair[1]
            for mark, pair in zip(branches.marks, branches.pairs, strict=True)
        ]
        of_branches = (taken, existing, partly.count(True))
    counts = LineCounts(marks.count(HIT), len(numbers), *of_branches)
    return FileLines.counted(counts, partial(_settled, text, marks, branches))


def _is_plain(text: str, numbers: Sequence[str]) -> bool:
    longest = max(map(len, numbers), default=0)
    return (
        0 < longest <= _DIGITS
        and len(numbers[-1]) == longest
        and ",," not in text
        and not text.startswith(("0", ","))
        and ",0" not in text
        and text.isascii()
        and text.replace(",", "").isdecimal()
    )


def _settled(text: str, marks: bytes, branches: LineBranches | None) -> tuple[bytearray, Branches]:
    numbers = list(map(int, text.split(",")))
    row = bytearray(max(numbers) + 1)
    for number, mark in zip(numbers, marks, strict=True):
        row[number] = mark
    return row, dict(zip(map(int, branches.numbers), branches.pairs, strict=True)) if branches else {}


def _numbered(
    numbers: bytes, hits: bytes, branched: Sequence[int], pairs: Sequence[tuple[int, int] | None]
) -> tuple[bytearray, Branches]:
    lines = list(map(int, numbers.split(b",")))
    row = bytearray(max(lines) + 1)
    for line, times in zip(lines, hits.split(b","), strict=True):
        row[line] |= MISSED if times == b"0" else HIT
    of_lines = zip(map(lines.__getitem__, branched), pairs, strict=True)
    return row, joined_branches({}, ((line, pair) for line, pair in of_lines if pair is not None))
