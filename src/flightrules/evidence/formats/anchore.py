"""Anchore Engine's list of an image's vulnerabilities."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the vulnerabilities, one for each package.

    Raises:
        EvidenceError: E_NO_RUNS where no image is named, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Anchore", source.name)
    report = mapping(decode(source), "the report", source.name)
    for one in objects(report.get("vulnerabilities"), "vulnerabilities", source.name):
        scan.add(
            text(one, "vuln"),
            severity(text(one, "severity")),
            path=text(one, "package_name") or text(one, "package"),
            line=text(one, "package_version"),
            identity=[text(one, "package_path")],
        )
    if scan.empty and not text(report, "imageDigest"):
        raise scan.no_run("the report lists no vulnerability and names no image")
    return scan.reading("anchore")
