"""Allure 2: one test result a file (``*-result.json``); containers hold fixtures and no result.

Attempts of one test are several files that share ``historyId``; joined they stay several cases, so
that a failed attempt is seen. ``statusDetails.flaky`` is the author's mark, not a measurement.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_PARTS_OF_CONTAINERS = frozenset(("children", "befores", "afters"))
_STATUSES = {"passed": PASSED, "failed": FAILED, "broken": ERRORED, "unknown": ERRORED, "skipped": SKIPPED}


def read(source: Source, _head: Head) -> Reading:
    """The one result.

    Raises:
        EvidenceError: E_NO_CASES for a container, E_MISSING_FIELD or E_ENUM for the status.
    """
    root = mapping(decode(source, free_text=True), "the result", source.name)
    if "status" not in root and not _PARTS_OF_CONTAINERS.isdisjoint(root):
        raise EvidenceError(
            "E_NO_CASES",
            "an Allure container holds fixtures and no test result",
            file=source.name,
            hint="name the *-result.json files",
        )
    status = root.get("status")
    if not isinstance(status, str):
        raise EvidenceError(
            "E_MISSING_FIELD",
            "the result has no status, so its end is unknown",
            file=source.name,
            hint="run the test again",
        )
    if status not in _STATUSES:
        raise EvidenceError(
            "E_ENUM", f"the status {status[:40]!r} is none of {', '.join(_STATUSES)}", file=source.name
        )
    labels = {
        text(one, "name"): text(one, "value")
        for one in objects(root.get("labels"), "labels", source.name, optional=True)
    }
    writer = CaseWriter()
    writer.add(
        _name(root, source),
        _STATUSES[status],
        classname=labels.get("testClass") or labels.get("class") or labels.get("package", ""),
        suite=labels.get("suite") or labels.get("parentSuite", ""),
    )
    start = root.get("start")
    at = rfc3339(start) if isinstance(start, int) and not isinstance(start, bool) and start > 0 else None
    return json_case_reading("allure2", source, writer.cases(), facts={"taken_at": at} if at else {})


def _name(root: dict[str, Any], source: Source) -> str:
    """The name with its parameters, which alone tell parametrised cases apart."""
    name = text(root, "name") or text(root, "fullName") or text(root, "uuid")
    parameters = objects(root.get("parameters"), "parameters", source.name, optional=True)
    values = ", ".join(text(one, "value") for one in parameters if text(one, "value"))
    return f"{name} [{values}]" if values else name
