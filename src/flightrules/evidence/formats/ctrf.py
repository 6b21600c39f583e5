"""CTRF, the Common Test Report Format: counted from ``tests``, never from ``summary``.

A summary that knows of more failures than the tests show would pass if the tests were believed; it
is refused. ``other`` means that the tool could not say, which is never a pass; where its own word is
``todo`` there was nothing to run.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import header_notice, json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, Cases, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {"passed": PASSED, "failed": FAILED, "skipped": SKIPPED, "pending": SKIPPED, "other": ERRORED}


def read(source: Source, _head: Head) -> Reading:
    """The tests of the results.

    Raises:
        EvidenceError: E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, E_CONTRADICTION, and as ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    results = mapping(root.get("results"), "results", source.name)
    summary = mapping(results.get("summary"), "results.summary", source.name)
    writer = CaseWriter()
    for test in objects(results.get("tests"), "results.tests", source.name):
        _add(writer, test, source)
    cases = writer.cases()
    declared = whole(summary.get("tests"), "results.summary.tests", source.name)
    said = _compared(summary, cases, source)
    facts, notices = _facts(root, results, summary)
    return json_case_reading("ctrf", source, cases, notices=[*said, *notices], facts=facts, declared=declared)


def _add(writer: CaseWriter, test: dict[str, Any], source: Source) -> None:
    status = text(test, "status")
    if status not in _STATUSES:
        raise EvidenceError(
            "E_ENUM", f"the status {status[:40]!r} is none of {', '.join(_STATUSES)}", file=source.name
        )
    suites = test.get("suite")
    suite = " > ".join(str(one) for one in suites) if isinstance(suites, list) else text(test, "suite")
    end = SKIPPED if text(test, "rawStatus") == "todo" and status == "other" else _STATUSES[status]
    if end == PASSED and (test.get("flaky") is True or _failed_attempt(test)):
        end = FLAKY
    writer.add(text(test, "name"), end, suite=suite, file=text(test, "filePath"))


def _failed_attempt(test: dict[str, Any]) -> bool:
    attempts = test.get("retryAttempts")
    return isinstance(attempts, list) and any(text(one, "status") == "failed" for one in attempts)


def _compared(summary: dict[str, Any], cases: Cases, source: Source) -> list[Notice]:
    failed = whole(summary.get("failed"), "results.summary.failed", source.name)
    passed = whole(summary.get("passed"), "results.summary.passed", source.name)
    if failed > cases.failed + cases.errored and cases.total:
        what = f"the summary declares {failed} failed tests, the tests hold {cases.failed + cases.errored}"
        raise EvidenceError(
            "E_CONTRADICTION", what, file=source.name, hint="check the reporter; it counts in two ways"
        )
    return [header_notice("passed tests", passed, cases.passed)] if passed != cases.passed else []


def _facts(
    root: dict[str, Any], results: dict[str, Any], summary: dict[str, Any]
) -> tuple[dict[str, str], list[Notice]]:
    start = summary.get("start")
    at = rfc3339(start) if isinstance(start, int) and start > 0 else None
    facts, said = ({"taken_at": at}, []) if at else earliest([text(root, "timestamp")])
    environment = results.get("environment")
    found = {
        "tool": text(results, "tool", "name"),
        "tool_version": text(results, "tool", "version"),
        "environment": text(environment, "testEnvironment"),
        "build": text(environment, "commit")
        or text(environment, "buildNumber")
        or text(environment, "buildId"),
    }
    return facts | {key: value for key, value in found.items() if value}, said
