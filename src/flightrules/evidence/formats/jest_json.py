"""``jest --json``, and Vitest's JSON reporter, which writes the same shape.

A test file that does not compile has no assertion results; it counts as one errored case, which
JUnit and CTRF reporters for Jest leave out. A pass that keeps failure messages is Vitest's retry.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.case_reading import json_case_reading, refuse_hidden
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {
    "passed": PASSED,
    "focused": PASSED,
    "failed": FAILED,
    "error": ERRORED,
    **dict.fromkeys(("pending", "skipped", "todo", "disabled"), SKIPPED),
}


def read(source: Source, _head: Head) -> Reading:
    """The assertion results of all test files.

    Raises:
        EvidenceError: E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, E_RUN_CRASHED, and as ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    writer, broken = CaseWriter(), 0
    for suite in objects(root.get("testResults"), "testResults", source.name):
        file = text(suite, "name") or text(suite, "testFilePath")
        results = objects(
            suite.get("assertionResults", suite.get("testResults")), "assertionResults", source.name
        )
        for result in results:
            _add(writer, result, file, source)
        stated = text(suite, "status")
        if stated and stated not in _STATUSES:
            raise EvidenceError(
                "E_ENUM", f"the status {stated[:40]!r} of a file is unknown", file=source.name
            )
        if stated in ("failed", "error") and not any(
            text(one, "status") in ("failed", "error") for one in results
        ):
            broken += 1
            writer.add(file or "test file", ERRORED, suite=file, file=file)
    missing = _count(root, "numRuntimeErrorTestSuites", source) - broken
    for _ in range(min(missing, 1)):
        writer.add(f"{missing} test files that did not run", ERRORED)
    cases = writer.cases()
    if root.get("success") is False and cases.total and not cases.failed + cases.errored:
        raise EvidenceError(
            "E_RUN_CRASHED",
            "the run reports no success although no test failed",
            file=source.name,
            hint="see the output of the run",
        )
    if root.get("wasInterrupted") is True and not cases.failed + cases.errored:
        raise EvidenceError(
            "E_RUN_CRASHED", "the run was interrupted", file=source.name, hint="run the tests again"
        )
    hidden = _count(root, "numFailedTests", source) or _count(root, "numFailedTestSuites", source)
    refuse_hidden(hidden, cases, source.name)
    start = root.get("startTime")
    at = rfc3339(int(start)) if isinstance(start, int) and not isinstance(start, bool) and start > 0 else None
    declared = _count(root, "numTotalTests", source) + cases.errored
    return json_case_reading("jest", source, cases, facts={"taken_at": at} if at else {}, declared=declared)


def _add(writer: CaseWriter, result: dict[str, Any], file: str, source: Source) -> None:
    status = text(result, "status")
    if status not in _STATUSES:
        raise EvidenceError(
            "E_ENUM", f"the status {status[:40]!r} is none of {', '.join(_STATUSES)}", file=source.name
        )
    end, invocations = _STATUSES[status], result.get("invocations")
    reasons = [result.get("retryReasons"), result.get("failureMessages")]
    if end == PASSED and (
        (isinstance(invocations, int) and invocations > 1)
        or any(isinstance(one, list) and one for one in reasons)
    ):
        end = FLAKY
    writer.add(text(result, "fullName") or text(result, "title"), end, suite=file, file=file)


def _count(root: dict[str, Any], key: str, source: Source) -> int:
    return whole(root[key], key, source.name) if key in root else 0
