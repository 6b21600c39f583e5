"""Xcode's ``xcresulttool get test-results tests``: a tree of nodes, of which the test cases count.

Repetitions, devices and arguments below a case are runs of that one test: it is flaky if it passed although
a repetition failed, and failed if another run did. A bundle or suite that failed while nothing below it did
is one errored test. A failure that was expected shows nothing yet: skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_RESULTS = {
    "Passed": PASSED,
    "Failed": FAILED,
    "Skipped": SKIPPED,
    "Expected Failure": SKIPPED,
    "unknown": ERRORED,
}
_CASE = "Test Case"
_DETAILS = frozenset(
    ("Failure Message", "Source Code Reference", "Attachment", "Expression", "Test Value", "Runtime Warning")
)


def read(source: Source, _head: Head) -> Reading:
    """The test cases of all bundles.

    Raises:
        EvidenceError: E_ENUM, E_MISSING_FIELD, E_WRONG_TYPE, and as ``json_case_reading``.
    """
    document = mapping(decode(source, free_text=True), "the report", source.name)
    writer = CaseWriter()
    for node, above in _parts(objects(document.get("testNodes"), "testNodes", source.name), source):
        name = text(node, "nodeIdentifier") or text(node, "name")
        if text(node, "nodeType") == _CASE:
            writer.add(name, _end(node, source), suite=above)
        elif _failed_by_itself(node, source):
            writer.add(name, ERRORED, suite=above)
    return json_case_reading("xcresult", source, writer.cases(), facts={"tool": "Xcode"})


def _parts(nodes: list[dict[str, Any]], source: Source) -> Iterator[tuple[dict[str, Any], str]]:
    """Cases and what holds them, each with the name of what is above it."""
    waiting = [(node, "") for node in reversed(nodes)]
    while waiting:
        node, above = waiting.pop()
        yield node, above
        if text(node, "nodeType") != _CASE:
            waiting += [(one, text(node, "name")) for one in reversed(_children(node, source))]


def _failed_by_itself(node: dict[str, Any], source: Source) -> bool:
    failed = _is_part(node) and text(node, "result") == "Failed"
    return failed and not _holds_failure(node, source, _is_part)


def _is_part(node: dict[str, Any]) -> bool:
    return text(node, "nodeType") not in _DETAILS


def _is_repetition(node: dict[str, Any]) -> bool:
    return text(node, "nodeType") == "Repetition"


def _is_run(node: dict[str, Any]) -> bool:
    return _is_part(node) and not _is_repetition(node)


def _holds_failure(node: dict[str, Any], source: Source, counts: Callable[[dict[str, Any]], bool]) -> bool:
    """Whether something below a node that counts has failed."""
    waiting = _children(node, source)
    while waiting:
        one = waiting.pop()
        if text(one, "result") == "Failed" and counts(one):
            return True
        waiting += _children(one, source)
    return False


def _end(case: dict[str, Any], source: Source) -> int:
    result = text(case, "result")
    if result not in _RESULTS:
        raise EvidenceError(
            "E_ENUM" if result else "E_MISSING_FIELD",
            f"the result {result[:40]!r} of {text(case, 'name')[:80]!r} is none of {', '.join(_RESULTS)}",
            file=source.name,
        )
    end = _RESULTS[result]
    if end == PASSED and _holds_failure(case, source, _is_repetition):
        return FLAKY
    return FAILED if end == PASSED and _holds_failure(case, source, _is_run) else end


def _children(node: dict[str, Any], source: Source) -> list[dict[str, Any]]:
    return list(objects(node.get("children"), "children", source.name, optional=True))
