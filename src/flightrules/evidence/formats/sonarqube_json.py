"""SonarQube issues: the answer of ``api/issues/search``, the scanner's local report, and sonar-report.

One page of a longer answer is refused. Local reports (``isNew``) carry the tool's own comparison.
"""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text, whole
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_FIXED = frozenset({"FIXED", "REMOVED"})
_PASSED_OVER = frozenset({"FALSE-POSITIVE", "FALSE_POSITIVE", "WONTFIX", "ACCEPTED", "SAFE", "ACKNOWLEDGED"})
_GONE = frozenset({"RESOLVED", "CLOSED", "REVIEWED"})


def read(source: Source, _head: Head) -> Reading:
    """Count the issues; resolved ones by their resolution.

    Raises:
        EvidenceError: E_PARTIAL, E_NO_RUNS, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("SonarQube", source.name)
    report = mapping(decode(source), "the report", source.name)
    issues = objects(report.get("issues"), "issues", source.name)
    _require_all_pages(scan, report, len(issues))
    for issue in issues:
        _add(scan, issue)
    if not issues and not {"total", "paging", "sonarBaseURL", "components"} & report.keys():
        raise scan.no_run("the report lists no issue and does not show that an analysis ran")
    scan.fact(tool_version=text(report, "version"))
    scan.define(
        severity="the word SonarQube states: BLOCKER and CRITICAL are critical, MAJOR is high, MINOR is low",
        suppressed="false positive, won't fix, accepted, safe and acknowledged; fixed ones are left out",
    )
    return scan.reading("sonarqube-json")


def _require_all_pages(scan: Scan, report: dict[str, Any], listed: int) -> None:
    paging = mapping(report.get("paging"), "paging", scan.name, optional=True)
    total = report.get("total", paging.get("total"))
    if total is None:
        return
    declared = whole(total, "total", scan.name)
    if declared > listed:
        raise scan.partial(f"the answer holds {listed} of {declared} issues", listed)
    scan.compare(declared, "total", listed)


def _add(scan: Scan, issue: dict[str, Any]) -> None:
    message = text(issue, "message")
    new = issue.get("isNew")
    scan.add(
        text(issue, "rule"),
        _severity(issue),
        path=text(issue, "component"),
        line=text(issue, "line"),
        title=message,
        identity=[text(issue, "hash") or message],
        state=_state(issue),
        mark="" if not isinstance(new, bool) else "new" if new else "unchanged",
    )


def _severity(issue: dict[str, Any]) -> str:
    stated = severity(text(issue, "severity"))
    if stated != "unknown" or not isinstance(issue.get("impacts"), list):
        return stated
    impacts = [severity(text(one, "severity")) for one in issue["impacts"]]
    return next(
        (level for level in ("critical", "high", "medium", "low", "info") if level in impacts), stated
    )


def _state(issue: dict[str, Any]) -> str:
    resolution = text(issue, "resolution").upper()
    status = (text(issue, "issueStatus") or text(issue, "status")).upper()
    if resolution in _PASSED_OVER or status in _PASSED_OVER:
        return "suppressed"
    if resolution in _FIXED or status in _GONE | _FIXED:
        return "fixed"
    return "live"
