"""bundler-audit's JSON report: unpatched gems and insecure sources."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity, severity_of_cvss
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the results; the advisory's criticality is the severity, else its CVSS v3 score.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("bundler-audit", source.name)
    report = mapping(decode(source), "the report", source.name)
    for one in objects(report.get("results"), "results", source.name):
        advisory = mapping(one.get("advisory"), "advisory", source.name, optional=True)
        scan.add(
            text(advisory, "id") or text(one, "type"),
            _severity(advisory),
            path=text(one, "gem", "name") or text(one, "source"),
            line=text(one, "gem", "version"),
            title=text(advisory, "title"),
        )
    scan.fact(tool_version=text(report, "version"), taken_at=text(report, "created_at"))
    return scan.reading("bundler-audit")


def _severity(advisory: dict[str, Any]) -> str:
    score = advisory.get("cvss_v3")
    stated = text(advisory, "criticality")
    if stated or isinstance(score, bool) or not isinstance(score, (int, Decimal)):
        return severity(stated)
    return severity_of_cvss(score)
