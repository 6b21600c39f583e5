"""TestNG's own ``testng-results.xml``.

Configuration methods (``is-config``) count only where they failed, as errored. A method that TestNG
retried is marked ``retried``; the attempt before the last is joined into it.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.case_reading import (
    case_reading,
    declared_count,
    header_notice,
    refuse_hidden,
)
from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {"PASS": PASSED, "FAIL": FAILED, "SKIP": SKIPPED, "SUCCESS_PERCENTAGE_FAILURE": FAILED}
_TAGS = frozenset(("test-method",))
_OPENINGS = frozenset(("testng-results", "test", "class", "suite"))


def read(source: Source, _head: Head) -> Reading:
    """The test methods of all suites.

    Raises:
        EvidenceError: E_ENUM for an unknown status, E_CONTRADICTION, and as ``case_reading``.
    """
    notices: list[Notice] = []
    writer, suite, group, stamps = CaseWriter(), "", "", []
    retried: dict[str, tuple[tuple[str, str], str]] = {}  # failed attempts that wait for the next one
    failed = 0
    for node in stream(source, _TAGS, openings=_OPENINGS, notices=notices):
        if node.tag == "testng-results":
            failed = declared_count(node.get("failed"), "failed", source) or 0
        elif node.tag == "test":
            suite = node.get("name")
            stamps.append(node.get("started-at"))
        elif node.tag == "class":
            group = node.get("name")
        elif node.tag == "test-method":
            _add(writer, node, (suite, group), retried, source)
    for place, name in retried.values():
        writer.add(name, FAILED, classname=place[1], suite=place[0])
    cases = writer.cases()
    bad = cases.failed + cases.errored
    refuse_hidden(failed, cases, source.name)
    if failed > bad:
        notices.append(header_notice("failed tests", failed, bad))
    facts, said = earliest(stamps)
    return case_reading("testng", source, cases, notices=[*notices, *said], facts=facts)


def _add(
    writer: CaseWriter,
    node: Node,
    place: tuple[str, str],
    retried: dict[str, tuple[tuple[str, str], str]],
    source: Source,
) -> None:
    suite, group = place
    word = node.get("status")
    if word not in _STATUSES:
        raise EvidenceError(
            "E_ENUM",
            f"the status {word[:40]!r} is none of {', '.join(_STATUSES)}",
            file=source.name,
            line=node.line,
        )
    end, key = _STATUSES[word], f"{group} {node.get('signature')}"
    if node.get("is-config") == "true":
        if end == FAILED:
            writer.add(node.get("name"), ERRORED, classname=group, suite=suite)
        return
    if node.get("retried") == "true":
        retried[key] = place, node.get("name")
        return
    if retried.pop(key, None) is not None and end == PASSED:
        end = FLAKY
    writer.add(node.get("name"), end, classname=group, suite=suite)
