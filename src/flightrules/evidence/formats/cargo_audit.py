"""cargo-audit's JSON report. Informational warnings (unmaintained, yanked …) count as info."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text, whole
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count vulnerabilities and warnings. The report states a vector, not a severity.

    Raises:
        EvidenceError: E_NO_RUNS where no dependency was looked at, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("cargo-audit", source.name)
    report = mapping(decode(source), "the report", source.name)
    found = mapping(report.get("vulnerabilities"), "vulnerabilities", source.name)
    lockfile = mapping(report.get("lockfile"), "lockfile", source.name)
    if whole(lockfile.get("dependency-count"), "lockfile.dependency-count", source.name) == 0:
        raise scan.no_run("the lock file names no dependency")
    listed = objects(found.get("list"), "vulnerabilities.list", source.name)
    for one in listed:
        advisory = mapping(one.get("advisory"), "advisory", source.name)
        _add(scan, one, text(advisory, "id"), severity(text(advisory, "severity")))
    scan.compare(found.get("count"), "vulnerabilities.count", len(listed))
    for kind, warnings in mapping(report.get("warnings"), "warnings", source.name, optional=True).items():
        for one in objects(warnings, "warnings[]", source.name):
            _add(scan, one, text(one, "advisory", "id") or kind, "info")
    settings = mapping(report.get("settings"), "settings", source.name, optional=True)
    ignored = require(settings.get("ignore") or [], list, "settings.ignore", source.name)
    scan.not_tested(len(ignored), "advisories are ignored by configuration and not listed")
    scan.define(severity="unknown for vulnerabilities without a stated one; warnings are info")
    return scan.reading("cargo-audit")


def _add(scan: Scan, one: dict[str, Any], rule: str, level: str) -> None:
    scan.add(
        rule,
        level,
        path=text(one, "package", "name"),
        line=text(one, "package", "version"),
        title=text(one, "advisory", "title"),
    )
