"""Hadolint's JSON output, and ShellCheck's, which has the same shape: one array of remarks."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, head: Head) -> Reading:
    """Count the remarks; the level is the severity.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_NO_RUNS.
    """
    shell = head.any("[].endLine", "comments[].endLine")
    scan = Scan("ShellCheck" if shell else "hadolint", source.name)
    report = decode(source)
    remarks = objects(
        report.get("comments") if isinstance(report, dict) else report, "the report", source.name
    )
    if not remarks:
        raise scan.no_run(
            "the report lists no remark and does not show that a file was looked at",
            instead="hadolint --format sarif, or shellcheck --format checkstyle",
        )
    for one in remarks:
        code = text(one, "code")
        scan.add(
            f"SC{code}" if shell and code.isdigit() else code,
            severity(text(one, "level")),
            path=text(one, "file"),
            line=text(one, "line"),
            title=text(one, "message"),
        )
    return scan.reading("hadolint-json")
