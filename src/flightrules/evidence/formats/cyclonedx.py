"""CycloneDX documents with vulnerabilities (VEX). A bill of materials without any is no scan."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import SEVERITIES, severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = {
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "false_positive": "suppressed",
    "not_affected": "suppressed",
}


def read(source: Source, _head: Head) -> Reading:
    """Count the vulnerabilities, one for each affected component.

    Raises:
        EvidenceError: E_NO_RUNS without vulnerabilities, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("CycloneDX", source.name)
    report = mapping(decode(source), "the document", source.name)
    listed = objects(report.get("vulnerabilities"), "vulnerabilities", source.name, optional=True)
    if not listed:
        raise scan.no_run(
            "a bill of materials without vulnerabilities does not show that any were looked for"
        )
    for one in listed:
        _add(scan, one)
    scan.fact(taken_at=text(report, "metadata", "timestamp"))
    scan.define(
        finding="one for each vulnerability and affected component",
        severity="the most severe rating",
        suppressed="false positive and not affected; resolved ones are left out",
    )
    return scan.reading("cyclonedx")


def _add(scan: Scan, one: dict[str, Any]) -> None:
    ratings = objects(one.get("ratings"), "ratings", scan.name, optional=True)
    stated = {severity(text(rating, "severity")) for rating in ratings}
    level = next((each for each in SEVERITIES if each in stated), "unknown")
    affected = objects(one.get("affects"), "affects", scan.name, optional=True)
    for component in affected or [{}]:
        scan.add(
            text(one, "id"),
            level,
            path=text(component, "ref"),
            title=text(one, "description"),
            identity=[text(one, "source", "name")],
            state=_STATES.get(text(one, "analysis", "state"), "live"),
        )
