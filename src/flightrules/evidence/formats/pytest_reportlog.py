"""pytest-reportlog: one report a line, up to three (setup, call, teardown) for each test.

A failed set-up or tear-down and a file that cannot be collected are errored. ``rerun`` (from
pytest-rerunfailures) is a failed attempt. A subtest that failed fails its test, whatever the test itself
says (``unittest`` says passed). A log without ``SessionFinish`` was cut off.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_REPORTS = ("TestReport", "SubTestReport", "SubtestReport")
_FINISHED = (0, 1, 5)  # passed, some failed, nothing collected; the others mean interrupted or broken


def read(source: Source, _head: Head) -> Reading:
    """The tests of the session.

    Raises:
        EvidenceError: E_ENUM, E_TRUNCATED, E_RUN_CRASHED, and as ``json_case_reading``.
    """
    ends: dict[str, int] = {}
    retried: set[str] = set()
    version, finish = "", None
    for record in documents(source, free_text=True):
        mapping(record, "a record", source.name)
        kind = text(record, "$report_type")
        if kind == "SessionStart":
            version = text(record, "pytest_version")
        elif kind == "SessionFinish":
            finish = record.get("exitstatus")
        elif kind == "CollectReport" and text(record, "outcome") not in ("passed", "skipped"):
            ends[text(record, "nodeid")] = ERRORED
        elif kind in _REPORTS:
            _phase(record, ends, retried, source)
    writer = CaseWriter()
    for node, end in ends.items():
        file, _, name = node.partition("::")
        writer.add(
            name or file,
            FLAKY if end == PASSED and node in retried else end,
            classname=file if name else "",
            file=file,
        )
    cases = writer.cases()
    if finish is None:
        raise EvidenceError(
            "E_TRUNCATED",
            "the log has no SessionFinish; the session was cut off",
            file=source.name,
            hint="run the tests again",
        )
    if finish not in _FINISHED:
        raise EvidenceError(
            "E_RUN_CRASHED",
            f"pytest ended with status {finish}",
            file=source.name,
            hint="see the output of the run",
        )
    facts = {"tool": "pytest"} | ({"tool_version": version} if version else {})
    return json_case_reading("pytest-reportlog", source, cases, facts=facts)


def _phase(record: dict[str, Any], ends: dict[str, int], retried: set[str], source: Source) -> None:
    node, when, outcome = text(record, "nodeid"), text(record, "when"), text(record, "outcome")
    if text(record, "$report_type") != "TestReport" and outcome in ("passed", "skipped"):
        return  # the test itself says the same or worse
    if outcome == "rerun":
        retried.add(node)
        ends.pop(node, None)
    elif outcome == "failed":
        if not (when == "teardown" and ends.get(node) == FAILED):
            ends[node] = FAILED if when == "call" else ERRORED
    elif outcome in ("passed", "skipped"):
        end = PASSED if outcome == "passed" else SKIPPED
        if (when == "call" or end == SKIPPED) and ends.get(node) not in (FAILED, ERRORED):
            ends[node] = end
    else:
        raise EvidenceError("E_ENUM", f"the outcome {outcome[:40]!r} is unknown", file=source.name)
