"""``yarn audit --json``: JSON Lines of Yarn 1 with a summary at the end, and of Yarn 4 without one."""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the advisories, each once however many paths lead to it.

    Raises:
        EvidenceError: E_SCAN_FAILED for an error record, E_TRUNCATED where Yarn 1's summary is missing,
            E_COUNT_MISMATCH, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    scan = Scan("yarn audit", source.name)
    records = [mapping(one, "a line", source.name) for one in documents(source)]
    if any("children" in one for one in records):
        _take_trees(records, scan)
    else:
        _take_advisories(records, scan)
    scan.define(finding="one for each advisory and package, not for each path to it")
    return scan.reading("yarn-audit")


def _take_trees(records: list[dict[str, Any]], scan: Scan) -> None:
    for record in records:
        told = mapping(record.get("children"), "children", scan.name)
        versions = told.get("Tree Versions")
        scan.add(
            text(told, "ID"),
            severity(text(told, "Severity")),
            path=text(record, "value"),
            line=", ".join(text(one) for one in versions) if isinstance(versions, list) else "",
            title=text(told, "Issue"),
            identity=[text(record, "value")],
        )


def _take_advisories(records: list[dict[str, Any]], scan: Scan) -> None:
    summary: dict[str, Any] | None = None
    paths = 0
    seen: set[str] = set()
    for record in records:
        kind = text(record, "type")
        if kind == "error":
            raise scan.failed(f"yarn reports: {text(record, 'data')[:120]}")
        if kind == "auditSummary":
            summary = mapping(record.get("data"), "data", scan.name)
        elif kind == "auditAdvisory":
            paths += 1
            _add(mapping(record.get("data"), "data", scan.name), seen, scan)
    _compare(summary, paths, scan)


def _add(data: dict[str, Any], seen: set[str], scan: Scan) -> None:
    advisory = mapping(data.get("advisory"), "data.advisory", scan.name)
    rule = text(advisory, "github_advisory_id") or text(advisory, "id")
    if rule and rule in seen:
        return
    seen.add(rule)
    scan.add(
        rule,
        severity(text(advisory, "severity")),
        path=text(advisory, "module_name"),
        line=text(advisory, "vulnerable_versions"),
        title=text(advisory, "title"),
        identity=[text(advisory, "module_name")],
    )


def _compare(summary: dict[str, Any] | None, paths: int, scan: Scan) -> None:
    if summary is None:
        raise EvidenceError(
            "E_TRUNCATED", "yarn's summary line is missing", file=scan.name, hint="repeat the audit"
        )
    counts = mapping(summary.get("vulnerabilities"), "auditSummary.vulnerabilities", scan.name)
    declared = sum(value for value in counts.values() if isinstance(value, int))
    if declared and not paths:
        raise EvidenceError(
            "E_COUNT_MISMATCH", f"the summary announces {declared} paths, none is listed", file=scan.name
        )
    scan.compare(declared, "the summary (of paths)", paths)
