"""GitLab's security reports: SAST, DAST, dependency, container, secret, API fuzzing and coverage fuzzing.

One schema for all. ``scan.status`` tells whether the analyzer finished; a list without it may be a fragment.
"""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_PLACES = (("file",), ("image",), ("path",), ("operating_system",), ("crash_address",))


def read(source: Source, _head: Head) -> Reading:
    """Count the vulnerabilities.

    Raises:
        EvidenceError: E_SCAN_FAILED where the analyzer says so, E_NO_RUNS where an empty list does not
            show that it ran, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    report = mapping(decode(source), "the report", source.name)
    told = mapping(report.get("scan"), "scan", source.name, optional=True)
    tool = text(told, "scanner", "name") or text(told, "scanner", "id") or "GitLab analyzer"
    scan = Scan(tool, source.name)
    _require_success(told, scan)
    for one in objects(report.get("vulnerabilities"), "vulnerabilities", source.name):
        _add(one, scan)
    _require_scan(told, scan)
    facts, notices = earliest([text(told, "end_time") or text(told, "start_time")])
    scan.fact(tool_version=text(told, "scanner", "version"), **facts)
    for notice in notices:
        scan.note(notice.code, notice.message)
    scan.define(
        finding="one for each entry of the report", suppressed="flagged as likely false positives stay live"
    )
    return scan.reading("gitlab-security")


def _require_success(told: dict[str, Any], scan: Scan) -> None:
    status = text(told, "status").lower()
    if status and status != "success":
        raise scan.failed(f"scan.status is {status[:40]!r}{_first_message(told, scan)}")


def _require_scan(told: dict[str, Any], scan: Scan) -> None:
    messages = _messages(told, scan)
    broken = sum(text(one, "level").lower() in ("fatal", "error") for one in messages)
    if scan.empty and broken:
        raise scan.failed(f"the analyzer reports errors and lists nothing{_first_message(told, scan)}")
    if scan.empty and text(told, "status").lower() != "success":
        raise scan.no_run("an empty list without scan.status does not show that the analyzer ran")
    scan.not_tested(broken, "errors of the analyzer")


def _messages(told: dict[str, Any], scan: Scan) -> list[dict[str, Any]]:
    return objects(told.get("messages"), "scan.messages", scan.name, optional=True)


def _first_message(told: dict[str, Any], scan: Scan) -> str:
    found = next((text(one, "value") for one in _messages(told, scan) if text(one, "value")), "")
    return f": {found[:120]}" if found else ""


def _add(one: dict[str, Any], scan: Scan) -> None:
    location = mapping(one.get("location"), "vulnerabilities[].location", scan.name, optional=True)
    identifiers = objects(one.get("identifiers"), "vulnerabilities[].identifiers", scan.name, optional=True)
    primary = identifiers[0] if identifiers else {}
    package = text(location, "dependency", "package", "name")
    place = next((text(location, *path) for path in _PLACES if text(location, *path)), "")
    host = text(location, "hostname")
    scan.add(
        text(primary, "value") or text(one, "cve") or text(one, "name") or text(one, "id"),
        severity(text(one, "severity")),
        path=":".join(part for part in (host + place, package) if part),
        line=text(location, "start_line") or text(location, "dependency", "version"),
        title=text(one, "name") or text(one, "message"),
        identity=[
            text(primary, "type"),
            text(location, "method"),
            text(location, "param"),
            text(location, "class"),
            text(one, "evidence", "summary") if host else "",
            text(one, "raw_source_code_extract"),
        ],
    )
