"""Visual Studio test results (TRX), as ``dotnet test --logger trx`` writes them.

A result with ``InnerResults`` (data rows, ordered tests) is the sum of them and is not counted
itself. A run that reports failure without a failed test was broken outside of the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.case_reading import case_reading, declared_count, refuse_hidden
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_OUTCOMES = {
    **dict.fromkeys(("Passed", "Warning", "Completed"), PASSED),
    "Failed": FAILED,
    **dict.fromkeys(
        ("Error", "Timeout", "Aborted", "PassedButRunAborted", "NotRunnable", "Disconnected", "InProgress"),
        ERRORED,
    ),
    **dict.fromkeys(("NotExecuted", "Inconclusive", "Pending"), SKIPPED),
}
_RESULTS = frozenset(
    (
        "UnitTestResult",
        "TestResult",
        "TestResultAggregation",
        "WebTestResult",
        "ManualTestResult",
        "GenericTestResult",
    )
)
_TAGS = _RESULTS | {"UnitTest", "ResultSummary", "Times"}
_BAD_COUNTERS = ("failed", "error", "timeout", "aborted")
_BROKEN = frozenset(("Failed", "Error", "Aborted", "Timeout", "Disconnected"))


def read(source: Source, _head: Head) -> Reading:
    """The results of a test run.

    Raises:
        EvidenceError: E_ENUM for an unknown outcome, E_RUN_CRASHED, and as ``case_reading``.
    """
    notices: list[Notice] = []
    results: list[Node] = []
    classes: dict[str, str] = {}
    stamps, summary = [], None
    for node in stream(source, _TAGS, notices=notices):
        if node.tag in _RESULTS:
            results.extend(_leaves(node))
        elif node.tag == "Times":
            stamps.append(node.get("start") or node.get("creation"))
        elif node.tag == "ResultSummary":
            summary = node
        else:
            method = node.find("TestMethod")
            classes[node.get("id")] = method.get("className").partition(",")[0] if method else ""
    writer = CaseWriter()
    for node in results:
        group, name = classes.get(node.get("testId"), ""), node.get("testName")
        writer.add(
            name.removeprefix(f"{group}."),
            _status(node, source),
            classname=group,
            seconds=_seconds(node.get("duration")),
        )
    cases = writer.cases()
    refuse_hidden(_declared(summary, source, *_BAD_COUNTERS) or 0, cases, source.name, "the summary")
    if (
        summary is not None
        and (summary.get("outcome") in _BROKEN or _reports_error(summary))
        and cases.total
        and not cases.failed + cases.errored
    ):
        what = f"the run ended as {summary.get('outcome')} although no test failed"
        raise EvidenceError(
            "E_RUN_CRASHED", what, file=source.name, line=summary.line, hint="see the run's own messages"
        )
    facts, said = earliest(stamps)
    return case_reading(
        "trx",
        source,
        cases,
        notices=[*notices, *said],
        facts=facts,
        declared=_declared(summary, source, "total"),
    )


def _leaves(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        inner = one.find("InnerResults")
        below = [child for child in inner.children if child.tag in _RESULTS] if inner else []
        waiting.extend(reversed(below))
        if not below or (one.get("outcome") in _BROKEN and not _holds_broken(below)):
            yield one


def _holds_broken(results: list[Node]) -> bool:
    return any(one.get("outcome") in _BROKEN for result in results for one in result.walk())


def _status(node: Node, source: Source) -> int:
    outcome = node.get("outcome")
    if not outcome:
        raise EvidenceError(
            "E_MISSING_FIELD",
            f"the result {node.get('testName')[:80]!r} has no outcome",
            file=source.name,
            line=node.line,
        )
    if outcome not in _OUTCOMES:
        raise EvidenceError(
            "E_ENUM", f"the outcome {outcome[:40]!r} is unknown", file=source.name, line=node.line
        )
    return _OUTCOMES[outcome]


def _declared(summary: Node | None, source: Source, *keys: str) -> int | None:
    counters = summary.find("Counters") if summary is not None else None
    if counters is None or not any(counters.get(key) for key in keys):
        return None
    return sum(declared_count(counters.get(key), key, source) or 0 for key in keys)


def _reports_error(summary: Node) -> bool:
    """Whether the run itself tells of an error, such as a test host that crashed."""
    return any(one.tag == "RunInfo" and one.get("outcome") == "Error" for one in summary.walk())


def _seconds(text: str) -> Decimal | None:
    """``hh:mm:ss.fffffff``."""
    parts = text.split(":")
    if len(parts) != len(("hours", "minutes", "seconds")) or not all(
        part.replace(".", "", 1).isdecimal() for part in parts
    ):
        return None
    hours, minutes, seconds = (Decimal(part) for part in parts)
    return hours * 3600 + minutes * 60 + seconds
