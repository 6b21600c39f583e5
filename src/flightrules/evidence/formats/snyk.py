"""Snyk's JSON for projects, containers and infrastructure code: one object or a list of projects.

Snyk lists a vulnerability once for each path that leads to it. Snyk Code writes SARIF.
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
    """Count the entries of all projects.

    Raises:
        EvidenceError: E_SCAN_FAILED for a project with an error, E_NO_RUNS, E_CONTRADICTION where a project
            is not ok and lists nothing, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    scan = Scan("Snyk", source.name)
    report = decode(source)
    projects = objects(report if isinstance(report, list) else [report], "the report", source.name)
    if not projects:
        raise scan.no_run("the report lists no project")
    for project in projects:
        _take(project, scan)
    if scan.empty and all(_holds_nothing(one) for one in projects):
        raise scan.no_run("no project has a dependency; nothing was looked at")
    scan.define(
        finding="one for each entry, so one for each path to a vulnerable package",
        unique=f"{len({one.rule for one in scan.live})} distinct ids among {len(scan.live)} entries",
        suppressed="ignored by a policy",
    )
    return scan.reading("snyk")


def _take(project: dict[str, Any], scan: Scan) -> None:
    if text(project, "error") or (project.get("ok") is False and isinstance(project.get("error"), dict)):
        raise scan.failed(
            f"Snyk reports an error: {text(project, 'error')[:120] or text(project, 'message')[:120]}"
        )
    place = text(project, "displayTargetFile") or text(project, "targetFile") or text(project, "projectName")
    code = objects(
        project.get("infrastructureAsCodeIssues"), "infrastructureAsCodeIssues", scan.name, optional=True
    )
    listed = objects(project.get("vulnerabilities"), "vulnerabilities", scan.name, optional=bool(code))
    for one in listed:
        _add(one, place, "suppressed" if one.get("isIgnored") is True else "live", scan)
    for one in code:
        _add(one, place, "suppressed" if one.get("isIgnored") is True else "live", scan)
    filtered = mapping(project.get("filtered"), "filtered", scan.name, optional=True)
    for one in objects(filtered.get("ignore"), "filtered.ignore", scan.name, optional=True):
        _add(one, place, "suppressed", scan)
    nested = objects(project.get("applications"), "applications", scan.name, optional=True)
    for application in nested:
        _take(application, scan)
    if not listed and not code and not nested:
        _require_clean(project, scan)


def _holds_nothing(project: dict[str, Any]) -> bool:
    """Whether the project and the applications in it say that they depend on nothing."""
    nested = project.get("applications")
    inside = [one for one in nested if isinstance(one, dict)] if isinstance(nested, list) else []
    return all(one.get("dependencyCount") == 0 for one in (project, *inside))


def _require_clean(project: dict[str, Any], scan: Scan) -> None:
    if project.get("ok") is False:
        raise EvidenceError(
            "E_CONTRADICTION",
            "a project is not ok and lists no vulnerability",
            file=scan.name,
            hint="repeat the test",
        )
    if project.get("ok") is not True and "dependencyCount" not in project:
        raise scan.no_run("nothing shows that Snyk tested the project")


def _add(one: dict[str, Any], place: str, state: str, scan: Scan) -> None:
    package = text(one, "packageName") or text(one, "moduleName") or text(one, "name")
    chain = one.get("from") or one.get("path")
    steps = [step for step in chain if isinstance(step, str)] if isinstance(chain, list) else []
    scan.add(
        text(one, "id"),
        severity(text(one, "severity")),
        path=":".join(part for part in (place, package) if part),
        line=text(one, "lineNumber") or " > ".join(steps[1:]) or text(one, "version"),
        title=text(one, "title"),
        identity=[package],
        state=state,
    )
