"""JUnit XML in all its dialects: Surefire, Gradle, pytest, Jest, gotestsum, CTest, PHPUnit and many more.

Counts come from the cases alone. ``flakyFailure`` and ``rerunFailure`` are attempts of one case.
Repeated names are one test only where the suite's own total says so (gotestsum) and an earlier
attempt failed. An ``error`` directly below a suite is a case of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import compress, count

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.junit_columns import Columns, columns, plain_columns, text_columns
from flightrules.evidence.reading.junit_events import (
    Event,
    Piece,
    read_outlined,
    read_pieces,
)
from flightrules.evidence.reading.junit_text import CaseText, Shape, Tag
from flightrules.evidence.reading.junit_words import (
    ERROR,
    FAILURE,
    FLAKY_ATTEMPT,
    MARKS,
    NOT_RUN,
    PART_SKIP,
    RAW_MARKS,
    RERUN,
    SET_ASIDE,
    SKIP,
    STATES,
    UNKNOWN,
    UNSTARTED,
)
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.reading.xml import ATTRIBUTE_LIMIT, DEPTH_LIMIT
from flightrules.evidence.reading.xml_markup import attributes_of
from flightrules.evidence.reading.xml_pieces import NotPlainError
from flightrules.evidence.records.case_reading import case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, SKIPPED, CaseWriter, LateRows
from flightrules.evidence.records.junit_suites import Suite, SuiteChecks, name_of
from flightrules.evidence.source import Source

__all__ = ["read"]

_PYTEST_SKIPS = frozenset(("pytest.skip", "pytest.xfail"))  # a phase or subtest; another one may fail
_MAY_FAIL = "TEST_CASE tagged with !"  # Catch2: the failure beside it was expected
_TODO = "todo"  # node --test: whether it passes does not matter yet
# CTest's reasons for not running a test that is none to skip it
_NO_START = ("Unable to find ", "Failed to start", "Fixture dependency failed", "Insufficient resources")
_CASE = "testcase"
_SUITES = frozenset(("testsuite", "testsuites"))
_RAW_SUITES = frozenset(tag.encode() for tag in _SUITES)
_MANY = 4 * ATTRIBUTE_LIMIT  # fewer bytes cannot hold more attributes than the limit


def read(source: Source, head: Head) -> Reading:
    """The cases of a JUnit report.

    Raises:
        EvidenceError: E_NO_CASES, E_ALL_SKIPPED, E_RUN_CRASHED, E_COUNT_MISMATCH, E_CONTRADICTION,
            E_NEGATIVE, E_NUMBER, E_MISSING_FIELD, and what makes XML unsafe or broken.
    """
    _refuse_list(head, source)
    walk = _Walk(source)
    if head.namespace or not read_outlined(source, walk.take_text):
        walk = _Walk(source)
        read_pieces(source, walk.take, namespaces=not head.namespace)
    return walk.reading()


def _refuse_list(head: Head, source: Source) -> None:
    """GoogleTest lists tests in the same elements, without what only a run can tell."""
    if head.attributes.keys() == {"tests", "name"} and head.attributes["name"] == "AllTests":
        raise EvidenceError(
            "E_ALL_SKIPPED",
            "this is a list of tests (--gtest_list_tests); none was executed",
            file=source.name,
            hint="run the tests without --gtest_list_tests",
        )


class _Walk:
    """Follows the pieces of the file and knows which suite and which case are open."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._writer = CaseWriter(name_of)
        self._text = CaseText()
        self._checks = SuiteChecks(source.name, self._writer)
        self._suites = [Suite({}, 0, root=True)]
        self._marks: dict[int, int] = {}
        self._broken: list[tuple[str, int]] = []
        self._started = 0  # cases, in former pieces
        self._ended = 0  # cases
        self._assigned = 0  # cases whose suite is known
        self._depth = 0  # open elements when the piece began
        self._stamps: set[str] = set()
        self._odd_time = self._unknown = ""
        self._uncollected = 0

    def take_text(self, text: bytes) -> bytes:
        """Account for one piece of markup; what a parser has to see of it."""
        block, base = self._text.split(text), len(self._writer)
        if block.cases and self._ended != base and (not block.gaps or block.gaps[0][0]):
            raise NotPlainError  # a case of this piece inside one of the last
        if block.plain:
            self._writer.add_later(block.cases, partial(_late, block.shape, block.text, block.cases))
        elif block.cases:
            self._add(text_columns(block.shape.table(block.text), block.cases, self._source.name))
        at = -1
        for at, opened, tags in block.gaps:
            self._started = base + at
            if at:
                self._ended = self._started - opened
                self._depth += opened
            if isinstance(tags, bytes):
                self._next_suite(tags)
            else:
                self._walk(tags)
            if at < block.cases and self._ended != self._started:
                raise NotPlainError  # a case inside a case
        self._started = base + block.cases
        if at != block.cases:
            self._ended = self._started
        return block.outline

    def _next_suite(self, attributes: bytes) -> None:
        """A suite ends and the next one begins."""
        if _is_odd(attributes):
            raise NotPlainError
        self._settle()
        self._open(False, attributes)

    def _walk(self, tags: Sequence[Tag]) -> None:
        """Follow the tags between two cases, or inside the first of them."""
        for ends, starts, attributes, closed in tags:
            if ends:
                self._depth -= 1
                if ends == b"testcase":
                    self._ended += 1
                elif ends in _RAW_SUITES:
                    self._settle()
                continue
            if self._depth >= DEPTH_LIMIT or starts == b"testcase" or _is_odd(attributes):
                raise NotPlainError  # or a fault, which handlers can place
            if starts in _RAW_SUITES:
                self._open(starts == b"testsuites", attributes)
                if closed:
                    self._settle()
            elif starts == b"property" and self._started > self._ended:
                self._property(self._started - 1, attributes_of(attributes))
            elif starts and RAW_MARKS[starts]:
                self._mark(RAW_MARKS[starts], attributes)
            self._depth += not closed

    def _mark(self, mark: int, attributes: bytes) -> None:
        if self._started > self._ended:
            told = attributes_of(attributes) if mark in (SKIP, ERROR) else {}
            self._see(self._started - 1, mark, told)
        elif mark in (FAILURE, ERROR):
            self._break(mark)

    def take(self, piece: Piece) -> None:
        """Account for one piece."""
        rows, events, ends = piece
        if rows:
            self._add(columns(rows, self._source.name))
        closings = list(compress(count(), map(_SUITES.__contains__, ends)))
        closed = at = 0
        for number, event in enumerate(events):
            end = event[3]
            while closed < len(closings) and closings[closed] < end:
                self._ended += ends[at : closings[closed]].count(_CASE)
                at = closings[closed]
                self._settle()
                closed += 1
            self._ended += ends[at:end].count(_CASE)
            at = end
            if self._depth + number + event[2] - end >= DEPTH_LIMIT:
                raise EvidenceError(
                    "E_TOO_DEEP", f"elements are nested deeper than {DEPTH_LIMIT}", file=self._source.name
                )
            self._start(event)
        for place in closings[closed:]:
            self._ended += ends[at:place].count(_CASE)
            at = place
            self._settle()
        self._ended += ends[at:].count(_CASE)
        self._started += len(rows)
        self._depth += len(rows) + len(events) - len(ends)

    def reading(self) -> Reading:
        """The result, when the file has ended."""
        self._settle()
        unshown = [*self._checks.unshown, *(self._checks.empty if len(self._writer) else ())]
        cases = self._writer.cases([*self._broken, *unshown], self._checks.dropped)
        if cases.errored == cases.total == self._uncollected > 0:
            what = f"the run ended while collecting tests: {self._uncollected} errors, nothing ran"
            raise EvidenceError(
                "E_RUN_CRASHED",
                what,
                file=self._source.name,
                hint="mend the collection error and run the tests",
            )
        if cases.failed + cases.errored == len(unshown):
            self._checks.refuse_hidden()
        facts, said = earliest(self._stamps)
        notices = [*self._checks.notices(), *self._said(), *said]
        declared = None if cases.total else self._checks.announced
        return case_reading("junit", self._source, cases, notices=notices, facts=facts, declared=declared)

    def _said(self) -> list[Notice]:
        said = (
            [Notice("W_NUMBER", f"the time {self._odd_time[:40]!r} has an unusual form")]
            if self._odd_time
            else []
        )
        if self._unknown:
            what = f"the end {self._unknown[:40]!r} is not known; such cases count as errored"
            said.append(Notice("W_UNKNOWN_STATE", what))
        if self._checks.dropped:
            said.append(
                Notice(
                    "W_RETRIES", f"{len(self._checks.dropped)} earlier attempts were joined with the last one"
                )
            )
        return said

    def _add(self, found: Columns) -> None:
        base = len(self._writer)
        self._writer.add_columns(found.names, found.classes, found.files, found.times)
        self._odd_time = self._odd_time or next(iter(found.odd_times), "")
        for at, words in found.states:
            for word in words:
                if STATES[word]:
                    self._marks[base + at] = self._marks.get(base + at, 0) | STATES[word]
                    self._unknown = self._unknown or (word if STATES[word] & UNKNOWN else "")

    def _start(self, event: Event) -> None:
        tag, flat, row, _ = event
        mark = MARKS[tag]
        if not mark:
            if tag in _SUITES:
                self._open(tag == "testsuites", dict(zip(flat[::2], flat[1::2], strict=True)))
            elif tag == "property" and self._started + row > self._ended:
                self._property(self._started + row - 1, dict(zip(flat[::2], flat[1::2], strict=True)))
        elif self._started + row > self._ended:
            self._see(self._started + row - 1, mark, dict(zip(flat[::2], flat[1::2], strict=True)))
        elif mark in (FAILURE, ERROR):
            self._break(mark)

    def _break(self, mark: int) -> None:
        """A failure of a suite as a whole."""
        self._suites[-1].broken += 1
        self._broken.append((self._suites[-1].name, FAILED if mark == FAILURE else ERRORED))

    def _open(self, root: bool, attributes: dict[str, str] | bytes) -> None:
        self._assign()
        suite = Suite(attributes, self._ended, root)
        self._suites.append(suite)
        if (b"timestamp" if isinstance(attributes, bytes) else "timestamp") in attributes:
            self._stamps.update(text for key, text in suite.attributes.items() if key == "timestamp")

    def _see(self, case: int, mark: int, attributes: dict[str, str]) -> None:
        if mark == SKIP and attributes:
            mark = _skip(attributes)
        self._marks[case] = self._marks.get(case, 0) | mark
        if mark in (FLAKY_ATTEMPT, RERUN):
            self._suites[-1].attempts += 1
        elif mark == ERROR and "collection failure" in attributes.values():
            self._uncollected += 1

    def _property(self, case: int, attributes: dict[str, str]) -> None:
        """node-tap writes a case that did not run like a pass, with a property that says so."""
        if attributes.get("name") in ("skip", "todo") and "assertions" in self._suites[-1].attributes:
            self._marks[case] = self._marks.get(case, 0) | PART_SKIP

    def _assign(self) -> None:
        """The ended cases that belong to no suite yet belong to the innermost open one."""
        cases = self._ended - self._assigned
        if cases:
            suite = self._suites[-1]
            self._writer.add_suite(suite.label, cases)
            suite.direct += cases
            self._assigned = self._ended

    def _settle(self) -> None:
        self._assign()
        suite = self._suites.pop()
        if self._marks:
            for case, marks in self._marks.items():
                self._writer.statuses[case] = self._status(case, marks)
            self._marks.clear()
        self._checks.settle(suite, self._ended)
        if self._suites:
            self._suites[-1].inner += 1
            self._suites[-1].broken += suite.broken
            self._suites[-1].unshown += suite.unshown
            self._suites[-1].attempts += suite.attempts

    def _status(self, case: int, marks: int) -> int:
        if marks & SET_ASIDE:
            return SKIPPED
        bad = marks & (FAILURE | ERROR)
        if marks & NOT_RUN and not bad:
            return ERRORED if marks & UNSTARTED else SKIPPED
        if marks & SKIP:
            if bad:
                what = f"the case {self._writer.names[case][:80]!r} is skipped and failed at once"
                raise EvidenceError(
                    "E_CONTRADICTION", what, file=self._source.name, hint="check the tool that wrote it"
                )
            return SKIPPED
        if marks == PART_SKIP:
            return SKIPPED
        if marks & (FAILURE | RERUN):
            return FAILED if marks & FAILURE or not marks & ERROR else ERRORED
        return ERRORED if marks & ERROR else FLAKY


def _late(shape: Shape, text: bytes, cases: int, keep: Sequence[bool] | None) -> LateRows:
    if keep is not None:
        text, cases = shape.only(text, keep), sum(keep)
    found = plain_columns(shape.table(text), cases)
    return LateRows(found.names, found.classes, found.files, found.times)


def _is_odd(attributes: bytes) -> bool:
    return len(attributes) > _MANY and len(attributes_of(attributes)) > ATTRIBUTE_LIMIT


def _skip(attributes: dict[str, str]) -> int:
    """What kind of skip the attributes of ``skipped`` tell."""
    if not _PYTEST_SKIPS.isdisjoint(attributes.values()):
        return PART_SKIP
    message = attributes.get("message", "")
    if message.startswith(_NO_START):
        return SKIP | UNSTARTED
    return SET_ASIDE if message.startswith(_MAY_FAIL) or attributes.get("type") == _TODO else SKIP
