"""Veracode's pipeline scan in JSON. Severities 5 to 0 are critical, high, medium, low, info, info."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_SEVERITY = {"5": "critical", "4": "high", "3": "medium", "2": "low", "1": "info", "0": "info"}


def read(source: Source, _head: Head) -> Reading:
    """Count the findings of a scan that ended well.

    Raises:
        EvidenceError: E_SCAN_FAILED for another status, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Veracode", source.name)
    report = mapping(decode(source), "the report", source.name)
    status = text(report, "scan_status").upper()
    if status != "SUCCESS":
        raise scan.failed(f"the scan's status is {status[:40]!r}: {text(report, 'message')[:80]}")
    for one in objects(report.get("findings"), "findings", source.name):
        place = "files", "source_file"
        scan.add(
            f"CWE-{text(one, 'cwe_id')}",
            _SEVERITY.get(text(one, "severity"), "unknown"),
            path=text(one, *place, "file"),
            line=text(one, *place, "line"),
            title=text(one, "issue_type"),
            identity=[text(one, "title"), text(one, *place, "function_name")],
        )
    return scan.reading("veracode-pipeline")
