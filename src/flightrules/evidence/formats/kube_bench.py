"""kube-bench's JSON report. A failed check is a finding; WARN is a check left to people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = ("PASS", "FAIL", "WARN", "INFO")


def read(source: Source, _head: Head) -> Reading:
    """Count the failed checks; kube-bench states no severity.

    Raises:
        EvidenceError: E_NO_RUNS where no check passed or failed, E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("kube-bench", source.name)
    made = manual = 0
    for one in _checks(decode(source), source.name):
        status = text(one, "status").upper()
        if status not in _STATES:
            what = f"the status {status[:40]!r} is none of {', '.join(_STATES)}"
            raise EvidenceError("E_ENUM", what, file=source.name)
        made += status in ("PASS", "FAIL")
        manual += status == "WARN"
        if status == "FAIL":
            scan.add(text(one, "test_number"), "unknown", title=text(one, "test_desc"))
    if not made:
        raise scan.no_run("no check passed or failed")
    scan.not_tested(manual, "checks are left to people (WARN)")
    return scan.reading("kube-bench")


def _checks(document: Any, name: str) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict) and "Controls" in document:
        document = document["Controls"]
    for control in objects(document if isinstance(document, list) else [document], "Controls", name):
        for test in objects(control.get("tests"), "tests", name):
            yield from objects(test.get("results"), "tests[].results", name)
