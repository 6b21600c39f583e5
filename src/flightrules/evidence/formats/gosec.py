"""gosec's JSON report. Issues with a ``nosec`` mark or a suppression are suppressed."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text, whole
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the issues.

    Raises:
        EvidenceError: E_NO_RUNS where no file was looked at, E_SCAN_FAILED, E_WRONG_TYPE.
    """
    scan = Scan("gosec", source.name)
    report = mapping(decode(source), "the report", source.name)
    stats = mapping(report.get("Stats"), "Stats", source.name)
    issues = objects(report.get("Issues"), "Issues", source.name, optional=True)
    errors = mapping(report.get("Golang errors"), "Golang errors", source.name, optional=True)
    if errors and not issues:
        raise scan.failed(f"gosec could not read {len(errors)} files or packages and found nothing")
    if not issues and whole(stats.get("files"), "Stats.files", source.name) == 0:
        raise scan.no_run("gosec looked at no file")
    for issue in issues:
        muted = issue.get("nosec") is True or bool(issue.get("suppressions"))
        scan.add(
            text(issue, "rule_id"),
            severity(text(issue, "severity")),
            path=text(issue, "file"),
            line=text(issue, "line"),
            title=text(issue, "details"),
            identity=[text(issue, "code").strip()],
            state="suppressed" if muted else "live",
        )
    scan.not_tested(len(errors), "files or packages could not be read")
    scan.compare(stats.get("found"), "Stats.found", len(scan.live))
    scan.fact(tool_version=text(report, "GosecVersion"))
    return scan.reading("gosec")
