"""Terrascan's JSON report. The summary shows how many policies were validated."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text, whole
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the violations; skipped ones are suppressed.

    Raises:
        EvidenceError: E_NO_RUNS where no policy was validated, E_SCAN_FAILED, E_WRONG_TYPE.
    """
    scan = Scan("Terrascan", source.name)
    report = mapping(decode(source), "the report", source.name)
    results = mapping(report.get("results"), "results", source.name)
    summary = mapping(results.get("scan_summary"), "results.scan_summary", source.name)
    for state, key in (("live", "violations"), ("suppressed", "skipped_violations")):
        for one in objects(results.get(key), key, source.name, optional=True):
            scan.add(
                text(one, "rule_id") or text(one, "rule_name"),
                severity(text(one, "severity")),
                path=text(one, "file"),
                line=text(one, "line"),
                title=text(one, "description"),
                identity=[text(one, "resource_name")],
                state=state,
            )
    errors = require(results.get("scan_errors") or [], list, "scan_errors", source.name)
    if errors and scan.empty:
        raise scan.failed(f"Terrascan reports {len(errors)} errors and no violation")
    if whole(summary.get("policies_validated"), "policies_validated", source.name) == 0 and scan.empty:
        raise scan.no_run("no policy was validated")
    scan.not_tested(len(errors), "errors during the scan")
    scan.compare(summary.get("violated_policies"), "violated_policies", len(scan.live))
    return scan.reading("terrascan")
