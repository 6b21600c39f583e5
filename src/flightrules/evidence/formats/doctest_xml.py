"""doctest's own XML (``-r=xml``): each ``TestCase`` with whether it succeeded.

A case without a result was cut off by a crash. Cases that a filter left out stand there as skipped.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.case_reading import case_reading, declared_count, refuse_hidden
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_TAGS = frozenset(("TestCase", "OverallResultsTestCases"))
_SUCCESS = {"true": PASSED, "false": FAILED}


def read(source: Source, _head: Head) -> Reading:
    """The test cases of the program.

    Raises:
        EvidenceError: E_ENUM, E_CONTRADICTION, E_NUMBER, E_NEGATIVE, and as ``case_reading``.
    """
    notices: list[Notice] = []
    writer, failed, suite = CaseWriter(), 0, ""
    for node in stream(source, _TAGS, openings=frozenset(("TestSuite",)), notices=notices):
        if node.tag == "TestSuite":
            suite = node.get("name")
        elif node.tag == "TestCase":
            writer.add(node.get("name"), _end(node, source), suite=suite, file=node.get("filename"))
        else:
            failed = declared_count(node.get("failures"), "failures", source) or 0
    cases = writer.cases()
    refuse_hidden(failed, cases, source.name, "the end")
    return case_reading("doctest", source, cases, notices=notices, facts={"tool": "doctest"})


def _end(case: Node, source: Source) -> int:
    if case.get("skipped") == "true":
        return SKIPPED
    overall = case.find("OverallResultsAsserts")
    if overall is None:
        return ERRORED
    success = overall.get("test_case_success")
    if success not in _SUCCESS:
        what = f"test_case_success is neither true nor false: {success[:40]!r}"
        raise EvidenceError("E_ENUM", what, file=source.name, line=overall.line)
    broken = success == "false" and case.find("Exception") is not None
    return ERRORED if broken else _SUCCESS[success]
