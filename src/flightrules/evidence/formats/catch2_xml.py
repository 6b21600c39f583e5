"""Catch2's own XML (``-r xml``), versions 2 and 3: each ``TestCase`` with its ``OverallResult``.

A case without one was cut off by a crash. A failed expression in a case that succeeded was expected to fail
(``[!mayfail]``, ``[!shouldfail]``), which shows nothing yet: skipped.
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

_ROOTS = frozenset(("Catch", "Catch2TestRun"))
_TAGS = frozenset(("TestCase", "OverallResultsCases"))


def read(source: Source, _head: Head) -> Reading:
    """The test cases of the program.

    Raises:
        EvidenceError: E_ENUM, E_CONTRADICTION, E_NUMBER, E_NEGATIVE, and as ``case_reading``.
    """
    notices: list[Notice] = []
    writer, failed, facts = CaseWriter(), 0, {"tool": "Catch2"}
    for node in stream(source, _TAGS, openings=_ROOTS, notices=notices):
        if node.tag == "TestCase":
            writer.add(
                node.get("name"), _end(node, source), suite=node.get("tags"), file=node.get("filename")
            )
        elif node.tag == "OverallResultsCases":
            failed = declared_count(node.get("failures"), "failures", source) or 0
        elif node.get("catch2-version"):
            facts["tool_version"] = node.get("catch2-version")
    cases = writer.cases()
    refuse_hidden(failed, cases, source.name, "the end")
    return case_reading("catch2", source, cases, notices=notices, facts=facts)


def _end(case: Node, source: Source) -> int:
    overall = case.find("OverallResult")
    if overall is None:
        return ERRORED
    success = overall.get("success")
    if success not in ("true", "false"):
        raise EvidenceError(
            "E_ENUM",
            f"success is neither true nor false: {success[:40]!r}",
            file=source.name,
            line=overall.line,
        )
    if success == "false":
        broken = any(one.tag in ("Exception", "FatalErrorCondition") for one in case.walk())
        return ERRORED if broken else FAILED
    skips = declared_count(overall.get("skips"), "skips", source) or 0
    expected = any(one.tag == "Expression" and one.get("success") == "false" for one in case.walk())
    return SKIPPED if skips or expected else PASSED
