"""Allure 1 results: one suite a file, as XML (``test-suite``) or JSON with upper-case statuses."""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.xml import Node, tree
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {
    "passed": PASSED,
    "failed": FAILED,
    "broken": ERRORED,
    "canceled": SKIPPED,
    "pending": SKIPPED,
    "skipped": SKIPPED,
}


def read(source: Source, head: Head) -> Reading:
    """The cases of one suite.

    Raises:
        EvidenceError: E_ENUM for an unknown status, and as ``json_case_reading``.
    """
    notices: list[Notice] = []
    rows, suite, started = (
        _from_xml(tree(source, notices=notices))
        if head.kind == "xml"
        else _from_json(decode(source, free_text=True), source)
    )
    writer = CaseWriter()
    for name, status in rows:
        if status.lower() not in _STATUSES:
            raise EvidenceError(
                "E_ENUM", f"the status {status[:40]!r} is none of {', '.join(_STATUSES)}", file=source.name
            )
        writer.add(name, _STATUSES[status.lower()], classname=suite, suite=suite)
    at = (
        rfc3339(int(started))
        if started.isascii() and started.isdigit() and len(started) < len("10000000000000000")
        else None
    )
    return json_case_reading(
        "allure1", source, writer.cases(), notices=notices, facts={"taken_at": at} if at else {}
    )


def _from_xml(root: Node) -> tuple[list[tuple[str, str]], str, str]:
    cases = root.find("test-cases")
    rows = [(one.text_of("name"), one.get("status")) for one in (cases.all("test-case") if cases else [])]
    return rows, root.text_of("name"), root.get("start")


def _from_json(document: Any, source: Source) -> tuple[list[tuple[str, str]], str, str]:
    root = mapping(document, "the report", source.name)
    rows = [
        (text(one, "name"), text(one, "status"))
        for one in objects(root.get("testCases"), "testCases", source.name)
    ]
    return rows, text(root, "name"), text(root, "start")
