"""OWASP Dependency-Check's reports in JSON and XML. Suppressed vulnerabilities stand beside the live ones."""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.text import decimal
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.reading.xml import Node, stream
from flightrules.evidence.records.findings import severity, severity_of_cvss
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_SCORES = (("cvssv4", "baseScore"), ("cvssv3", "baseScore"), ("cvssv2", "score"))


def read(source: Source, head: Head) -> Reading:
    """Count the vulnerabilities of all dependencies.

    Raises:
        EvidenceError: E_NO_RUNS where no dependency was looked at, E_MISSING_FIELD, E_WRONG_TYPE, and the
            faults of XML and JSON.
    """
    scan = Scan("Dependency-Check", source.name)
    dependencies = _from_xml(source, scan) if head.kind == "xml" else _from_json(source, scan)
    if not dependencies:
        raise scan.no_run("no dependency was looked at")
    scan.define(
        finding="one for each vulnerability of a dependency",
        severity="the report's word, else the CVSS score's band",
    )
    return scan.reading("dependency-check")


def _from_json(source: Source, scan: Scan) -> int:
    report = mapping(decode(source), "the report", source.name)
    dependencies = objects(report.get("dependencies"), "dependencies", source.name)
    for one in dependencies:
        place = text(one, "filePath") or text(one, "fileName")
        for key, state in (("vulnerabilities", "live"), ("suppressedVulnerabilities", "suppressed")):
            for found in objects(one.get(key), f"dependencies[].{key}", source.name, optional=True):
                _add(_json_fields(found), text(one, "fileName"), place, state, scan)
    info = mapping(report.get("scanInfo"), "scanInfo", source.name, optional=True)
    failed = info.get("analysisExceptions")
    scan.not_tested(len(failed) if isinstance(failed, list) else 0, "errors during the analysis")
    _state(text(info, "engineVersion"), text(report, "projectInfo", "reportDate"), scan)
    return len(dependencies)


def _json_fields(found: dict[str, Any]) -> dict[str, str]:
    score = next((text(found, *path) for path in _SCORES if text(found, *path)), "")
    return {
        "name": text(found, "name"),
        "severity": text(found, "severity"),
        "score": score,
        "title": text(found, "description"),
    }


def _from_xml(source: Source, scan: Scan) -> int:
    dependencies, told = 0, {"engineVersion": "", "reportDate": ""}
    for node in stream(source, frozenset({"dependency", "scanInfo", "projectInfo"})):
        if node.tag == "dependency":
            dependencies += 1
            _add_all(node, scan)
            continue
        told = {key: found or node.text_of(key) for key, found in told.items()}
        failed = node.find("analysisExceptions")
        scan.not_tested(len(failed.children) if failed is not None else 0, "errors during the analysis")
    _state(told["engineVersion"], told["reportDate"], scan)
    return dependencies


def _add_all(one: Node, scan: Scan) -> None:
    place = one.text_of("filePath") or one.text_of("fileName")
    for group in one.all("vulnerabilities"):
        for tag, state in (("vulnerability", "live"), ("suppressedVulnerability", "suppressed")):
            for found in group.all(tag):
                _add(_xml_fields(found), one.text_of("fileName"), place, state, scan)


def _xml_fields(found: Node) -> dict[str, str]:
    scores = [found.text_of("cvssScore")]
    for tag, field in (("cvssV4", "baseScore"), ("cvssV3", "baseScore"), ("cvssV2", "score")):
        inner = found.find(tag)
        scores.append(inner.text_of(field) if inner is not None else "")
    return {
        "name": found.text_of("name"),
        "severity": found.text_of("severity"),
        "score": next((one for one in scores if one), ""),
        "title": found.text_of("description"),
    }


def _add(found: dict[str, str], file: str, place: str, state: str, scan: Scan) -> None:
    level = severity(found["severity"])
    if level == "unknown" and found["score"]:
        try:
            level = severity_of_cvss(decimal(found["score"], "the score", scan.name))
        except EvidenceError:
            level = "unknown"
    scan.add(found["name"], level, path=file, line=place, title=found["title"], identity=[file], state=state)


def _state(version: str, taken_at: str, scan: Scan) -> None:
    told, notices = earliest([taken_at])
    scan.fact(tool_version=version, **told)
    for notice in notices:
        scan.note(notice.code, notice.message)
