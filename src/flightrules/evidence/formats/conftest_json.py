"""Conftest's JSON: policies over configuration, with what passed as a number only."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text, whole
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_KINDS = (("failures", "high", "live"), ("warnings", "medium", "live"), ("exceptions", "high", "suppressed"))


def read(source: Source, _head: Head) -> Reading:
    """Count failures and warnings; exceptions that a policy grants are suppressed.

    Raises:
        EvidenceError: E_NO_RUNS where no policy was applied, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Conftest", source.name)
    passed = skipped = 0
    for file in objects(decode(source), "the report", source.name):
        passed += whole(file.get("successes", 0), "successes", source.name)
        skipped += len(objects(file.get("skipped"), "skipped", source.name, optional=True))
        for key, level, state in _KINDS:
            for one in objects(file.get(key), key, source.name, optional=True):
                _add(one, file, level, state, scan)
    if scan.empty and not passed:
        raise scan.no_run("no policy was applied to any file")
    scan.not_tested(skipped, "policies were skipped")
    scan.define(severity="deny and violation are high, warn medium")
    return scan.reading("conftest-json")


def _add(one: dict[str, Any], file: dict[str, Any], level: str, state: str, scan: Scan) -> None:
    rule = text(one, "metadata", "query") or text(one, "metadata", "code") or text(file, "namespace")
    message = text(one, "msg")
    scan.add(
        rule or message[:80],
        level,
        path=text(file, "filename"),
        title=message,
        identity=[message],
        state=state,
    )
