"""Prisma Cloud (twistcli): results of an image with vulnerabilities and compliance issues."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count vulnerabilities and compliance issues of all images.

    Raises:
        EvidenceError: E_NO_RUNS where no image was scanned, E_SCAN_FAILED, E_WRONG_TYPE.
    """
    scan = Scan("Prisma Cloud", source.name)
    document = decode(source, free_text=True)
    reports = objects(document if isinstance(document, list) else [document], "the report", source.name)
    images = 0
    for report in reports:
        entity = mapping(report.get("entityInfo"), "entityInfo", source.name, optional=True)
        for result in objects(report.get("results"), "results", source.name):
            images += 1
            _add_image(scan, result, text(entity, "name") or text(result, "name"))
    if not images:
        raise scan.no_run("the report holds no result of an image")
    scan.define(finding="vulnerabilities and compliance issues")
    return scan.reading("prisma-cloud")


def _add_image(scan: Scan, result: dict[str, Any], image: str) -> None:
    if result.get("err") or result.get("error"):
        raise scan.failed("Prisma Cloud reports an error for an image")
    for one in objects(result.get("vulnerabilities"), "vulnerabilities", scan.name, optional=True):
        scan.add(
            text(one, "id"),
            severity(text(one, "severity")),
            path=f"{image}:{text(one, 'packageName')}",
            line=text(one, "packageVersion"),
            title=text(one, "description"),
            identity=[text(one, "packageName")],
        )
    for one in objects(result.get("compliances"), "compliances", scan.name, optional=True):
        level = severity(text(one, "severity"))
        scan.add(f"compliance {text(one, 'id')}", level, path=image, title=text(one, "title"))
