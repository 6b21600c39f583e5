"""OWASP Dependency-Track findings: the Finding Packaging Format and the API's plain array.

An analysis state alone takes nothing out; only ``isSuppressed`` does, as in Dependency-Track's own numbers.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.findings import severity, severity_of_cvss
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_SCORES = ("cvssV4Score", "cvssV3BaseScore", "cvssV2BaseScore")


def read(source: Source, _head: Head) -> Reading:
    """Count the findings. An empty list is refused: it also stands for a project without components.

    Raises:
        EvidenceError: E_MISSING_FIELD, E_WRONG_TYPE, E_NO_RUNS.
    """
    scan = Scan("Dependency-Track", source.name)
    report = decode(source)
    packaged = isinstance(report, dict)
    items = objects(report.get("findings") if packaged else report, "findings", source.name)
    if not items:
        raise scan.no_run("no finding is listed and nothing shows that components were analysed")
    for at, item in enumerate(items):
        _add(scan, item, f"findings[{at}]")
    if packaged:
        meta = mapping(report.get("meta"), "meta", source.name, optional=True)
        scan.fact(
            tool_version=text(meta, "version"),
            taken_at=text(meta, "timestamp"),
            build=text(report, "project", "version"),
        )
    scan.define(suppressed="analysis.isSuppressed; an analysis state alone does not take a finding out")
    return scan.reading("dependency-track")


def _add(scan: Scan, item: dict[str, Any], what: str) -> None:
    found = mapping(item.get("vulnerability"), f"{what}.vulnerability", scan.name)
    component = mapping(item.get("component"), f"{what}.component", scan.name)
    require(found.get("uuid"), str, f"{what}.vulnerability.uuid", scan.name)
    analysis = mapping(item.get("analysis"), f"{what}.analysis", scan.name, optional=True)
    package = "/".join(filter(None, (text(component, "group"), text(component, "name"))))
    scan.add(
        require(found.get("vulnId"), str, f"{what}.vulnerability.vulnId", scan.name),
        _severity(found),
        path=package,
        line=text(component, "version"),
        title=text(found, "title"),
        identity=[text(found, "source")],
        state="suppressed" if analysis.get("isSuppressed") is True else "live",
    )


def _severity(found: dict[str, Any]) -> str:
    stated = severity(text(found, "severity"))
    if stated != "unknown":
        return stated
    scores = [found.get(key) for key in _SCORES]
    known = [score for score in scores if isinstance(score, (int, Decimal)) and not isinstance(score, bool)]
    return severity_of_cvss(known[0]) if known else "unknown"
