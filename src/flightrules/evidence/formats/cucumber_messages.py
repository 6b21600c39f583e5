"""Cucumber messages (``message`` formatter): one envelope a line, from the source to each finished step.

A scenario ends as its worst step or hook does, and its last attempt decides. One that started and did not
finish is errored; a stream without ``testRunFinished`` was cut off.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {
    "PASSED": PASSED,
    "FAILED": FAILED,
    **dict.fromkeys(("UNDEFINED", "AMBIGUOUS", "UNKNOWN"), ERRORED),
    **dict.fromkeys(("PENDING", "SKIPPED"), SKIPPED),
}
_WORST = (FAILED, ERRORED, SKIPPED, PASSED)
_ENVELOPES = ("meta", "pickle", "testCase", "testCaseStarted", "testStepFinished", "testCaseFinished")
_OF_THE_RUN = ("testRunStarted", "testRunHookFinished", "testRunFinished")


def read(source: Source, _head: Head) -> Reading:
    """The scenarios of the run.

    Raises:
        EvidenceError: E_ENUM, E_TRUNCATED, E_RUN_CRASHED, E_WRONG_TYPE, and as ``json_case_reading``.
    """
    run = _Run(source)
    for envelope in documents(source, free_text=True):
        for kind, about in mapping(envelope, "an envelope", source.name).items():
            if kind in _ENVELOPES or kind in _OF_THE_RUN:
                run.take(kind, mapping(about, kind, source.name))
    return run.reading()


class _Run:
    """What is known of each scenario, by the identifiers that the envelopes use for it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names: dict[str, tuple[str, str]] = {}  # of pickles: name, file
        self._pickles: dict[str, str] = {}  # by test case
        self._attempts: dict[str, str] = {}  # test case by attempt
        self._seen: dict[str, set[int]] = {}  # by attempt
        self._ends: dict[str, int] = {}  # by test case
        self._retried: set[str] = set()
        self._facts: dict[str, str] = {}
        self._success: Any = None
        self._pending = False  # which makes a strict run fail
        self._broken_hooks = 0

    def take(self, kind: str, about: dict[str, Any]) -> None:
        """One envelope."""
        if kind == "meta":
            tool, version = (text(about, "implementation", key) for key in ("name", "version"))
            self._facts |= {key: one for key, one in (("tool", tool), ("tool_version", version)) if one}
        elif kind == "pickle":
            self._names[text(about, "id")] = (text(about, "name"), text(about, "uri"))
        elif kind == "testCase":
            self._pickles[text(about, "id")] = text(about, "pickleId")
        elif kind == "testRunStarted":
            self._start(about)
        elif kind == "testRunHookFinished":
            self._broken_hooks += text(about, "result", "status") not in ("PASSED", "SKIPPED")
        elif kind == "testRunFinished":
            self._success = about.get("success") is not False
        else:
            self._attempt(kind, about)

    def reading(self) -> Reading:
        """The result, when the stream has ended."""
        if self._success is None:
            raise EvidenceError(
                "E_TRUNCATED",
                "the stream has no testRunFinished; the run was cut off",
                file=self._source.name,
                hint="run the scenarios again",
            )
        writer = CaseWriter()
        for case, pickle in self._pickles.items():
            name, file = self._names.get(pickle, ("", ""))
            writer.add(name or case, self._ends.get(case, SKIPPED), classname=file, suite=file, file=file)
        for number in range(min(self._broken_hooks, 1000)):
            writer.add(f"hook of the run {number + 1}", ERRORED)
        cases = writer.cases()
        bad = cases.failed + cases.errored
        if not self._success and cases.total > cases.skipped and not bad and not self._pending:
            raise EvidenceError(
                "E_RUN_CRASHED",
                "the run reports no success although no scenario failed",
                file=self._source.name,
                hint="see the output of the run; a hook may have failed",
            )
        return json_case_reading("cucumber-messages", self._source, cases, facts=self._facts)

    def _start(self, about: dict[str, Any]) -> None:
        seconds = (
            about.get("timestamp", {}).get("seconds") if isinstance(about.get("timestamp"), dict) else None
        )
        at = rfc3339(seconds * 1000) if isinstance(seconds, int) and 0 < seconds < 1 << 40 else None
        if at:
            self._facts["taken_at"] = at

    def _attempt(self, kind: str, about: dict[str, Any]) -> None:
        if kind == "testCaseStarted":
            case = text(about, "testCaseId")
            self._attempts[text(about, "id")] = case
            self._seen[text(about, "id")] = set()
            self._ends[case] = ERRORED  # until it finishes
            return
        attempt = text(about, "testCaseStartedId")
        case = self._attempts.get(attempt, "")
        if kind == "testStepFinished":
            self._seen.setdefault(attempt, set()).add(self._status(about))
        elif about.get("willBeRetried") is True:
            self._retried.add(case)
        else:
            end = next((one for one in _WORST if one in self._seen.get(attempt, ())), SKIPPED)
            self._ends[case] = FLAKY if end == PASSED and case in self._retried else end

    def _status(self, about: dict[str, Any]) -> int:
        word = text(about, "testStepResult", "status") or text(about, "testResult", "status")
        if word not in _STATUSES:
            raise EvidenceError("E_ENUM", f"the step status {word[:40]!r} is unknown", file=self._source.name)
        self._pending = self._pending or word == "PENDING"
        return _STATUSES[word]
