"""Nessus' XML report (version 2). Severities 0 to 4 are info, low, medium, high, critical."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import stream
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_SEVERITY = dict(enumerate(("info", "low", "medium", "high", "critical")))


def read(source: Source, _head: Head) -> Reading:
    """Count the items of all hosts.

    Raises:
        EvidenceError: E_NO_RUNS without hosts, and the faults of XML.
    """
    scan = Scan("Nessus", source.name)
    hosts = 0
    for host in stream(source, frozenset({"ReportHost"})):
        hosts += 1
        for one in host.all("ReportItem"):
            word = one.get("severity")
            scan.add(
                one.get("pluginID"),
                _SEVERITY.get(int(word), "unknown") if word in ("0", "1", "2", "3", "4") else "unknown",
                path=f"{host.get('name')}:{one.get('port')}/{one.get('protocol')}",
                title=one.get("pluginName"),
                identity=[one.get("pluginName")],
            )
    if not hosts:
        raise scan.no_run("the report names no host")
    return scan.reading("nessus-xml")
