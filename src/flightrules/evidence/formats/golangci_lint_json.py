"""golangci-lint's JSON output. ``Issues`` is null where there is none; ``Report`` shows the run."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the issues; golangci-lint states a severity only where it is configured.

    Raises:
        EvidenceError: E_SCAN_FAILED, E_NO_RUNS, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("golangci-lint", source.name)
    document = mapping(decode(source), "the report", source.name)
    report = mapping(document.get("Report"), "Report", source.name)
    if text(report, "Error"):
        raise scan.failed(f"golangci-lint reports an error: {text(report, 'Error')[:120]}")
    issues = objects(document.get("Issues"), "Issues", source.name, optional=True)
    linters = objects(report.get("Linters"), "Report.Linters", source.name, optional=True)
    if not issues and not any(linter.get("Enabled") is True for linter in linters):
        raise scan.no_run("no linter was enabled")
    for issue in issues:
        scan.add(
            text(issue, "FromLinter"),
            severity(text(issue, "Severity")),
            path=text(issue, "Pos", "Filename"),
            line=text(issue, "Pos", "Line"),
            title=text(issue, "Text"),
        )
    warnings = objects(report.get("Warnings"), "Report.Warnings", source.name, optional=True)
    scan.not_tested(len(warnings), "warnings of golangci-lint on its own run")
    return scan.reading("golangci-lint-json")
