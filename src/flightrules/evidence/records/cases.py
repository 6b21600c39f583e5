"""Test cases as columns: what ran, how it ended, and where it belongs.

A case has one of four ends: passed, failed (an assertion did not hold), errored (the test, its
fixture or its file broke) or skipped. ``flaky`` marks a case that passed after at least one failed
attempt; it counts as passed and as flaky.

Which repeats are one test is the format's decision, taken where the artefact marks attempts. Here equal
names without a mark stay apart (parametrised cases, several browsers): no passing twin hides a failure.
"""

from __future__ import annotations

import fnmatch
import re
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, compress, repeat
from operator import add
from typing import Final, Self

from flightrules.evidence.measurement import Measurement
from flightrules.values import NamedTuple

__all__ = [
    "ERRORED",
    "FAILED",
    "FLAKY",
    "PASSED",
    "SKIPPED",
    "STATUS_WORDS",
    "Case",
    "CaseWriter",
    "Cases",
    "LateRows",
]

PASSED: Final = 0
FLAKY: Final = 1
FAILED: Final = 2
ERRORED: Final = 3
SKIPPED: Final = 4
STATUS_WORDS: Final = ("passed", "passed", "failed", "errored", "skipped")
_WORDS = ("total", "passed", "failed", "errored", "skipped", "flaky")
_BAD = (False, False, True, True, False)  # failed or errored, by status
_UNKNOWN = -1.0


class Case(NamedTuple):
    """One row; ``seconds`` is for people to read and is None where the artefact gives no time."""

    name: str
    classname: str
    suite: str
    file: str
    status: int
    seconds: float | None

    @property
    def identity(self) -> str:
        """``classname.name``, or the name alone where there is no class."""
        return f"{self.classname}.{self.name}" if self.classname else self.name


class LateRows(NamedTuple):
    """Columns of rows that nobody asked for yet: names, classes, files and times (below zero: unknown)."""

    names: Sequence[str]
    classes: Sequence[str]
    files: Sequence[str]
    seconds: Iterable[float]


# Gives the rows of a block: those whose flag is set, or all.
Late = Callable[[Sequence[bool] | None], LateRows]


class _Columns:
    """All columns but the statuses; what came as a block is split into rows when somebody asks for one.

    Most readers ask for counts alone, and a hundred thousand names cost more than all the rest.
    """

    __slots__ = (
        "_late",
        "_run_lengths",
        "_run_names",
        "classes",
        "files",
        "ids",
        "name_of",
        "names",
        "seconds",
        "suites",
    )

    def __init__(self, ids: _Numbers | None = None) -> None:
        self.ids = _Numbers({"": 0}) if ids is None else ids
        self.names: list[str] = []
        self.classes, self.suites, self.files = array("I"), array("I"), array("I")
        self.seconds = array("d")
        self._late: list[tuple[int, Late]] = []
        self._run_names: list[str | bytes] = []
        self._run_lengths: list[int] = []
        self.name_of: Callable[[bytes], str] = bytes.decode

    def later(self, count: int, rows: Late) -> None:
        """Add rows that ``rows`` gives when they are needed."""
        self._late.append((count, rows))

    def run(self, suite: str | bytes, count: int) -> None:
        """The next rows belong to this suite; two plain lists, which the cyclic collector need not walk."""
        self._run_names.append(suite)
        self._run_lengths.append(count)

    def settled(self) -> Self:
        """The same with all rows in place."""
        if not self._late and not self._run_names:
            return self
        for count, rows in self._late:
            self.extend(count, rows(None))
        self._late.clear()
        self._settle_suites()
        return self

    def _settle_suites(self) -> None:
        for suite, times in zip(self._run_names, self._run_lengths, strict=True):
            name = self.name_of(suite) if isinstance(suite, bytes) else suite
            self.suites.extend(repeat(self.ids[name], times))
        self._run_names.clear()
        self._run_lengths.clear()

    def _keep_suites(self, kept: _Columns, keep: Sequence[bool]) -> None:
        """Of suites that are not in place yet only those are looked at that keep a row."""
        at = len(self.suites)
        for suite, times in zip(self._run_names, self._run_lengths, strict=True):
            flags = keep[at : at + times]
            if True in flags:
                name = self.name_of(suite) if isinstance(suite, bytes) else suite
                kept.suites.extend(repeat(self.ids[name], sum(flags)))
            at += times

    def extend(self, count: int, rows: LateRows) -> None:
        """Add rows behind all others, but for their suites."""
        self.names.extend(rows.names)
        self._number(self.classes, rows.classes, count)
        self._number(self.files, rows.files, count)
        self.seconds.extend(rows.seconds)

    def _number(self, column: array[int], texts: Sequence[str], count: int) -> None:
        column.extend(map(self.ids.__getitem__, texts) if texts else repeat(0, count))

    def only(self, keep: Sequence[bool]) -> _Columns:
        """The rows whose flag is set; of what came as a block only these are split off."""
        kept, at = _Columns(self.ids), len(self.names)
        kept.names = list(compress(self.names, keep))
        kept.classes = array("I", compress(self.classes, keep))
        kept.files = array("I", compress(self.files, keep))
        kept.seconds = array("d", compress(self.seconds, keep))
        kept.suites = array("I", compress(self.suites, keep))
        self._keep_suites(kept, keep)
        for count, rows in self._late:
            flags = keep[at : at + count]
            kept.extend(sum(flags), rows(flags))
            at += count
        return kept


class Cases:
    """Test cases of one or more artefacts; unchanging once built by ``CaseWriter``."""

    __slots__ = ("_bad_names", "_columns", "_statuses")

    def __init__(self, columns: _Columns, statuses: bytes) -> None:
        """Columns of equal length."""
        self._columns = columns
        self._statuses = statuses
        self._bad_names: list[str] | None = None

    def __len__(self) -> int:
        return len(self._statuses)

    def __iter__(self) -> Iterator[Case]:
        rows = self._columns.settled()
        text = list(rows.ids).__getitem__
        numbered = (map(text, rows.classes), map(text, rows.suites), map(text, rows.files))
        times = (None if one == _UNKNOWN else one for one in rows.seconds)
        return map(Case._make, zip(rows.names, *numbered, self._statuses, times, strict=True))

    @property
    def total(self) -> int:
        """All cases."""
        return len(self._statuses)

    @property
    def passed(self) -> int:
        """Cases that passed, the flaky ones among them."""
        return self._statuses.count(PASSED) + self.flaky

    @property
    def failed(self) -> int:
        """Cases with an assertion that did not hold."""
        return self._statuses.count(FAILED)

    @property
    def errored(self) -> int:
        """Cases that broke before they could judge anything."""
        return self._statuses.count(ERRORED)

    @property
    def skipped(self) -> int:
        """Cases that did not run."""
        return self._statuses.count(SKIPPED)

    @property
    def flaky(self) -> int:
        """Cases that passed after at least one failed attempt."""
        return self._statuses.count(FLAKY)

    def measurements(self) -> Iterable[Measurement]:
        """The six counts; nothing at all where no case ran, because nothing was measured."""
        if self.total == self.skipped:
            return
        yield from (Measurement(f"tests.{word}", Decimal(getattr(self, word))) for word in _WORDS)

    def texts(self) -> Iterator[str]:
        """All names, classes, suites and files, for a look at their characters."""
        rows = self._columns.settled()
        yield from rows.ids
        yield from rows.names

    def failed_names(self, limit: int) -> list[str]:
        """Identities of failed and errored cases, sorted, each once, at most ``limit``."""
        if self._bad_names is None:
            bad = self.rows(list(map(_BAD.__getitem__, self._statuses)))
            self._bad_names = sorted({case.identity for case in bad})
        return self._bad_names[:limit]

    def ahead(self) -> None:
        """Find the failed ones now, where two processes share the work: a verdict names them."""
        self.failed_names(0)

    def select(self, patterns: Sequence[str]) -> Cases:
        """The cases that one of the patterns names.

        A pattern is a shell-style glob, case-sensitive, against ``classname.name``, the class name,
        the suite name or the file path; an identity also matches itself letter by letter, because
        parametrised names hold brackets.
        """
        return self.rows(self._matches(patterns))

    def without(self, patterns: Sequence[str]) -> tuple[Cases, tuple[str, ...]]:
        """The other cases, and the sorted identities of those that occurred and were left out."""
        matches = self._matches(patterns)
        left_out = {case.identity for case in compress(self, matches)}
        return self.rows([not one for one in matches]), tuple(sorted(left_out))

    def merge(self, *others: Self) -> Cases:
        """The cases of all, in one go: a build may leave thousands of small reports.

        A case that is equal in every column (names, suite, file, end, time) is the same record read
        twice and counts once more only if one side holds it more often. Everything else stays:
        one suite over several files adds up, and a failure beside a pass of the same name remains
        a failure.
        """
        writer, names = CaseWriter(), set[str]()
        seen: Counter[Case] | None = None  # of all before, from the first name on that comes again
        parts = (self, *others)
        for at, other in enumerate(parts):
            known = other._columns.settled().names  # noqa: SLF001 -- one of this class
            if seen is None and not names.isdisjoint(known):
                seen = Counter(chain.from_iterable(parts[:at]))
            writer.extend(other if seen is None else _beyond(seen, other))
            names.update(known)
        return writer.cases()

    def _matches(self, patterns: Sequence[str]) -> list[bool]:
        """One flag a row. A rulebook may ask for each of its parts, so no row is built for it."""
        if not patterns:
            return [False] * len(self)
        literal = frozenset(patterns)
        match = re.compile("|".join(map(fnmatch.translate, patterns))).match
        rows = self._columns.settled()
        texts = [text in literal or match(text) is not None for text in rows.ids]
        texts[0] = False
        columns = [map(texts.__getitem__, one) for one in (rows.classes, rows.suites, rows.files)]
        named = (map(literal.__contains__, self._identities()), map(match, self._identities()))
        return list(map(any, zip(*columns, *named, strict=True)))

    def _identities(self) -> Iterator[str]:
        """``Case.identity`` of every row."""
        rows = self._columns.settled()
        before = [f"{text}." for text in rows.ids]
        before[0] = ""
        return map(add, map(before.__getitem__, rows.classes), rows.names)

    def rows(self, keep: Sequence[bool]) -> Cases:
        """The rows whose flag is set."""
        return Cases(self._columns.only(keep), bytes(compress(self._statuses, keep)))


def _beyond(seen: Counter[Case], part: Iterable[Case]) -> Iterator[Case]:
    """What the part holds more often than all before it; afterwards ``seen`` knows of it."""
    again = Counter(part) & seen
    for case in part:
        if again[case]:
            again[case] -= 1
        else:
            seen[case] += 1
            yield case


class CaseWriter:
    """Collects cases row by row (``add``) or column by column (``add_columns``, ``add_later``)."""

    def __init__(self, name_of: Callable[[bytes], str] = bytes.decode) -> None:
        self.statuses = bytearray()
        self._columns = _Columns()
        self._columns.name_of = name_of

    def __len__(self) -> int:
        return len(self.statuses)

    @property
    def names(self) -> list[str]:
        """The names so far."""
        return self._columns.settled().names

    def add(
        self,
        name: str,
        status: int,
        *,
        classname: str = "",
        suite: str = "",
        file: str = "",
        seconds: float | Decimal | None = None,
    ) -> None:
        """One case; ``status`` is one of the constants of this module."""
        rows = self._columns
        rows.settled()
        rows.names.append(name)
        rows.classes.append(rows.ids[classname])
        rows.suites.append(rows.ids[suite])
        rows.files.append(rows.ids[file])
        rows.seconds.append(_UNKNOWN if seconds is None or seconds < 0 else float(seconds))
        self.statuses.append(status)

    def extend(self, cases: Iterable[Case]) -> None:
        """Rows as they came out of other ``Cases``."""
        for name, classname, suite, file, status, seconds in cases:
            self.add(name, status, classname=classname, suite=suite, file=file, seconds=seconds)

    def add_columns(
        self, names: Sequence[str], classes: Sequence[str], files: Sequence[str], seconds: array[float]
    ) -> None:
        """Names and times of cases whose ends and suites follow through ``add_suite``; fast path."""
        self._columns.settled().extend(len(names), LateRows(names, classes, files, seconds))
        self.statuses.extend(bytes(len(names)))

    def add_later(self, count: int, rows: Late) -> None:
        """As ``add_columns``, for columns that ``rows`` gives when somebody asks for them."""
        self._columns.later(count, rows)
        self.statuses.extend(bytes(count))

    def add_suite(self, suite: str | bytes, count: int) -> None:
        """The next ``count`` cases of the columns belong to this suite, or the one of which ``name_of`` finds
        the name in these bytes.
        """
        self._columns.run(suite, count)

    def identity_at(self, at: int) -> tuple[int, str]:
        """Class and name of a row, comparable."""
        rows = self._columns.settled()
        return rows.classes[at], rows.names[at]

    def classes_where(self, wanted: Callable[[str], object]) -> set[int]:
        """The classes, as ``identity_at`` gives them, whose name is wanted."""
        return {number for text, number in self._columns.settled().ids.items() if wanted(text)}

    def cases(self, extra: Iterable[tuple[str, int]] = (), dropped: Collection[int] = ()) -> Cases:
        """The finished columns; the writer must not be used again.

        Args:
            extra: ``(suite, status)`` of failures that belong to a suite as a whole.
            dropped: rows that are left out, because a later attempt stands for them.
        """
        for suite, status in extra:
            self.add(suite, status, suite=suite)
        built = Cases(self._columns, bytes(self.statuses))
        return built.rows([at not in dropped for at in range(len(built))]) if dropped else built


class _Numbers(dict[str, int]):
    """Gives every new text the next number."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number
