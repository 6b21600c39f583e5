"""NUnit 3 XML (``test-run``): test cases anywhere below nested suites.

A suite whose one-time tear-down failed makes the run fail while its cases passed; it counts as one
errored case. ``Inconclusive`` ran without a verdict and counts as skipped.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.case_reading import case_reading, declared_count, duration, refuse_hidden
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_RESULTS = {
    "Passed": PASSED,
    "Failed": FAILED,
    "Skipped": SKIPPED,
    "Inconclusive": SKIPPED,
    "Warning": PASSED,
}
_TAGS = frozenset(("test-case",))
_OPENINGS = frozenset(("test-run", "test-suite"))
_NOT_ASSERTIONS = frozenset(("Error", "Invalid", "Cancelled"))


def read(source: Source, _head: Head) -> Reading:
    """The test cases of a run.

    Raises:
        EvidenceError: E_ENUM for an unknown result, and as ``case_reading``.
    """
    notices: list[Notice] = []
    writer, suite, stamps, declared, failed, torn = CaseWriter(), "", [], None, 0, 0
    broken = ""
    for node in stream(source, _TAGS, openings=_OPENINGS, notices=notices):
        if node.tag == "test-run":
            declared = declared_count(node.get("total") or node.get("testcasecount"), "total", source)
            failed = declared_count(node.get("failed"), "failed", source) or 0
            stamps.append(node.get("start-time"))
            broken = "test run" if node.get("result") == "Failed" else ""
        elif node.tag == "test-suite":
            suite = node.get("fullname") or node.get("name")
            broken = suite if node.get("result") == "Failed" else broken
            if _failed_by_itself(node):
                torn += 1
                writer.add(suite, ERRORED, suite=suite)
        else:
            _add(writer, node, suite, source, notices)
    facts, said = earliest(stamps)
    if broken and {FAILED, ERRORED}.isdisjoint(writer.statuses):  # which part of it failed is not told
        torn += 1
        writer.add(broken, ERRORED, suite=broken)
    cases = writer.cases()
    refuse_hidden(failed, cases, source.name)
    return case_reading(
        "nunit3",
        source,
        cases,
        notices=[*notices, *said],
        facts=facts,
        declared=declared + torn if declared else None,
    )


def _failed_by_itself(suite: Node) -> bool:
    """A tear-down that failed, or an assembly that could not be loaded."""
    torn = suite.get("site") == "TearDown"
    unloaded = suite.get("label") == "Invalid" and suite.get("testcasecount") == "0"
    return suite.get("result") == "Failed" and (torn or unloaded)


def _add(writer: CaseWriter, node: Node, suite: str, source: Source, notices: list[Notice]) -> None:
    result = _RESULTS.get(node.get("result"))
    if result is None:
        raise EvidenceError(
            "E_ENUM",
            f"the result {node.get('result')!r} is none of {', '.join(_RESULTS)}",
            file=source.name,
            line=node.line,
        )
    if result == PASSED and node.find("failure") is not None:
        result = FAILED
    if result == FAILED and node.get("label") in _NOT_ASSERTIONS:
        result = ERRORED
    full, name, group = node.get("fullname"), node.get("name"), node.get("classname")
    if full.startswith(f"{group}.") or not group:
        group, name = (full[: -len(name) - 1], name) if full.endswith(f".{name}") else (group, name or full)
    writer.add(
        name,
        result,
        classname=group,
        suite=suite,
        seconds=duration(node.get("duration") or node.get("time"), notices),
    )
