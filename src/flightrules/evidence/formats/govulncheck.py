"""govulncheck: its stream of messages (also wrapped in an array) and the older single object.

``osv`` messages only describe entries of the database; ``finding`` messages say what applies.
"""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count each vulnerability of each module once, however many call stacks lead to it.

    Raises:
        EvidenceError: E_NO_RUNS where the stream ends before the scan began, E_WRONG_TYPE.
    """
    scan = Scan("govulncheck", source.name)
    found = list(documents(source))
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    messages = objects(found, "the report", source.name)
    if len(messages) == 1 and "Vulns" in messages[0]:
        _read_old(scan, messages[0])
    else:
        _read_messages(scan, messages)
    scan.define(finding="one for each vulnerability and module, called or merely required")
    return scan.reading("govulncheck")


def _read_messages(scan: Scan, messages: list[dict[str, Any]]) -> None:
    if not any(message.keys() & {"progress", "SBOM", "osv", "finding"} for message in messages):
        raise scan.no_run("the stream ends before the scan began")
    entries: dict[str, dict[str, Any]] = {}
    seen: set[tuple[str, str]] = set()
    for message in messages:
        if "config" in message:
            scan.fact(tool_version=text(message, "config", "scanner_version"))
        if "osv" in message:
            entry = mapping(message["osv"], "osv", scan.name)
            entries[text(entry, "id")] = entry
    for message in messages:
        if "finding" in message:
            one = mapping(message["finding"], "finding", scan.name)
            trace = objects(one.get("trace"), "finding.trace", scan.name)
            _add(scan, text(one, "osv"), text(trace[0], "module") if trace else "", entries, seen)


def _read_old(scan: Scan, report: dict[str, Any]) -> None:
    entries: dict[str, dict[str, Any]] = {}
    seen: set[tuple[str, str]] = set()
    if not objects(report.get("Modules"), "Modules", scan.name, optional=True):
        raise scan.no_run("the report names no module")
    for one in objects(report.get("Vulns"), "Vulns", scan.name, optional=True):
        entry = mapping(one.get("OSV"), "Vulns[].OSV", scan.name)
        entries[text(entry, "id")] = entry
        _add(scan, text(entry, "id"), text(one, "ModPath"), entries, seen)


def _add(
    scan: Scan, name: str, module: str, entries: dict[str, dict[str, Any]], seen: set[tuple[str, str]]
) -> None:
    if (name, module) in seen:
        return
    seen.add((name, module))
    entry = entries.get(name, {})
    word = text(entry, "severity") or text(entry, "database_specific", "severity")
    scan.add(name, severity(word), path=module, title=text(entry, "summary"))
