"""Nikto's XML report, also with scans nested in a scan. Nikto states no severity."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.text import count
from flightrules.evidence.reading.xml import Node, tree
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the items of all hosts.

    Raises:
        EvidenceError: E_NO_RUNS where no host was tested, and the faults of XML.
    """
    ignored: list[Notice] = []
    root = tree(source, notices=ignored)
    scan = Scan("Nikto", source.name)
    hosts = [node for node in root.walk() if node.tag == "scandetails"]
    tested = sum(_add_host(scan, host) for host in hosts)
    if not tested and scan.empty:
        raise scan.no_run("the report shows no host that was tested")
    for notice in ignored:
        scan.note(notice.code, notice.message)
    versions = [node.get("version") for node in root.walk() if node.tag == "niktoscan"]
    scan.fact(tool_version=next(filter(None, versions), ""))
    for host in hosts:
        scan.fact(taken_at=host.get("starttime"))
    return scan.reading("nikto-xml")


def _add_host(scan: Scan, host: Node) -> int:
    """The number of checks that were made against this host."""
    site = host.get("sitename") or f"{host.get('targethostname')}:{host.get('targetport')}/"
    items = host.all("item")
    for item in items:
        title = item.text_of("description")
        scan.add(
            item.get("id"),
            "unknown",
            path=site.rstrip("/") + item.text_of("uri"),
            title=title,
            identity=[item.get("method"), title],
        )
    statistics = host.find("statistics")
    if statistics is None:
        return 0
    found = statistics.get("itemsfound")
    if found.isdecimal():
        scan.compare(int(found[:18]), "itemsfound", len(items))
    tested = statistics.get("itemstested")
    return count(tested, "itemstested", scan.name, statistics.line) if tested else 0
