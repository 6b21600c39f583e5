"""NUnit 2 XML (``test-results``), also written by MbUnit, Gallio and older converters.

``result`` names the end since 2.5; before, ``executed`` and ``success`` do. Cases that NUnit itself
counts as not run (ignored, not runnable, inconclusive) are skipped.
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
    "success": PASSED,
    "passed": PASSED,
    "failure": FAILED,
    "failed": FAILED,
    "error": ERRORED,
    "cancelled": ERRORED,
    "ignored": SKIPPED,
    "skipped": SKIPPED,
    "notrunnable": SKIPPED,
    "inconclusive": SKIPPED,
}
_BROKEN = ("failure", "failed", "error")
_TAGS = frozenset(("test-case",))
_OPENINGS = frozenset(("test-results", "test-suite"))


def read(source: Source, _head: Head) -> Reading:
    """The test cases of a run.

    Raises:
        EvidenceError: E_ENUM for an unknown result, and as ``case_reading``.
    """
    notices: list[Notice] = []
    writer, suite, stamps, declared, unrunnable = CaseWriter(), "", [], None, 0
    broken, failed = "", 0
    for node in stream(source, _TAGS, openings=_OPENINGS, notices=notices):
        if node.tag == "test-results":
            declared, failed = _declared(node, source), _failed(node, source)
            stamps.append(f"{node.get('date')} {node.get('time')}".strip())
        elif node.tag == "test-suite":
            suite = node.get("name")
            broken = (suite or "suite") if node.get("result").lower() in _BROKEN else broken
        else:
            unrunnable += node.get("result").lower() == "notrunnable"
            _add(writer, node, suite, source, notices)
    if unrunnable:
        notices.append(Notice("W_NOT_TESTED", f"{unrunnable} cases were not runnable and count as skipped"))
    facts, said = earliest(stamps)
    if broken and {FAILED, ERRORED}.isdisjoint(writer.statuses):  # its own tear-down, say
        writer.add(broken, ERRORED, suite=broken)
    cases = writer.cases()
    refuse_hidden(failed, cases, source.name)
    return case_reading("nunit2", source, cases, notices=[*notices, *said], facts=facts, declared=declared)


def _declared(node: Node, source: Source) -> int | None:
    """``total`` counts what ran; ``not-run`` comes on top."""
    total = declared_count(node.get("total"), "total", source)
    return None if total is None else total + (declared_count(node.get("not-run"), "not-run", source) or 0)


def _failed(node: Node, source: Source) -> int:
    return sum(declared_count(node.get(key), key, source) or 0 for key in ("failures", "errors"))


def _add(writer: CaseWriter, node: Node, suite: str, source: Source, notices: list[Notice]) -> None:
    group, _, _ = node.get("name").partition("(")[0].rpartition(".")
    name = node.get("name")[len(group) + 1 :] if group else node.get("name")
    writer.add(
        name, _status(node, source), classname=group, suite=suite, seconds=duration(node.get("time"), notices)
    )


def _status(node: Node, source: Source) -> int:
    word = node.get("result").lower()
    if word in _RESULTS:
        end = _RESULTS[word]
        return FAILED if end == PASSED and node.find("failure") is not None else end
    if node.get("executed").lower() == "false":
        return SKIPPED
    success = node.get("success").lower()
    if word in ("", "true", "false") and success in ("true", "false"):
        return PASSED if success == "true" else FAILED
    what = f"the result {node.get('result')!r} is unknown and success is {node.get('success')!r}"
    raise EvidenceError("E_ENUM", what, file=source.name, line=node.line)
