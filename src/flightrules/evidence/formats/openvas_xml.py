"""OpenVAS/Greenbone reports in XML, plain or wrapped in an answer of the management protocol.

The filter of the export decides what is listed; the score gives the severity, not the threat's word.
"""

from __future__ import annotations

from decimal import Decimal

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.text import decimal
from flightrules.evidence.reading.xml import Node, tree
from flightrules.evidence.records.findings import severity, severity_of_cvss
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the results; false positives are suppressed.

    Raises:
        EvidenceError: E_API_ERROR, E_PARTIAL for a scan that is not done or a page of results,
            E_NO_RUNS where no host was scanned, and the faults of XML.
    """
    scan = Scan("OpenVAS", source.name)
    root = tree(source)
    if root.get("status", "200")[:1] != "2":
        raise scan.failed(f"the answer has status {root.get('status')[:20]}: {root.get('status_text')[:80]}")
    report = _innermost(root)
    status = report.text_of("scan_run_status")
    if status and status != "Done":
        raise scan.partial(f"the scan's status is {status[:40]!r}, not 'Done'")
    results = report.find("results")
    listed = results.all("result") if results is not None else []
    _require_all(scan, report, len(listed))
    for one in listed:
        _add(scan, one)
    if not listed and not _hosts(report):
        raise scan.no_run("the report lists no result and no host that was scanned")
    scan.fact(taken_at=report.text_of("scan_start") or report.text_of("timestamp"))
    scan.define(severity="band of the CVSS score", suppressed="results overridden as false positives")
    return scan.reading("openvas-xml")


def _innermost(root: Node) -> Node:
    report = root
    while (inner := report.find("report")) is not None:
        report = inner
    return report


def _require_all(scan: Scan, report: Node, listed: int) -> None:
    counts = report.find("result_count")
    filtered = counts.text_of("filtered") if counts is not None else ""
    if filtered.isdecimal() and int(filtered[:9]) > listed:
        raise scan.partial(f"the report holds {listed} of {filtered} results", listed)
    if filtered.isdecimal():
        scan.compare(int(filtered[:9]), "result_count", listed)


def _hosts(report: Node) -> int:
    hosts = report.find("hosts")
    stated = hosts.text_of("count") if hosts is not None else ""
    declared = int(stated[:9]) if stated.isdecimal() else 0
    return declared or len(report.all("host"))


def _add(scan: Scan, one: Node) -> None:
    test = one.find("nvt")
    threat = one.text_of("threat")
    score = one.text_of("severity")
    value = decimal(score, "severity", scan.name, one.line) if score else None
    false = threat.lower() == "false positive" or (value is not None and value == Decimal(-1))
    scan.add(
        (test.get("oid") if test is not None else "") or one.text_of("name"),
        severity_of_cvss(value) if value is not None else severity(threat),
        path=f"{one.text_of('host')}:{one.text_of('port')}",
        title=one.text_of("name") or (test.text_of("name") if test is not None else ""),
        state="suppressed" if false else "live",
    )
