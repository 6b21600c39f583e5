"""CTest's ``Test.xml`` (CDash): ``Site/Testing/Test`` with a status for each test."""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.case_reading import case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {"passed": PASSED, "failed": FAILED, "notrun": SKIPPED}
_TAGS = frozenset(("Test", "TestList", "StartTestTime"))
_LONGEST_STAMP = 12
_SKIPS = ("Disabled", "SKIP_", "Skipped")  # how CTest begins the reason where somebody asked for it


def read(source: Source, _head: Head) -> Reading:
    """The tests of the run.

    Raises:
        EvidenceError: E_ENUM for an unknown status, and as ``case_reading``.
    """
    notices: list[Notice] = []
    writer, started, declared = CaseWriter(), "", 0
    for node in stream(source, _TAGS, notices=notices):
        if node.tag == "TestList":
            declared += len(node.all("Test"))
        elif node.tag == "StartTestTime":
            started = node.text
        elif node.get("Status"):
            writer.add(node.text_of("Name"), _status(node, source), suite=node.text_of("Path"))
    at = (
        rfc3339(int(started) * 1000)
        if started.isascii() and started.isdigit() and len(started) < _LONGEST_STAMP
        else None
    )
    facts = {"taken_at": at} if at else {}
    return case_reading(
        "ctest", source, writer.cases(), notices=notices, facts=facts, declared=declared or None
    )


def _status(node: Node, source: Source) -> int:
    word = node.get("Status")
    if word not in _STATUSES:
        raise EvidenceError(
            "E_ENUM",
            f"the status {word[:40]!r} is none of {', '.join(_STATUSES)}",
            file=source.name,
            line=node.line,
        )
    results = node.find("Results")
    completion = [
        one.text_of("Value")
        for one in (results.all("NamedMeasurement") if results else [])
        if one.get("name") == "Completion Status"
    ]
    if word == "notrun" and completion and not completion[0].startswith(_SKIPS):
        return ERRORED  # the program was not found or its set-up failed
    return _STATUSES[word]
