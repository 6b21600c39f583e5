"""``composer audit --format=json`` (PHP). Advisories stand below their package; ignored ones apart."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_SECTIONS = (("advisories", "live"), ("ignored-advisories", "suppressed"))


def read(source: Source, _head: Head) -> Reading:
    """Count the advisories; abandoned packages are no vulnerabilities and only told.

    Composer prints no report at all where there is no package to audit.

    Raises:
        EvidenceError: E_SCAN_FAILED where a repository was not reached and nothing is listed, E_WRONG_TYPE,
            E_MISSING_FIELD.
    """
    scan = Scan("Composer", source.name)
    report = require(decode(source), dict, "the report", source.name)
    for key, state in _SECTIONS:
        for package, advisories in _by_package(report.get(key), key, scan):
            for one in advisories:
                scan.add(
                    text(one, "advisoryId") or text(one, "cve"),
                    severity(text(one, "severity")),
                    path=text(one, "packageName") or package,
                    line=text(one, "affectedVersions"),
                    title=text(one, "title"),
                    identity=[package],
                    state=state,
                )
    abandoned = report.get("abandoned")
    if isinstance(abandoned, dict) and abandoned:
        scan.note("W_NOT_TESTED", f"{len(abandoned)} packages are abandoned; nobody looks for faults in them")
    unreached = report.get("unreachable-repositories")
    if unreached and scan.empty:
        raise scan.failed("repositories were not reached and no advisory is listed")
    scan.not_tested(len(unreached) if isinstance(unreached, list) else 0, "repositories were not reached")
    return scan.reading("composer-audit")


def _by_package(value: Any, key: str, scan: Scan) -> list[tuple[str, list[dict[str, Any]]]]:
    """PHP writes an empty map as an empty list, and a list with gaps as a map."""
    if value is None and key != "advisories":
        return []
    packages = require(value, (dict, list), key, scan.name)
    if isinstance(packages, list):
        packages = {"": packages} if packages else {}
    what = f"{key}[]"
    return [
        (package, objects(list(one.values()) if isinstance(one, dict) else one, what, scan.name))
        for package, one in packages.items()
    ]
