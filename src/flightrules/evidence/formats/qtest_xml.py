"""Qt Test's XML (``-o FILE,xml``): functions with an incident for each row of data.

``initTestCase`` and ``cleanupTestCase`` prove nothing where they pass, and are errored tests where they fail.
What was expected to fail shows nothing yet, even if its function ends well, and what is blacklisted does not
count: both are skipped.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.case_reading import case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_TYPES = {
    "pass": PASSED,
    "fail": FAILED,
    "xpass": FAILED,
    "xfail": SKIPPED,
    "skip": SKIPPED,
    **dict.fromkeys(("bpass", "bfail", "bxpass", "bxfail"), SKIPPED),
}
_WORST = (FAILED, SKIPPED, PASSED)
_TAGS = frozenset(("TestFunction", "QtVersion"))
_OPENINGS = frozenset(("TestCase",))
_FIXTURES = frozenset(("initTestCase", "cleanupTestCase", "init", "cleanup"))


def read(source: Source, _head: Head) -> Reading:
    """The rows of all functions.

    Raises:
        EvidenceError: E_ENUM for an unknown incident, and as ``case_reading``.
    """
    notices: list[Notice] = []
    writer, suite, facts = CaseWriter(), "", {"tool": "Qt Test"}
    for node in stream(source, _TAGS, openings=_OPENINGS, notices=notices):
        if node.tag == "TestCase":
            suite = node.get("name")
        elif node.tag == "QtVersion":
            facts["tool_version"] = node.text
        else:
            _function(writer, node, suite, source)
    return case_reading("qtest", source, writer.cases(), notices=notices, facts=facts)


def _function(writer: CaseWriter, function: Node, suite: str, source: Source) -> None:
    name, rows = function.get("name"), _rows(function, source)
    for tag, ends in rows.items():
        end = next(one for one in _WORST if one in ends)
        if name in _FIXTURES:
            if end == FAILED:
                writer.add(name, ERRORED, classname=suite, suite=suite)
            continue
        writer.add(f"{name}({tag})" if tag else name, end, classname=suite, suite=suite)
    if not rows:  # it was entered and never left
        writer.add(name, ERRORED, classname=suite, suite=suite)


def _rows(function: Node, source: Source) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for node in function.children:
        kind = node.get("type")
        if node.tag == "Incident" and kind not in _TYPES:
            raise EvidenceError(
                "E_ENUM",
                f"the incident {kind[:40]!r} is none of {', '.join(_TYPES)}",
                file=source.name,
                line=node.line,
            )
        if node.tag == "Incident" or (node.tag == "Message" and kind in ("skip", "qfatal")):
            found.setdefault(node.text_of("DataTag"), set()).add(_TYPES.get(kind, FAILED))
    return found
