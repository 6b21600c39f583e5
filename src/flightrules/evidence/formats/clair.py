"""Clair: the version 4 report, clair-scanner's report and Klar's."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the vulnerabilities, one for each package; those that clair-scanner approves are suppressed.

    Raises:
        EvidenceError: E_NO_RUNS where nothing was looked at, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Clair", source.name)
    report = mapping(decode(source), "the report", source.name)
    if "manifest_hash" in report:
        _read_index(scan, report)
    elif "LayerCount" in report:
        _read_layers(scan, report)
    else:
        _read_scanner(scan, report)
    return scan.reading("clair")


def _read_index(scan: Scan, report: dict[str, Any]) -> None:
    packages = mapping(report.get("packages"), "packages", scan.name)
    if not packages:
        raise scan.no_run("no package was found in the image")
    known = mapping(report.get("vulnerabilities"), "vulnerabilities", scan.name, optional=True)
    pairs = mapping(report.get("package_vulnerabilities"), "package_vulnerabilities", scan.name)
    for package, ids in pairs.items():
        name = text(packages.get(package), "name") or package
        for number in require(ids, list, "package_vulnerabilities[]", scan.name):
            one = mapping(known.get(text(number)), "a vulnerability of a package", scan.name)
            level = severity(text(one, "normalized_severity"))
            version = text(packages.get(package), "version")
            scan.add(text(one, "name"), level, path=name, line=version, title=text(one, "description"))


def _read_layers(scan: Scan, report: dict[str, Any]) -> None:
    if not report["LayerCount"]:
        raise scan.no_run("no layer was looked at")
    groups = mapping(report.get("Vulnerabilities"), "Vulnerabilities", scan.name, optional=True)
    for word, listed in groups.items():
        for one in objects(listed, "Vulnerabilities[]", scan.name, optional=True):
            path, line = text(one, "FeatureName"), text(one, "FeatureVersion")
            scan.add(text(one, "Name"), severity(word), path=path, line=line, title=text(one, "Description"))


def _read_scanner(scan: Scan, report: dict[str, Any]) -> None:
    unapproved = require(report.get("unapproved"), list, "unapproved", scan.name)
    names = {one for one in unapproved if isinstance(one, str)}
    for one in objects(report.get("vulnerabilities"), "vulnerabilities", scan.name):
        name = text(one, "vulnerability")
        scan.add(
            name,
            severity(text(one, "severity")),
            path=text(one, "featurename"),
            line=text(one, "featureversion"),
            title=text(one, "description"),
            state="live" if name in names else "suppressed",
        )
    scan.define(suppressed="approved by clair-scanner's list")
