"""TAP, the Test Anything Protocol, versions 12 to 14.

``not ok # TODO`` is no failure, ``ok # SKIP`` no pass. Subtests are indented and summed up by their
parent's point; only the parent counts. A bail-out, a missing plan and missing points are broken runs.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.text import lines
from flightrules.evidence.records.case_reading import case_reading, header_notice
from flightrules.evidence.records.cases import FAILED, PASSED, SKIPPED, Cases, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_PLAN = re.compile(r"1\.\.(\d{1,9})\s*(?:#\s*(.*))?\Z", re.ASCII)
_POINT = re.compile(r"(not )?ok\b(?:\s+(\d{1,9})\b)?\s*(?:- )?(.*)\Z", re.ASCII)
_DIRECTIVE = re.compile(r"(?<!\\)#\s*(skip\S*|todo)\b[:\s]*(.*)\Z", re.IGNORECASE | re.ASCII)
_TRAILER = re.compile(r"#\s*(tests|pass|fail)\s+(\d{1,9})\s*\Z", re.ASCII)
_YAML_START, _YAML_END = re.compile(r"\s+---(\s|\Z)"), re.compile(r"\s+\.\.\.\s*\Z")


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
        self._writer = CaseWriter()
        self._plan: _Plan | None = None
        self._numbers: set[int] = set()
        self._trailer: dict[str, int] = {}
        self._in_yaml = False
        self._expected_failures = 0

    def take(self, line: str, number: int) -> None:
        """One line; whatever is indented belongs to a subtest or a diagnostic."""
        if self._in_yaml or line[:1] in (" ", "\t"):
            self._in_yaml = not _YAML_END.match(line) if self._in_yaml else bool(_YAML_START.match(line))
            return
        if line.startswith("Bail out!"):
            raise self._error(
                "E_RUN_CRASHED",
                f"the run bailed out: {line[9:].strip()[:200]}",
                number,
                "mend the run and repeat it",
            )
        plan, point, trailer = _PLAN.match(line), _POINT.match(line), _TRAILER.match(line)
        if plan is not None:
            self._set_plan(_Plan(int(plan.group(1)), plan.group(2) or ""), number)
        elif point is not None:
            self._point(point, number)
        elif trailer is not None:
            self._trailer[trailer.group(1)] = int(trailer.group(2))

    def reading(self) -> Reading:
        """The result, when the file has ended."""
        cases = self._writer.cases()
        self._check_plan(cases)
        return case_reading("tap", self._source, cases, notices=self._said(cases))

    def _set_plan(self, plan: _Plan, number: int) -> None:
        if self._plan is not None:
            raise self._error(
                "E_DUPLICATE_KEY",
                "there are two plans; are two runs joined in one file?",
                number,
                "keep one run a file",
            )
        self._plan = plan

    def _point(self, point: re.Match[str], number: int) -> None:
        numbered = int(point.group(2)) if point.group(2) else len(self._numbers) + 1
        if numbered in self._numbers:
            raise self._error(
                "E_DUPLICATE_KEY", f"the point {numbered} stands twice", number, "keep one run a file"
            )
        self._numbers.add(numbered)
        directive = _DIRECTIVE.search(point.group(3))
        word = directive.group(1).lower() if directive else ""
        name = (point.group(3)[: directive.start()] if directive else point.group(3)).strip()
        self._writer.add(name or f"point {numbered}", self._end(failed=bool(point.group(1)), word=word))

    def _end(self, *, failed: bool, word: str) -> int:
        if word.startswith("skip"):
            return FAILED if failed else SKIPPED
        if word == "todo":
            self._expected_failures += failed
            return SKIPPED if failed else PASSED
        return FAILED if failed else PASSED

    def _check_plan(self, cases: Cases) -> None:
        if self._plan is None:
            if cases.total:
                raise self._error(
                    "E_TRUNCATED",
                    "there is no plan, so points may be missing",
                    None,
                    "let the producer write its plan (1..N)",
                )
            return
        if self._plan.points == 0 and not cases.total:
            reason = f": {self._plan.reason}" if self._plan.reason else ""
            raise self._error("E_NO_CASES", f"the plan is 1..0{reason[:200]}", None, "check why nothing ran")
        if cases.total < self._plan.points:
            what = f"the plan announces {self._plan.points} points, {cases.total} came"
            raise self._error("E_COUNT_MISMATCH", what, None, "the run broke off; repeat it")
        if cases.total > self._plan.points or max(self._numbers) > self._plan.points:
            highest = max(self._numbers)
            what = f"the plan announces {self._plan.points} points, {cases.total} came, up to {highest}"
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
        declared = self._trailer.get("tests")
        if declared is not None and declared != cases.total:
            said.append(header_notice("tests", declared, cases.total))
        return said

    def _error(self, code: str, message: str, line: int | None, hint: str) -> EvidenceError:
        return EvidenceError(code, message, file=self._source.name, line=line, hint=hint)
