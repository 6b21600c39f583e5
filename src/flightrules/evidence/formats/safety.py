"""Safety's JSON reports: ``check`` (version 2 and 3) and ``scan``. Ignored vulnerabilities are suppressed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity_of_cvss
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the vulnerabilities.

    Raises:
        EvidenceError: E_NO_RUNS where no package was looked at, E_COUNT_MISMATCH, E_WRONG_TYPE,
            E_MISSING_FIELD.
    """
    scan = Scan("Safety", source.name)
    report = mapping(decode(source), "the report", source.name)
    if "scan_results" in report:
        _read_scan(scan, report)
    else:
        _read_check(scan, report)
    scan.define(severity="band of the CVSS v3 score, where one is stated", suppressed="ignored by policy")
    return scan.reading("safety-json")


def _read_check(scan: Scan, report: dict[str, Any]) -> None:
    meta = mapping(report.get("report_meta"), "report_meta", scan.name)
    packages = mapping(report.get("scanned_packages"), "scanned_packages", scan.name, optional=True)
    if not packages and not meta.get("packages_found"):
        raise scan.no_run("no package was looked at")
    for key in ("vulnerabilities", "ignored_vulnerabilities"):
        for one in objects(report.get(key), key, scan.name, optional=key != "vulnerabilities"):
            ignored = one.get("ignored") is True or key != "vulnerabilities"
            scan.add(
                text(one, "CVE") or text(one, "vulnerability_id"),
                _severity(one),
                path=text(one, "package_name"),
                line=text(one, "analyzed_version"),
                title=text(one, "advisory"),
                identity=[text(one, "vulnerability_id")],
                state="suppressed" if ignored else "live",
            )
    if scan.empty:
        scan.compare(meta.get("vulnerabilities_found"), "report_meta.vulnerabilities_found", 0)
    scan.fact(tool_version=text(meta, "safety_version"), taken_at=text(meta, "timestamp"))


def _severity(one: dict[str, Any]) -> str:
    stated = one.get("severity")
    details = stated.get("cvssv3") if isinstance(stated, dict) else None
    score = details.get("base_score") if isinstance(details, dict) else None
    if isinstance(score, bool) or not isinstance(score, (int, Decimal)):
        return "unknown"
    return severity_of_cvss(score)


def _read_scan(scan: Scan, report: dict[str, Any]) -> None:
    packages = 0
    for package in _packages(report, scan.name):
        packages += 1
        for spec in objects(package.get("specifications"), "specifications", scan.name, optional=True):
            found = mapping(spec.get("vulnerabilities"), "vulnerabilities", scan.name, optional=True)
            known = objects(found.get("known_vulnerabilities"), "known", scan.name, optional=True)
            for one in known:
                state = "suppressed" if one.get("ignored") else "live"
                path, line = text(package, "name"), text(spec, "raw")
                scan.add(text(one, "id"), "unknown", path=path, line=line, state=state)
    if not packages:
        raise scan.no_run("no package was looked at")
    scan.fact(taken_at=text(report, "meta", "timestamp"))


def _packages(report: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    results = mapping(report.get("scan_results"), "scan_results", name)
    for project in objects(results.get("projects"), "projects", name):
        for file in objects(project.get("files"), "files", name, optional=True):
            inner = mapping(file.get("results"), "results", name, optional=True)
            yield from objects(inner.get("dependencies"), "dependencies", name, optional=True)
