"""``npm audit --json`` of all versions, and pnpm and Yarn Berry, which write npm's older shape.

npm 7 lists packages with the advisories behind them, older versions list advisories.
A registry's refusal stands in the same file as an ``error`` object.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count vulnerable packages (npm 7 and later) or advisories (before).

    Raises:
        EvidenceError: E_SCAN_FAILED for npm's error object, E_NO_RUNS, E_COUNT_MISMATCH, E_WRONG_TYPE.
    """
    scan = Scan("npm audit", source.name)
    report = mapping(decode(source), "the report", source.name)
    if report.get("error"):
        summary = text(report, "error", "summary") or text(report, "error", "code") or text(report, "error")
        raise scan.failed(f"the audit did not run: {summary[:120] or text(report, 'message')[:120]}")
    metadata = mapping(report.get("metadata"), "metadata", source.name, optional=True)
    if "advisories" in report:
        _take_advisories(report, scan)
    else:
        _take_packages(report, scan)
    _compare(report, metadata, scan)
    return scan.reading("npm-audit")


def _take_packages(report: dict[str, Any], scan: Scan) -> None:
    packages = mapping(report.get("vulnerabilities"), "vulnerabilities", scan.name)
    for key, value in packages.items():
        package = mapping(value, f"vulnerabilities.{key[:40]}", scan.name)
        via = package.get("via")
        causes = (
            [text(one, "source") or text(one, "url") or text(one) for one in via]
            if isinstance(via, list)
            else []
        )
        titles = [text(one, "title") for one in via] if isinstance(via, list) else []
        scan.add(
            text(package, "name") or key,
            severity(text(package, "severity")),
            path=key,
            line=text(package, "range"),
            title=next((title for title in titles if title), ""),
            identity=[key],
            parts=causes,
        )
    scan.define(finding="one for each vulnerable package, as npm counts", new="also with a further advisory")


def _take_advisories(report: dict[str, Any], scan: Scan) -> None:
    advisories = mapping(report.get("advisories"), "advisories", scan.name)
    for key, value in advisories.items():
        advisory = mapping(value, f"advisories.{key[:40]}", scan.name)
        scan.add(
            text(advisory, "github_advisory_id") or text(advisory, "id") or key,
            severity(text(advisory, "severity")),
            path=text(advisory, "module_name"),
            line=text(advisory, "vulnerable_versions"),
            title=text(advisory, "title"),
            identity=[text(advisory, "module_name")],
        )
    for action in objects(report.get("muted"), "muted", scan.name, optional=True):
        scan.add(text(action, "id") or "muted", "unknown", path=text(action, "path"), state="suppressed")
    scan.define(finding="one for each advisory; npm's own numbers count each path to it")


def _compare(report: dict[str, Any], metadata: dict[str, Any], scan: Scan) -> None:
    """The header's numbers: they must not deny what is listed, nor announce what is missing."""
    counts = mapping(metadata.get("vulnerabilities"), "metadata.vulnerabilities", scan.name, optional=True)
    declared = sum(value for key, value in counts.items() if key != "total" and isinstance(value, int))
    if scan.empty and declared:
        raise EvidenceError(
            "E_COUNT_MISMATCH",
            f"the header announces {declared} vulnerabilities, none is listed",
            file=scan.name,
        )
    if scan.empty and not counts:
        raise scan.no_run("no metadata shows that the audit looked at anything")
    looked_at = metadata.get("dependencies")
    if scan.empty and (looked_at.get("total") if isinstance(looked_at, dict) else looked_at) == 0:
        raise scan.no_run("no dependency was looked at")
    if "advisories" not in report and isinstance(counts.get("total"), int):
        scan.compare(counts["total"], "metadata.vulnerabilities.total", len(scan.live))
