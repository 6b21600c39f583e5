"""pytest-json-report: one outcome for each test, and the collectors that found them.

A file that cannot be collected is errored. ``rerun`` is what remains of a test that passed after failed
attempts. Of the subtests of one test only the last outcome remains, so ``subtests passed`` is believed
only where the whole session passed.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import amount, whole
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_OUTCOMES = {
    "passed": PASSED,
    "xpassed": PASSED,
    "subtests passed": PASSED,
    "failed": FAILED,
    "subtests failed": FAILED,
    "error": ERRORED,
    "skipped": SKIPPED,
    "xfailed": SKIPPED,
    "subtests skipped": SKIPPED,
    "rerun": FLAKY,
}
_FINISHED = (0, 1, 5)  # passed, some failed, nothing collected; the others mean interrupted or broken


def read(source: Source, _head: Head) -> Reading:
    """The tests of the session.

    Raises:
        EvidenceError: E_ENUM, E_MISSING_FIELD, E_RUN_CRASHED, E_CONTRADICTION, and as ``json_case_reading``.
    """
    root = mapping(decode(source, free_text=True), "the report", source.name)
    summary = mapping(root.get("summary"), "summary", source.name)
    code, writer = whole(root.get("exitcode"), "exitcode", source.name), CaseWriter()
    for collector in objects(root.get("collectors"), "collectors", source.name, optional=True):
        if text(collector, "outcome") not in ("", "passed", "skipped"):
            writer.add(text(collector, "nodeid") or "collection", ERRORED, file=text(collector, "nodeid"))
    uncollected = len(writer)
    tests = objects(
        root.get("tests"), "tests", source.name, optional="total" in summary and not _ran(summary)
    )
    for test in tests:
        _add(writer, test, code, source)
    cases = writer.cases()
    bad = cases.failed + cases.errored
    if (code not in _FINISHED and bad == uncollected) or (code == 1 and not bad):
        raise EvidenceError(
            "E_RUN_CRASHED",
            f"pytest ended with status {code}",
            file=source.name,
            hint="see the output of the run",
        )
    at = rfc3339(amount(root["created"], "created", source.name) * 1000) if "created" in root else None
    facts = {"tool": "pytest"} | ({"taken_at": at} if at else {})
    declared = whole(summary["total"], "summary.total", source.name) if "total" in summary else len(tests)
    return json_case_reading("pytest-json", source, cases, facts=facts, declared=declared + uncollected)


def _ran(summary: dict[str, Any]) -> bool:
    return summary.get("total") != 0


def _add(writer: CaseWriter, test: dict[str, Any], code: int, source: Source) -> None:
    outcome, node = text(test, "outcome"), text(test, "nodeid")
    if outcome not in _OUTCOMES:
        raise EvidenceError("E_ENUM", f"the outcome {outcome[:40]!r} is unknown", file=source.name)
    if outcome == "subtests passed" and code:
        raise EvidenceError(
            "E_CONTRADICTION",
            f"the session failed, and of the subtests of {node[:80]!r} only the last outcome is kept",
            file=source.name,
            hint="use --junitxml or pytest-reportlog, which keep every subtest",
        )
    file, _, name = node.partition("::")
    writer.add(name or file, _OUTCOMES[outcome], classname=file if name else "", file=file)
