"""tfsec's JSON report: one array of results. Status 1 is passed, 2 is ignored, all others failed."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_PASSED, _IGNORED = "1", "2"


def read(source: Source, _head: Head) -> Reading:
    """Count the failed results.

    Raises:
        EvidenceError: E_NO_RUNS for an empty list, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("tfsec", source.name)
    report = mapping(decode(source), "the report", source.name)
    results = objects(report.get("results"), "results", source.name)
    if not results:
        raise scan.no_run(
            "the report lists no result and does not show that a file was looked at",
            instead="tfsec --include-passed --format json",
        )
    for one in results:
        status = text(one, "status")
        if status == _PASSED:
            continue
        scan.add(
            text(one, "long_id") or text(one, "rule_id"),
            severity(text(one, "severity")),
            path=text(one, "location", "filename"),
            line=text(one, "location", "start_line"),
            title=text(one, "description") or text(one, "rule_description"),
            identity=[text(one, "resource")],
            state="suppressed" if status == _IGNORED else "live",
        )
    return scan.reading("tfsec")
