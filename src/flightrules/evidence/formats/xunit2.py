"""xUnit.net XML (v2 and v3), also written by Fixie: assemblies, collections, tests.

``errors`` of an assembly are failures outside of any test (fixtures, clean-up) and count as errored.
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

_RESULTS = {"Pass": PASSED, "Fail": FAILED, "Skip": SKIPPED, "NotRun": SKIPPED}
_TAGS = frozenset(("test", "error"))
_OPENINGS = frozenset(("assembly", "assemblies"))


def read(source: Source, _head: Head) -> Reading:
    """The tests of all assemblies.

    Raises:
        EvidenceError: E_ENUM for an unknown result, and as ``case_reading``.
    """
    notices: list[Notice] = []
    writer, assembly, stamps, declared, failed = CaseWriter(), "", [], 0, 0
    for node in stream(source, _TAGS, openings=_OPENINGS, notices=notices):
        if node.tag == "assembly":
            assembly = node.get("name") or node.get("id")
            declared += declared_count(node.get("total"), "total", source) or 0
            for key in ("failed", "errors"):
                failed += declared_count(node.get(key), key, source) or 0
            stamps.append(_stamp(node))
        elif node.tag == "test":
            _add(writer, node, assembly, source, notices)
        elif node.tag == "error":
            writer.add(node.get("name") or node.get("type") or assembly, ERRORED, suite=assembly)
    facts, said = earliest(stamps)
    cases = writer.cases()
    refuse_hidden(failed, cases, source.name)
    broken = sum(case.status == ERRORED for case in cases)
    return case_reading(
        "xunit2",
        source,
        cases,
        notices=[*notices, *said],
        facts=facts,
        declared=declared + broken if declared else None,
    )


def _add(writer: CaseWriter, node: Node, assembly: str, source: Source, notices: list[Notice]) -> None:
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
    writer.add(
        node.get("name"),
        result,
        classname=node.get("type"),
        suite=assembly,
        file=node.get("source-file"),
        seconds=duration(node.get("time"), notices),
    )


def _stamp(node: Node) -> str:
    return node.get("start-rtf") or f"{node.get('run-date')} {node.get('run-time')}".strip()
