"""Nikto's JSON report: one host, or an array of hosts. Nikto states no severity."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the items of all hosts.

    Raises:
        EvidenceError: E_NO_RUNS where nothing is listed, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("Nikto", source.name)
    document = decode(source)
    for host in objects(document if isinstance(document, list) else [document], "the report", source.name):
        for one in objects(host.get("vulnerabilities"), "vulnerabilities", source.name):
            scan.add(
                text(one, "id"),
                "unknown",
                path=f"{text(host, 'host')}:{text(host, 'port')}{text(one, 'url')}",
                title=text(one, "msg"),
                identity=[text(one, "method"), text(one, "msg")],
            )
    if scan.empty:
        raise scan.no_run("the report lists no item and does not show that a host answered")
    return scan.reading("nikto-json")
