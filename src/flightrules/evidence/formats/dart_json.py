"""``dart test`` and ``flutter test`` with ``--reporter json``: one event a line.

Hidden tests are the loading of a file and count only where it fails. A run without its ``done``
event was cut off.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_RESULTS = {"success": PASSED, "failure": FAILED, "error": ERRORED}


def read(source: Source, _head: Head) -> Reading:
    """The tests of the run.

    Raises:
        EvidenceError: E_ENUM, E_REFERENCE, E_TRUNCATED, E_RUN_CRASHED, and as ``json_case_reading``.
    """
    walk = _Walk(source)
    for event in documents(source, free_text=True):
        if isinstance(event, dict):  # Flutter's own daemon messages are arrays
            walk.take(event)
    return walk.reading()


class _Walk:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._writer = CaseWriter()
        self._suites: dict[str, str] = {}
        self._tests: dict[str, tuple[str, str]] = {}
        self._done: dict[str, Any] | None = None
        self._version = ""

    def take(self, event: dict[str, Any]) -> None:
        kind = text(event, "type")
        if kind == "suite":
            self._suites[text(event, "suite", "id")] = text(event, "suite", "path")
        elif kind == "testStart":
            test = mapping(event.get("test"), "test", self._source.name)
            self._tests[text(test, "id")] = (text(test, "name"), self._suites.get(text(test, "suiteID"), ""))
        elif kind == "testDone":
            self._end(event)
        elif kind == "done":
            self._done = event
        elif kind == "start":
            self._version = text(event, "runnerVersion")

    def reading(self) -> Reading:
        for name, file in self._tests.values():
            if not name.startswith("loading "):
                self._writer.add(name, ERRORED, suite=file, file=file)
        cases = self._writer.cases()
        if self._done is None and cases.total:
            raise EvidenceError(
                "E_TRUNCATED",
                "the run has no done event; it was cut off",
                file=self._source.name,
                hint="run the tests again",
            )
        if (
            self._done is not None
            and self._done.get("success") is not True
            and cases.total
            and not cases.failed + cases.errored
        ):
            raise EvidenceError(
                "E_RUN_CRASHED",
                "the run reports no success although no test failed",
                file=self._source.name,
                hint="see the output of the run",
            )
        facts = {"tool": "dart test"} | ({"tool_version": self._version} if self._version else {})
        return json_case_reading("dart", self._source, cases, facts=facts)

    def _end(self, event: dict[str, Any]) -> None:
        number, result = text(event, "testID"), text(event, "result")
        if number not in self._tests:
            raise EvidenceError(
                "E_REFERENCE", f"the test {number[:40]} ended without a start", file=self._source.name
            )
        if result not in _RESULTS:
            raise EvidenceError(
                "E_ENUM",
                f"the result {result[:40]!r} is none of {', '.join(_RESULTS)}",
                file=self._source.name,
            )
        name, file = self._tests.pop(number)
        if event.get("hidden") is True and result == "success":
            return
        end = SKIPPED if event.get("skipped") is True and result == "success" else _RESULTS[result]
        self._writer.add(name, end, suite=file, file=file)
