"""TAP, the Test Anything Protocol, versions 12 to 14.

``TODO`` is neither a failure nor a pass, ``ok # SKIP`` no pass. Subtests are indented and summed up by
their parent's point, so only the parent counts; it is no pass where nothing below it ran, and a failure
where something below it failed. Two producers count otherwise, and so does this reader: ``node --test``
(its trailer has ``# suites``) counts every point that is no suite, Vitest (``{`` and ``}`` around the
points of a file) has files and suites as parents. A bail-out, a missing plan and missing points are
broken runs.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.case_reading import case_reading, header_notice, refuse_hidden
from flightrules.evidence.records.cases import FAILED, PASSED, SKIPPED, Cases, CaseWriter
from flightrules.evidence.records.tap_points import Point, PointTree
from flightrules.evidence.source import Source

__all__ = ["read"]

_PLAN = re.compile(r"1\.\.(\d{1,9})\s*(?:#\s*(.*))?\Z", re.ASCII)
_POINT = re.compile(r"(not )?ok\b(?:\s+(\d{1,9})\b)?\s*(?:- )?(.*)\Z", re.ASCII)
_DIRECTIVE = re.compile(r"(?<!\\)#\s*(skip\S*|todo)\b[:\s]*(.*)\Z", re.IGNORECASE | re.ASCII)
_TRAILER = re.compile(r"#\s*(tests|suites|pass|fail)\s+(\d{1,9})\s*\Z", re.ASCII)
_BROKEN = re.compile(r"# Looks like your test (?:exited with|died\b)")  # Perl's Test::More, where all were ok
_TIME = re.compile(r"(?<!\s)\s*#\s*time=\S+\Z")  # a search that starts at each of many spaces takes hours
_HOOK = re.compile(r'"(?:before|after) (?:all|each)" hook\b')
_YAML_START, _YAML_END = re.compile(r"\s+---(\s|\Z)"), re.compile(r"\s+\.\.\.\s*\Z")
_SUITE = re.compile(r"\s+type: ['\"]?suite['\"]?\s*\Z")
_DEEPEST = 200  # columns; further right stands output, not a subtest


class _Plan(NamedTuple):
    points: int
    reason: str


def read(source: Source, _head: Head) -> Reading:
    """The test points of the outermost level.

    Raises:
        EvidenceError: E_RUN_CRASHED, E_TRUNCATED, E_COUNT_MISMATCH, E_DUPLICATE_KEY, and as ``case_reading``.
    """
    walk = _Walk(source)
    for number, line in enumerate(lines(source), 1):
        walk.take(line, number)
    return walk.reading()


class _Walk:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._tree = PointTree()
        self._plan: _Plan | None = None
        self._numbers: dict[int, bool] = {}
        self._failed: list[bool] = []
        self._twice: tuple[int, int] | None = None
        self._trailer: dict[str, int] = {}
        self._in_yaml = False
        self._expected_failures = 0

    def take(self, line: str, number: int) -> None:
        """One line; whatever is indented belongs to a subtest or a diagnostic."""
        if self._in_yaml or line[:1] in (" ", "\t"):
            self._indented(line, number)
            return
        bail = line.startswith("Bail out!")
        if bail or _BROKEN.match(line):
            what = f"the run bailed out: {line[9:].strip()[:200]}" if bail else line[2:].strip()[:200]
            raise self._error("E_RUN_CRASHED", what, number, "mend the run and repeat it")
        plan, point, trailer = _PLAN.match(line), _POINT.match(line), _TRAILER.match(line)
        if plan is not None:
            self._set_plan(_Plan(int(plan.group(1)), plan.group(2) or ""), number)
        elif point is not None:
            self._point(point, 0, number)
        elif trailer is not None:
            self._trailer[trailer.group(1)] = int(trailer.group(2))

    def reading(self) -> Reading:
        """The result, when the file has ended."""
        counted = "suites" in self._trailer
        self._check_plan(self._tree.top, numbered=not counted)
        writer = CaseWriter()
        for point in self._tree.every() if counted else self._tree.counted():
            writer.add(point.path, point.end)
        cases = writer.cases()
        return case_reading("tap", self._source, cases, notices=self._said(cases))

    def _indented(self, line: str, number: int) -> None:
        if self._in_yaml:
            if _SUITE.match(line):
                self._tree.mark_suite()
            self._in_yaml = not _YAML_END.match(line)
            return
        self._in_yaml = bool(_YAML_START.match(line))
        body = line.strip()
        indent = len(line) - len(line.lstrip())
        point = _POINT.match(body) if body.startswith(("ok", "not ok")) and indent <= _DEEPEST else None
        if point is not None:
            self._point(point, indent, number)

    def _set_plan(self, plan: _Plan, number: int) -> None:
        if self._plan is not None:
            raise self._error(
                "E_DUPLICATE_KEY",
                "there are two plans; are two runs joined in one file?",
                number,
                "keep one run a file",
            )
        self._plan = plan

    def _point(self, point: re.Match[str], indent: int, line: int) -> None:
        text = point.group(3).rstrip()
        opens = text.endswith("{") and bool(_TIME.search(text[:-1].rstrip()) or _DIRECTIVE.search(text))
        text = text[:-1].rstrip() if opens else text
        directive = _DIRECTIVE.search(text)
        word = directive.group(1).lower() if directive else ""
        name = _TIME.sub("", text[: directive.start()].strip() if directive else text).strip()
        number = int(point.group(2)) if point.group(2) else len(self._numbers) + 1
        end = self._end(failed=bool(point.group(1)), word=word)
        self._tree.add(Point(name or f"point {number}", end, indent), opens=opens)
        if not indent:
            self._failed.append(end == FAILED)
            self._number(number, line, hook=bool(_HOOK.search(name)))

    def _number(self, number: int, line: int, *, hook: bool) -> None:
        """Mocha gives a broken hook the number of the test that comes next."""
        twice = number in self._numbers and not hook and not self._numbers[number]
        self._twice = self._twice or ((number, line) if twice else None)
        self._numbers[number] = hook or self._numbers.get(number, False)

    def _end(self, *, failed: bool, word: str) -> int:
        if word.startswith("skip"):
            return FAILED if failed else SKIPPED
        if word == "todo":
            self._expected_failures += failed
            return SKIPPED
        return FAILED if failed else PASSED

    def _check_plan(self, points: int, *, numbered: bool) -> None:
        if self._twice and numbered:
            number, line = self._twice
            raise self._error(
                "E_DUPLICATE_KEY", f"the point {number} stands twice", line, "keep one run a file"
            )
        if self._plan is None:
            if points:
                raise self._error(
                    "E_TRUNCATED",
                    "there is no plan, so points may be missing",
                    None,
                    "let the producer write its plan (1..N)",
                )
            return
        if self._plan.points == 0 and not points:
            reason = f": {self._plan.reason}" if self._plan.reason else ""
            raise self._error("E_NO_CASES", f"the plan is 1..0{reason[:200]}", None, "check why nothing ran")
        if points < self._plan.points:
            what = f"the plan announces {self._plan.points} points, {points} came"
            raise self._error("E_COUNT_MISMATCH", what, None, "the run broke off; repeat it")
        highest = max(self._numbers) if numbered else 0
        surplus = self._failed[self._plan.points :]
        if numbered and surplus and all(surplus):
            return  # AVA's plan leaves out what broke outside of tests
        if points > self._plan.points or highest > self._plan.points:
            what = f"the plan announces {self._plan.points} points, {points} came, up to {highest or points}"
            raise self._error("E_COUNT_MISMATCH", what, None, "keep one run a file")

    def _said(self, cases: Cases) -> list[Notice]:
        said = []
        if self._expected_failures:
            said.append(
                Notice(
                    "W_NOT_TESTED",
                    f"{self._expected_failures} failing points are marked TODO and count as skipped",
                )
            )
        refuse_hidden(self._trailer.get("fail", 0), cases, self._source.name, "the trailer")
        declared = self._trailer.get("tests")
        if declared is not None and declared != cases.total:
            said.append(header_notice("tests", declared, cases.total))
        return said

    def _error(self, code: str, message: str, line: int | None, hint: str) -> EvidenceError:
        return EvidenceError(code, message, file=self._source.name, line=line, hint=hint)
