"""AWS Security Hub findings (ASFF). Controls that passed are no findings; one page is refused."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count active findings.

    Raises:
        EvidenceError: E_PARTIAL, E_NO_RUNS for an empty answer, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("AWS Security Hub", source.name)
    report = mapping(decode(source), "the answer", source.name)
    if report.get("NextToken"):
        raise scan.partial("the answer says that there are further pages")
    listed = objects(report.get("Findings"), "Findings", source.name)
    if not listed:
        raise scan.no_run("the answer lists no finding and does not show that a check was made")
    for one in listed:
        if text(one, "Compliance", "Status").upper() != "PASSED":
            _add(scan, one)
    scan.define(suppressed="workflow status suppressed; resolved and archived ones are left out")
    return scan.reading("aws-security-hub")


def _add(scan: Scan, one: dict[str, Any]) -> None:
    status = text(one, "Workflow", "Status").upper()
    gone = status == "RESOLVED" or text(one, "RecordState").upper() == "ARCHIVED"
    resources = objects(one.get("Resources"), "Resources", scan.name, optional=True)
    scan.add(
        text(one, "GeneratorId") or text(one, "Title"),
        severity(text(one, "Severity", "Label")),
        path=text(resources[0], "Id") if resources else "",
        title=text(one, "Title"),
        state="fixed" if gone else "suppressed" if status == "SUPPRESSED" else "live",
    )
