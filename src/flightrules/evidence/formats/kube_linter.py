"""KubeLinter's JSON: one report for each check that an object fails; its summary says that checks ran."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_OBJECT = ("Object", "K8sObject")


def read(source: Source, _head: Head) -> Reading:
    """Count the reports. KubeLinter states no severity.

    Raises:
        EvidenceError: E_NO_RUNS where no check ran, E_SCAN_FAILED, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("KubeLinter", source.name)
    report = mapping(decode(source), "the report", source.name)
    for one in objects(report.get("Reports"), "Reports", source.name, optional=True):
        kind, name = text(one, *_OBJECT, "GroupVersionKind", "Kind"), text(one, *_OBJECT, "Name")
        scan.add(
            text(one, "Check"),
            "unknown",
            path=text(one, "Object", "Metadata", "FilePath"),
            line=f"{kind}/{name}",
            title=text(one, "Diagnostic", "Message"),
            identity=[kind, text(one, *_OBJECT, "Namespace"), name, text(one, "Diagnostic", "Message")],
        )
    if not objects(report.get("Checks"), "Checks", source.name, optional=True) and scan.empty:
        raise scan.no_run("no check ran")
    summary = mapping(report.get("Summary"), "Summary", source.name)
    if scan.empty and text(summary, "ChecksStatus") != "Passed":
        raise scan.failed("the summary does not say that the checks passed, and no report is listed")
    scan.fact(tool_version=text(summary, "KubeLinterVersion"), taken_at=text(summary, "CheckEndTime"))
    return scan.reading("kube-linter-json")
