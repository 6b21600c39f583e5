"""What a suite announces against what it holds: repeated attempts, missing cases, hidden failures.

A suite that announces failures and shows none broke where no case stood: as a whole it counts as errored
(newman writes a request that got no answer so). Where it would be the only one, the report is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice
from flightrules.evidence.reading.junit_words import says_bad
from flightrules.evidence.reading.xml_markup import attributes_of
from flightrules.evidence.records.case_reading import header_notice, plain_count
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter

__all__ = ["Suite", "SuiteChecks", "name_of"]

_SHOWN = 3
_NAMED_FIRST = re.compile(rb'\s*+name="([^"&<\t\r\n]*+)"')  # as most tools write it; a tenth of the time
_HOOK = re.compile(r'"(?:before|after) (?:all|each)" hook\b')  # Mocha: a failure that is no test
_FIXTURE = re.compile(r"(?:setUp|tearDown)(?:Class|Module) \(")  # unittest: an error that is no test
_JEST_JUNIT = ("name", "errors", "failures", "skipped", "timestamp", "time", "tests")
_PYTEST = ("name", "errors", "failures", "skipped", "tests", "time", "timestamp", "hostname")
_BAD_NAMES = frozenset(["failures", "errors"])
_SKIP_NAMES = ("skipped", "skips", "skip", "disabled", "ignored")


class Suite:
    """An open suite; ``start`` is its first case, ``direct`` the cases not in a nested suite, ``inner`` the
    suites right below it.

    ``broken`` counts failures stated on the suite itself, ``attempts`` the failed attempts of cases
    inside that are no cases of their own, ``unshown`` the suites that announce failures of which they show
    none; all three with nested suites. Attributes may be bytes as they stand in
    the file: they are read when somebody asks, because most suites have nothing to tell.
    """

    __slots__ = (
        "_attributes",
        "attempts",
        "broken",
        "direct",
        "inner",
        "root",
        "start",
        "unshown",
        "written",
    )

    def __init__(self, attributes: Mapping[str, str] | bytes, start: int, root: bool = False) -> None:
        self.written: bytes = attributes if isinstance(attributes, bytes) else b"'"
        self._attributes = None if isinstance(attributes, bytes) else attributes
        self.start = start
        self.root = root
        self.direct = self.broken = self.attempts = self.inner = self.unshown = 0

    @property
    def attributes(self) -> Mapping[str, str]:
        """Attributes by name."""
        if self._attributes is None:
            self._attributes = attributes_of(self.written)
        return self._attributes

    @property
    def name(self) -> str:
        """The suite's name, if it has one."""
        return self.attributes.get("name", "")

    @property
    def label(self) -> str | bytes:
        """The name, or the bytes in which ``name_of`` finds it."""
        return self.name if self._attributes is not None else self.written

    def announces_only(self, tests: int) -> bool:
        """Whether it is plain at a look that it announces so many tests and no failure among them."""
        written = self.written
        return (
            b' tests="%d"' % tests in written
            and b"'" not in written
            and (b"failures" not in written or b' failures="0"' in written)
            and (b"errors" not in written or b' errors="0"' in written)
            and b"status" not in written
            and b"result" not in written
        )


def name_of(written: bytes) -> str:
    """The name of a suite from its attributes as they stand in the file."""
    plain = _NAMED_FIRST.match(written)
    return plain[1].decode() if plain is not None else attributes_of(written).get("name", "")


class SuiteChecks:
    """Settles suites as they end, and remembers what there is to say."""

    def __init__(self, name: str, writer: CaseWriter) -> None:
        self._name = name
        self._writer = writer
        self._disagreements: list[Notice] = []
        self._count = 0
        self._hidden = ""
        self.unshown: list[tuple[str, int]] = []
        self.empty: list[tuple[str, int]] = []
        self.dropped: set[int] = set()
        self.announced = 0

    def settle(self, suite: Suite, end: int) -> None:
        """A suite ended before case number ``end``.

        Raises:
            EvidenceError: E_COUNT_MISMATCH, E_NUMBER, E_NEGATIVE.
        """
        held = self._writer.statuses.count
        bad = held(FAILED, suite.start, end) + held(ERRORED, suite.start, end) + suite.broken
        if not bad + suite.unshown and suite.announces_only(end - suite.start):
            return
        tests, announced = self._declared(suite, "tests"), self._announced(suite)
        if announced != bad + suite.unshown and not suite.attempts:
            self._failures_differ(suite, announced, bad)
        if _counts_assertions(suite):
            return
        if not bad + suite.unshown and says_bad(map(suite.attributes.get, ("status", "result"), ("", ""))):
            suite.unshown += 1
            self.unshown.append((suite.name, ERRORED))
        if tests and end == suite.start and not suite.inner + bad + suite.unshown:
            self._holds_none(suite, tests)
        if tests is not None and tests not in (end - suite.start + suite.broken, *_own_level(suite)):
            self._tests_differ(suite, end, tests, bad)
        self.announced = max(self.announced, tests or 0)

    def notices(self) -> list[Notice]:
        """The first disagreements, and how many more there are."""
        more = self._count - len(self._disagreements)
        unshown = f"{len(self.unshown)} suites announce failures that no case shows; each counts as errored"
        empty = f"{len(self.empty)} suites announce tests and hold none; each counts as errored"
        return [
            *self._disagreements,
            *([Notice("W_COUNT_MISMATCH", unshown)] if self.unshown else []),
            *([Notice("W_COUNT_MISMATCH", empty)] if self.empty else []),
            *([Notice("W_COUNT_MISMATCH", f"{more} more suites disagree with their header")] if more else []),
        ]

    def refuse_hidden(self) -> None:
        """Refuse a report that announces failures, holds none, and would pass.

        Raises:
            EvidenceError: E_CONTRADICTION.
        """
        if self._hidden:
            raise EvidenceError(
                "E_CONTRADICTION", self._hidden, file=self._name, hint="write the report again, complete"
            )

    def _failures_differ(self, suite: Suite, announced: int, bad: int) -> None:
        if announced and not bad + suite.unshown:
            self._hidden = (
                self._hidden or f"{suite.name or 'a suite'} announces {announced} failures and holds none"
            )
            if not _counts_assertions(suite):  # else they may be expected ones
                suite.unshown += 1
                self.unshown.append((suite.name, ERRORED))
        states_it = not suite.attributes.keys().isdisjoint(_BAD_NAMES)
        if states_it and not suite.root and not _counts_assertions(suite):
            self._disagree(suite, "failures", announced, bad)

    def _holds_none(self, suite: Suite, tests: int) -> None:
        """What became of the tests that it announces is not known, unless all were skipped."""
        if tests > sum(self._declared(suite, name) or 0 for name in _SKIP_NAMES):
            self.empty.append((suite.name, ERRORED))

    def _tests_differ(self, suite: Suite, end: int, tests: int, bad: int) -> None:
        held = end - suite.start + suite.broken
        names = self._distinct(suite, end) if self._may_repeat(suite, tests, held) else 0
        if names and _by_pytest(suite):
            held -= self._join_reruns(suite, end)
        elif names and names in (tests, self._jest_total(suite, tests)):
            held -= self._join_attempts(suite, end)
        elif tests < held and not suite.root and (bad <= self._announced(suite) or self._by_jest(suite)):
            self._refuse_surplus(suite, end, tests, held)
        if tests not in (held, held + suite.attempts):
            self._disagree(suite, "tests", tests, held)

    def _may_repeat(self, suite: Suite, tests: int, held: int) -> bool:
        """Whether names are worth comparing: more cases than announced, or pytest, which counts subtests."""
        return held == suite.direct and (tests < held or _by_pytest(suite))

    def _jest_total(self, suite: Suite, tests: int) -> int:
        """jest-junit announces a file that does not compile as an error and not as a test."""
        return tests + (self._declared(suite, "errors") or 0) if self._by_jest(suite) else tests

    def _by_jest(self, suite: Suite) -> bool:
        return tuple(suite.attributes)[: len(_JEST_JUNIT)] == _JEST_JUNIT

    def _refuse_surplus(self, suite: Suite, end: int, tests: int, held: int) -> None:
        """More cases than announced, and all of the surplus passes: the rate would rise."""
        skipped = sum(self._declared(suite, name) or 0 for name in _SKIP_NAMES)
        passed = self._held(suite, end, PASSED) + self._held(suite, end, FLAKY)
        jest = self._by_jest(suite)
        bad = (self._declared(suite, "failures") or 0) if jest else self._announced(suite)
        if suite.broken:  # it failed as a whole, too, so not all that is announced are tests
            bad = self._held(suite, end, FAILED) + self._held(suite, end, ERRORED)
        if passed > max(0, tests + self._hooks(suite, end) - bad - skipped):
            what = f"{suite.name or 'a suite'} declares {tests} tests and holds {held}; the surplus passes"
            todo = "; jest-junit writes test.todo like a pass" if jest else ""
            raise EvidenceError(
                "E_COUNT_MISMATCH",
                what + todo,
                file=self._name,
                hint="use the report of jest --json, which tells todo from passed"
                if jest
                else "check the tool; write the report again, complete",
            )

    def _hooks(self, suite: Suite, end: int) -> int:
        """Failures of hooks and fixtures, which Mocha's reporters and nose2 write as cases uncounted."""
        names, statuses = self._writer.names, self._writer.statuses
        fixtures = self._writer.classes_where(_FIXTURE.match)  # nose2 splits a name at its last point
        return sum(
            _HOOK.search(names[at]) is not None
            if statuses[at] == FAILED
            else statuses[at] == ERRORED and self._writer.identity_at(at)[0] in fixtures
            for at in range(suite.start, end)
        )

    def _announced(self, suite: Suite) -> int:
        return (self._declared(suite, "failures") or 0) + (self._declared(suite, "errors") or 0)

    def _held(self, suite: Suite, end: int, status: int) -> int:
        return self._writer.statuses.count(status, suite.start, end)

    def _distinct(self, suite: Suite, end: int) -> int:
        return len({self._writer.identity_at(at) for at in range(suite.start, end)})

    def _join_attempts(self, suite: Suite, end: int) -> int:
        """Join repeats; the last attempt decides, and a pass after a failed one is flaky."""
        last: dict[tuple[int, str], int] = {}
        statuses, joined = self._writer.statuses, 0
        for at in range(suite.start, end):
            before = last.get(self._writer.identity_at(at))
            last[self._writer.identity_at(at)] = at
            if before is None or statuses[before] == SKIPPED:
                continue
            self.dropped.add(before)
            joined += 1
            if statuses[at] == PASSED:
                statuses[at] = PASSED if statuses[before] == PASSED else FLAKY
        suite.attempts += joined
        return joined

    def _join_reruns(self, suite: Suite, end: int) -> int:
        """Join the cases of one pytest node; a repeated one is an attempt of pytest-rerunfailures.

        pytest writes attempts like passes, and a test whose body and tear-down fail as two cases.
        """
        last: dict[tuple[int, str], int] = {}
        statuses, joined = self._writer.statuses, 0
        for at in range(suite.start, end):
            identity = self._writer.identity_at(at)
            before = last.get(identity)
            last[identity] = at
            if before is None:
                continue
            self.dropped.add(before)
            joined += 1
            if statuses[at] == PASSED:
                bad = statuses[before] in (FAILED, ERRORED)
                statuses[at] = statuses[before] if bad else FLAKY
        suite.attempts += joined
        return joined

    def _declared(self, suite: Suite, name: str) -> int | None:
        text = suite.attributes.get(name)
        if not text or (text.isdigit() and text.isascii()):
            return int(text) if text else None
        if name in _SKIP_NAMES and text.strip().startswith("-"):
            return 0  # Mocha subtracts the failed hooks, which it does not count among the tests
        return plain_count(text.strip(), f"{name} of a suite", self._name) if text.strip() else None

    def _disagree(self, suite: Suite, what: str, declared: int, held: int) -> None:
        self._count += 1
        if len(self._disagreements) < _SHOWN:
            self._disagreements.append(header_notice(f"{what} in {suite.name or 'a suite'}", declared, held))


def _by_pytest(suite: Suite) -> bool:
    """Pytest writes these attributes in this order; its option ``junit_suite_name`` changes the name."""
    return suite.name == "pytest" or tuple(suite.attributes) == _PYTEST


def _own_level(suite: Suite) -> tuple[int, ...]:
    """What a header says that counts no deeper than its suite: cases, or cases and suites (node --test)."""
    return (suite.direct, suite.direct + suite.inner) if suite.inner and suite.direct else ()


def _counts_assertions(suite: Suite) -> bool:
    """Catch2 and doctest announce assertions where others announce tests."""
    return suite.attributes.get("hostname") == "tbd" or "doctest_version" in suite.attributes
