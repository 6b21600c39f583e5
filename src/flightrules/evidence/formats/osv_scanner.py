"""OSV-Scanner's JSON: groups of aliases are findings. It leaves clean sources out unless told otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.text import decimal
from flightrules.evidence.records.findings import severity, severity_of_cvss
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the groups of vulnerabilities of each package.

    Raises:
        EvidenceError: E_NO_RUNS where no source is listed, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    scan = Scan("OSV-Scanner", source.name)
    report = mapping(decode(source), "the report", source.name)
    results = objects(report.get("results"), "results", source.name)
    if not results:
        raise scan.no_run("no source is listed; scan with --all-packages to tell clean from not scanned")
    for result in results:
        place = text(result, "source", "path")
        for package in objects(result.get("packages"), "results[].packages", source.name):
            _take(package, place, scan)
    scan.define(
        finding="one for each package and group of aliases",
        severity="the group's highest CVSS score in its band, else the database's word",
    )
    return scan.reading("osv-scanner")


def _take(package: dict[str, Any], place: str, scan: Scan) -> None:
    known = mapping(package.get("package"), "packages[].package", scan.name)
    found = objects(package.get("vulnerabilities"), "packages[].vulnerabilities", scan.name, optional=True)
    by_id = {text(one, "id"): one for one in found}
    groups = objects(package.get("groups"), "packages[].groups", scan.name, optional=True)
    grouped = [(_ids(group), group) for group in groups]
    covered = {one for ids, _ in grouped for one in ids}
    grouped += [([one], {}) for one in sorted(by_id.keys() - covered)]
    for ids, group in grouped:
        if not ids:
            raise EvidenceError("E_MISSING_FIELD", "a group of vulnerabilities names no id", file=scan.name)
        members = [by_id[one] for one in ids if one in by_id]
        scan.add(
            ids[0],
            _level(group, members),
            path=f"{place}:{text(known, 'name')}",
            line=text(known, "version"),
            title=next((text(one, "summary") for one in members if text(one, "summary")), ""),
            identity=[text(known, "ecosystem")],
        )


def _ids(group: dict[str, Any]) -> list[str]:
    ids = group.get("ids")
    return sorted(one for one in ids if isinstance(one, str)) if isinstance(ids, list) else []


def _level(group: dict[str, Any], members: list[dict[str, Any]]) -> str:
    try:
        return severity_of_cvss(Decimal(decimal(text(group, "max_severity"), "max_severity", "")))
    except EvidenceError:
        words = [severity(text(one, "database_specific", "severity")) for one in members]
        return next(
            (word for word in ("critical", "high", "medium", "low", "info") if word in words), "unknown"
        )
