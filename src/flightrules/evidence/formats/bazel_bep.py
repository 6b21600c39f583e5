"""Bazel's build event protocol as JSON lines: one case for each test target.

``testSummary`` gives a target's verdict over runs, shards and attempts; without it the results
themselves do. A target that was aborted or did not build is errored. The stream must reach its last
message.
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
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {
    "PASSED": PASSED,
    "FLAKY": FLAKY,
    "FAILED": FAILED,
    **dict.fromkeys(
        (
            "TIMEOUT",
            "INCOMPLETE",
            "REMOTE_FAILURE",
            "FAILED_TO_BUILD",
            "NO_STATUS",
            "TOOL_HALTED_BEFORE_TESTING",
        ),
        ERRORED,
    ),
}
_WORST = (FAILED, ERRORED, FLAKY, PASSED)
_HARMLESS = ("", "SUCCESS")
_LONGEST_STAMP = 15


def read(source: Source, _head: Head) -> Reading:
    """The test targets of the invocation.

    Raises:
        EvidenceError: E_ENUM, E_TRUNCATED, E_RUN_CRASHED, and as ``json_case_reading``.
    """
    walk = _Walk(source)
    last = False
    for event in documents(source, free_text=True):
        walk.take(mapping(event, "an event", source.name))
        last = last or event.get("lastMessage") is True
    if not last:
        raise EvidenceError(
            "E_TRUNCATED",
            "the stream has no last message; the build was cut off",
            file=source.name,
            hint="run the build again",
        )
    cases = walk.cases()
    if walk.exit not in _HARMLESS and cases.total and not cases.failed + cases.errored:
        what = f"the build ended as {walk.exit[:40]} although no test failed"
        raise EvidenceError("E_RUN_CRASHED", what, file=source.name, hint="see the output of the build")
    return json_case_reading("bazel-bep", source, cases, facts=walk.facts)


class _Walk:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._summaries: dict[str, int] = {}
        self._results: dict[str, dict[tuple[str, str], list[int]]] = {}
        self._announced: dict[str, None] = {}
        self.facts: dict[str, str] = {}
        self.exit = ""

    def take(self, event: dict[str, Any]) -> None:
        identity = event.get("id")
        kinds = set(identity) if isinstance(identity, dict) else set()
        self._announce(event)
        if "testSummary" in kinds:
            label = text(identity, "testSummary", "label")
            self._summaries[label] = (
                ERRORED if "aborted" in event else self._status(text(event, "testSummary", "overallStatus"))
            )
        elif "testResult" in kinds:
            self._result(identity, event)
        elif "started" in kinds:
            self._start(event)
        elif "buildFinished" in kinds:
            self.exit = text(event, "finished", "exitCode", "name")

    def cases(self) -> Any:
        writer = CaseWriter()
        for label in self._announced | dict.fromkeys(self._results) | dict.fromkeys(self._summaries):
            package, _, _ = label.partition(":")
            writer.add(
                label,
                self._summaries[label] if label in self._summaries else self._verdict(label),
                suite=package,
            )
        return writer.cases()

    def _announce(self, event: dict[str, Any]) -> None:
        children = event.get("children")
        for child in children if isinstance(children, list) else []:
            label = text(child, "testSummary", "label") or text(child, "testResult", "label")
            if label:
                self._announced[label] = None

    def _result(self, identity: Any, event: dict[str, Any]) -> None:
        label = text(identity, "testResult", "label")
        part = (text(identity, "testResult", "run"), text(identity, "testResult", "shard"))
        end = ERRORED if "aborted" in event else self._status(text(event, "testResult", "status"))
        self._results.setdefault(label, {}).setdefault(part, []).append(end)

    def _verdict(self, label: str) -> int:
        """The worst over runs and shards; the last attempt of each decides."""
        parts = self._results.get(label, {}).values()
        ends = {FLAKY if len(one) > 1 and one[-1] == PASSED else one[-1] for one in parts}
        return next((one for one in _WORST if one in ends), ERRORED)

    def _start(self, event: dict[str, Any]) -> None:
        started, millis = event.get("started"), text(event, "started", "startTimeMillis")
        at = (
            rfc3339(int(millis))
            if millis.isascii() and millis.isdigit() and len(millis) < _LONGEST_STAMP
            else None
        )
        version = text(started, "buildToolVersion")
        self.facts = (
            {"tool": "bazel"}
            | ({"taken_at": at} if at else {})
            | ({"tool_version": version} if version else {})
        )

    def _status(self, word: str) -> int:
        if word not in _STATUSES:
            raise EvidenceError("E_ENUM", f"the test status {word[:40]!r} is unknown", file=self._source.name)
        return _STATUSES[word]
