"""Boost.Test's detailed report (``--report_format=XML --report_level=detailed``): test cases in suites.

A short report counts cases without naming them; that is a claim, not a record.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.xml import stream
from flightrules.evidence.records.case_reading import case_reading, declared_count
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_RESULTS = {"passed": PASSED, "failed": FAILED, "aborted": ERRORED, "skipped": SKIPPED}
_TAGS = frozenset(("TestCase",))
_OPENINGS = frozenset(("TestSuite",))
_COUNTS = ("passed", "passed_with_warnings", "failed", "skipped", "aborted", "timed_out")


def read(source: Source, _head: Head) -> Reading:
    """The test cases of the module.

    Raises:
        EvidenceError: E_ENUM, E_COUNT_MISMATCH, E_CONTRADICTION, E_NUMBER, E_NEGATIVE, and as
            ``case_reading``.
    """
    notices: list[Notice] = []
    writer, suite, declared, failed = CaseWriter(), "", 0, 0
    for node in stream(source, _TAGS, openings=_OPENINGS, notices=notices):
        if node.tag == "TestSuite":
            first, suite = not suite, node.get("name") or "(suite)"
            if first:  # the outermost one counts all
                counts = {
                    one: declared_count(node.get(f"test_cases_{one}"), one, source) or 0 for one in _COUNTS
                }
                declared = counts["passed"] + counts["failed"] + counts["skipped"]
                failed = counts["failed"]
            continue
        result = node.get("result")
        if result not in _RESULTS:
            raise EvidenceError(
                "E_ENUM",
                f"the result {result[:40]!r} is none of {', '.join(_RESULTS)}",
                file=source.name,
                line=node.line,
            )
        writer.add(node.get("name"), _RESULTS[result], suite=suite)
    cases = writer.cases()
    if declared and not cases.total:
        raise EvidenceError(
            "E_COUNT_MISMATCH",
            f"the report counts {declared} test cases and lists none",
            file=source.name,
            hint="run with --report_level=detailed, or --log_format=JUNIT",
        )
    if failed and not cases.failed + cases.errored:
        raise EvidenceError(
            "E_CONTRADICTION", f"the report counts {failed} failed cases and lists none", file=source.name
        )
    return case_reading(
        "boost-test", source, cases, notices=notices, facts={"tool": "Boost.Test"}, declared=declared or None
    )
