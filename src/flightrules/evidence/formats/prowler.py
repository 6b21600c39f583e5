"""Prowler's JSON reports: OCSF detection findings (since version 4) and its own checks (before).

A failed check is a finding; a muted one is suppressed; manual ones are left to people.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = ("PASS", "FAIL", "MANUAL", "INFO", "WARNING")


def read(source: Source, _head: Head) -> Reading:
    """Count the failed checks.

    Raises:
        EvidenceError: E_NO_RUNS where no check passed or failed, E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Prowler", source.name)
    checks = objects(decode(source), "the report", source.name)
    states = [_state(one, scan) for one in checks]
    if not {"PASS", "FAIL"}.intersection(states):
        raise scan.no_run("no check passed or failed")
    for one, state in zip(checks, states, strict=True):
        if state == "FAIL":
            _add(scan, one)
    scan.not_tested(len(states) - states.count("PASS") - states.count("FAIL"), "checks are left to people")
    scan.define(finding="one for each failed check and resource", suppressed="muted by the mute list")
    return scan.reading("prowler")


def _state(one: dict[str, Any], scan: Scan) -> str:
    state = (text(one, "status_code") or text(one, "Status")).upper()
    if state not in _STATES:
        what = f"the status {state[:40]!r} is none of {', '.join(_STATES)}"
        raise EvidenceError("E_ENUM", what, file=scan.name)
    return state


def _add(scan: Scan, one: dict[str, Any]) -> None:
    resources = objects(one.get("resources"), "resources", scan.name, optional=True)
    muted = text(one, "status") == "Suppressed" or one.get("Muted") is True
    scan.add(
        text(one, "metadata", "event_code") or text(one, "CheckID"),
        severity(text(one, "severity") or text(one, "Severity")),
        path=text(resources[0], "uid") if resources else text(one, "ResourceArn") or text(one, "ResourceId"),
        title=text(one, "finding_info", "title") or text(one, "CheckTitle") or text(one, "StatusExtended"),
        identity=[text(one, "finding_info", "uid")],
        state="suppressed" if muted else "live",
    )
