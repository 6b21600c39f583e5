"""Test cases as columns: what ran, how it ended, and where it belongs.

A case has one of four ends: passed, failed (an assertion did not hold), errored (the test, its
fixture or its file broke) or skipped. ``flaky`` marks a case that passed after at least one failed
attempt; it counts as passed and as flaky.

Which repeats are one test is the format's decision, taken where the artefact marks attempts.
Here equal names without a mark stay apart (parametrised cases, several browsers), so that a
passing twin never hides a failure.
"""

from __future__ import annotations

import fnmatch
import re
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import compress, repeat
from typing import Final, NamedTuple, Self

from flightrules.evidence.measurement import Measurement

__all__ = ["ERRORED", "FAILED", "FLAKY", "PASSED", "SKIPPED", "STATUS_WORDS", "Case", "CaseWriter", "Cases"]

PASSED: Final = 0
FLAKY: Final = 1
FAILED: Final = 2
ERRORED: Final = 3
SKIPPED: Final = 4
STATUS_WORDS: Final = ("passed", "passed", "failed", "errored", "skipped")
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


class Cases:
    """Test cases of one or more artefacts; unchanging once built by ``CaseWriter``."""

    __slots__ = ("_classes", "_files", "_names", "_seconds", "_statuses", "_suites", "_texts")

    def __init__(
        self,
        texts: list[str],
        names: list[str],
        columns: tuple[array[int], array[int], array[int]],
        statuses: bytes,
        seconds: array[float],
    ) -> None:
        """Columns of equal length; class, suite and file are indexes into ``texts``."""
        self._texts = texts
        self._names = names
        self._classes, self._suites, self._files = columns
        self._statuses = statuses
        self._seconds = seconds

    def __len__(self) -> int:
        return len(self._statuses)

    def __iter__(self) -> Iterator[Case]:
        text = self._texts.__getitem__
        columns = (map(text, self._classes), map(text, self._suites), map(text, self._files))
        times = (None if one == _UNKNOWN else one for one in self._seconds)
        return map(Case._make, zip(self._names, *columns, self._statuses, times, strict=True))

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
        for word in ("total", "passed", "failed", "errored", "skipped", "flaky"):
            yield Measurement(f"tests.{word}", Decimal(getattr(self, word)))

    def texts(self) -> Iterator[str]:
        """All names, classes, suites and files, for a look at their characters."""
        yield from self._texts
        yield from self._names

    def failed_names(self, limit: int) -> list[str]:
        """Identities of failed and errored cases, sorted, each once, at most ``limit``."""
        bad = compress(self, [status in (FAILED, ERRORED) for status in self._statuses])
        return sorted({case.identity for case in bad})[:limit]

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

    def merge(self, other: Self) -> Cases:
        """The cases of both.

        A case that is equal in every column (names, suite, file, end, time) is the same record read
        twice and counts once more only if one side holds it more often. Everything else stays:
        one suite over several files adds up, and a failure beside a pass of the same name remains
        a failure.
        """
        again = (
            Counter(self) & Counter(other)
            if not set(self._names).isdisjoint(other._names)
            else Counter[Case]()
        )
        writer = CaseWriter()
        writer.extend(self)
        for case in other:
            if again.get(case, 0) > 0:
                again[case] -= 1
            else:
                writer.add_case(case)
        return writer.cases()

    def _matches(self, patterns: Sequence[str]) -> list[bool]:
        fits = _matcher(patterns)
        texts = [fits(text) for text in self._texts]
        texts[0] = False
        seen = map(
            any,
            zip(
                *(map(texts.__getitem__, one) for one in (self._classes, self._suites, self._files)),
                strict=True,
            ),
        )
        return [hit or fits(case.identity) for hit, case in zip(seen, self, strict=True)]

    def rows(self, keep: Sequence[bool]) -> Cases:
        """The rows whose flag is set."""

        def column(one: array[int]) -> array[int]:
            return array("I", compress(one, keep))

        return Cases(
            self._texts,
            list(compress(self._names, keep)),
            (column(self._classes), column(self._suites), column(self._files)),
            bytes(compress(self._statuses, keep)),
            array("d", compress(self._seconds, keep)),
        )


class CaseWriter:
    """Collects cases row by row (``add``) or column by column (``add_columns``)."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.statuses = bytearray()
        self._ids = _Numbers({"": 0})
        self._classes, self._suites, self._files = array("I"), array("I"), array("I")
        self._seconds = array("d")

    def __len__(self) -> int:
        return len(self.names)

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
        self.names.append(name)
        self.statuses.append(status)
        self._classes.append(self.text_id(classname))
        self._suites.append(self.text_id(suite))
        self._files.append(self.text_id(file))
        self._seconds.append(_UNKNOWN if seconds is None or seconds < 0 else float(seconds))

    def add_case(self, case: Case) -> None:
        """One row as it came out of other ``Cases``."""
        self.add(
            case.name,
            case.status,
            classname=case.classname,
            suite=case.suite,
            file=case.file,
            seconds=case.seconds,
        )

    def extend(self, cases: Iterable[Case]) -> None:
        """All rows."""
        for case in cases:
            self.add_case(case)

    def text_id(self, text: str) -> int:
        """The number that stands for a repeated text."""
        return self._ids[text]

    def add_columns(
        self, names: Sequence[str], classes: Sequence[str], files: Sequence[str], seconds: array[float]
    ) -> None:
        """Names and times of cases whose ends and suites follow through ``add_suite``; fast path."""
        self.names.extend(names)
        self.statuses.extend(bytes(len(names)))
        self._extend_texts(self._classes, classes, len(names))
        self._extend_texts(self._files, files, len(names))
        self._seconds.extend(seconds)

    def add_suite(self, name: str, count: int) -> None:
        """The next ``count`` cases of the columns belong to this suite."""
        self._suites.extend(repeat(self._ids[name], count))

    def _extend_texts(self, column: array[int], texts: Sequence[str], count: int) -> None:
        if not texts:
            column.extend(array("I", (0,)) * count)
            return
        column.extend(map(self._ids.__getitem__, texts))

    def identity_at(self, at: int) -> tuple[int, str]:
        """Class and name of a row, comparable."""
        return self._classes[at], self.names[at]

    def cases(self, extra: Iterable[tuple[str, int]] = (), dropped: Collection[int] = ()) -> Cases:
        """The finished columns; the writer must not be used again.

        Args:
            extra: ``(suite, status)`` of failures that belong to a suite as a whole.
            dropped: rows that are left out, because a later attempt stands for them.
        """
        for suite, status in extra:
            self.add(suite, status, suite=suite)
        built = Cases(
            list(self._ids),
            self.names,
            (self._classes, self._suites, self._files),
            bytes(self.statuses),
            self._seconds,
        )
        return built.rows([at not in dropped for at in range(len(built))]) if dropped else built


class _Numbers(dict[str, int]):
    """Gives every new text the next number."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


def _matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    literal = frozenset(patterns)
    union = re.compile("|".join(map(fnmatch.translate, patterns))) if patterns else None

    def fits(text: str) -> bool:
        return text in literal or (union is not None and union.match(text) is not None)

    return fits
