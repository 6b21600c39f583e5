"""Trivy's JSON: images, file systems, clusters, and the bare list of versions before 0.20.

A target without vulnerabilities was scanned and is clean; ``Results: null`` means that nothing was found
to scan. Of misconfigurations only those with status FAIL count.
"""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.numbers import whole
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_CLUSTER = ("Resources", "Vulnerabilities", "Misconfigurations", "Findings")
_KINDS = ("Vulnerabilities", "Misconfigurations", "Secrets", "Licenses")
_RULES = ("VulnerabilityID", "AVDID", "ID", "RuleID", "Name")
_STATES = {"PASS": "", "EXCEPTION": "suppressed", "FAIL": "live", "": "live"}


def read(source: Source, _head: Head) -> Reading:
    """Count vulnerabilities, failed misconfigurations, secrets and licences of all targets.

    Raises:
        EvidenceError: E_NO_RUNS where no target was scanned, E_COUNT_MISMATCH, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    scan = Scan("Trivy", source.name)
    report = decode(source)
    results = _results(report, scan)
    if not results:
        raise scan.no_run("no target was scanned; a clean target would be listed")
    for result in results:
        _take(result, scan)
    stated = sum(whole(_failures(one), "MisconfSummary.Failures", source.name) for one in results)
    if stated and scan.empty:
        scan.compare(stated, "MisconfSummary", 0)
    if isinstance(report, dict):
        scan.fact(taken_at=text(report, "CreatedAt"), tool_version=text(report, "Trivy", "Version"))
    scan.define(
        finding="one for each vulnerability and package, failed check, secret and licence of a target",
        suppressed="modified findings and checks with status EXCEPTION",
    )
    return scan.reading("trivy")


def _failures(result: dict[str, Any]) -> Any:
    summary = result.get("MisconfSummary")
    return summary.get("Failures", 0) if isinstance(summary, dict) else 0


def _results(report: Any, scan: Scan) -> list[dict[str, Any]]:
    """The results of an image, of a cluster's resources, or of the old bare list."""
    if isinstance(report, list):
        return objects(report, "the report", scan.name)
    whole = mapping(report, "the report", scan.name)
    if "ClusterName" not in whole:
        return objects(whole.get("Results"), "Results", scan.name, optional=True)
    results, failed = [], 0
    for key in _CLUSTER:
        for resource in objects(whole.get(key), key, scan.name, optional=True):
            failed += bool(resource.get("Error"))
            results += objects(resource.get("Results"), f"{key}[].Results", scan.name, optional=True)
    if failed and not any(result.get(kind) for result in results for kind in _KINDS):
        raise scan.failed(f"{failed} resources could not be scanned")
    scan.not_tested(failed, "resources could not be scanned")
    return results


def _take(result: dict[str, Any], scan: Scan) -> None:
    target = text(result, "Target")
    for kind in _KINDS:
        for one in objects(result.get(kind), f"Results[].{kind}", scan.name, optional=True):
            state = _STATES.get(text(one, "Status"), "live") if kind == "Misconfigurations" else "live"
            if state:
                _add(one, target, state, scan)
    for modified in objects(
        result.get("ExperimentalModifiedFindings"), "modified findings", scan.name, optional=True
    ):
        _add(mapping(modified.get("Finding"), "Finding", scan.name), target, "suppressed", scan)


def _add(one: dict[str, Any], target: str, state: str, scan: Scan) -> None:
    package = text(one, "PkgName")
    installed = text(one, "InstalledVersion")
    cause = one.get("CauseMetadata")
    place = text(one, "StartLine") or text(cause, "StartLine") or installed
    rule = next((text(one, key) for key in _RULES if text(one, key)), "")
    scan.add(
        rule or f"unnamed finding in {package}",
        severity(text(one, "Severity")),
        path=":".join(
            part for part in (target, text(one, "PkgPath") or text(one, "FilePath"), package) if part
        ),
        line=place,
        title=text(one, "Title"),
        identity=[package, text(cause, "Resource"), text(one, "Match")],
        state=state,
    )
