"""SonarQube's generic test execution XML (``testExecutions``, formerly ``unitTest``)."""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.case_reading import case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_MARKS = (("failure", FAILED), ("error", ERRORED), ("skipped", SKIPPED))
_KNOWN = ("failure", "error", "skipped", "system-out", "system-err", "properties")


def read(source: Source, _head: Head) -> Reading:
    """The test cases of all files.

    Raises:
        EvidenceError: E_ENUM, E_MISSING_FIELD, E_CONTRADICTION, and as ``case_reading``.
    """
    writer, notices = CaseWriter(), list[Notice]()
    for node in stream(source, frozenset({"file"}), notices=notices):
        path = node.get("path")
        for case in node.all("testCase"):
            writer.add(_name(case, source), _end(case, source), suite=path, file=path)
    return case_reading("sonar-tests", source, writer.cases(), notices=notices)


def _name(case: Node, source: Source) -> str:
    name = case.get("name")
    if not name:
        raise EvidenceError("E_MISSING_FIELD", "a test case has no name", file=source.name, line=case.line)
    return name


def _end(case: Node, source: Source) -> int:
    unknown = next((one for one in case.children if one.tag not in _KNOWN), None)
    if unknown is not None:
        what = f"a case holds {unknown.tag[:40]!r}, which is none of {', '.join(_KNOWN)}"
        raise EvidenceError("E_ENUM", what, file=source.name, line=unknown.line)
    ends = [end for tag, end in _MARKS if case.find(tag) is not None]
    if SKIPPED in ends and len(ends) > 1:
        what = f"the case {case.get('name')[:80]!r} is skipped and failed at once"
        raise EvidenceError(
            "E_CONTRADICTION", what, file=source.name, line=case.line, hint="check the tool that wrote it"
        )
    return ends[0] if ends else PASSED
