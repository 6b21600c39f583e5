"""Grype's JSON: matches are findings, ignored matches are suppressed."""

from __future__ import annotations

import re
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, decode_text, utf8
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def read(source: Source, _head: Head) -> Reading:
    """Count the matches.

    Raises:
        EvidenceError: E_NO_RUNS where nothing shows what was scanned, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    scan = Scan("Grype", source.name)
    report = mapping(_decoded(source, scan), "the report", source.name)
    for match in objects(report.get("matches"), "matches", source.name):
        _add(match, "live", scan)
    for match in objects(report.get("ignoredMatches"), "ignoredMatches", source.name, optional=True):
        _add(match, "suppressed", scan)
    if scan.empty and not report.get("source") and not report.get("descriptor"):
        raise scan.no_run("no match, source or descriptor shows that Grype looked at anything")
    descriptor = report.get("descriptor")
    scan.fact(tool_version=text(descriptor, "version"), taken_at=text(descriptor, "timestamp"))
    scan.define(finding="one for each match of a vulnerability and a package", suppressed="ignored matches")
    return scan.reading("grype")


def _decoded(source: Source, scan: Scan) -> Any:
    """The report; versions found in Java binaries may hold NUL, which is shown as a replacement character."""
    try:
        return decode(source)
    except EvidenceError as error:
        if error.code != "E_CONTROL_CHAR":
            raise
    scan.note("W_CONTROL_CHAR", "a text holds NUL; it is shown as a replacement character")
    return decode_text(_NUL.sub("\\1\ufffd", utf8(source)), source.name)


def _add(match: dict[str, Any], state: str, scan: Scan) -> None:
    vulnerability = mapping(match.get("vulnerability"), "matches[].vulnerability", scan.name)
    artifact = mapping(match.get("artifact"), "matches[].artifact", scan.name)
    locations = artifact.get("locations")
    first = locations[0] if isinstance(locations, list) and locations else None
    package, kind = text(artifact, "name"), text(artifact, "type")
    scan.add(
        text(vulnerability, "id"),
        severity(text(vulnerability, "severity")),
        path=":".join(part for part in (text(first, "path"), package) if part),
        line=text(artifact, "version"),
        title=text(vulnerability, "description"),
        identity=[kind, package],
        state=state,
    )
