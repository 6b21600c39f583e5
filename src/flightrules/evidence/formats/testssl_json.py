"""testssl.sh results in JSON: the flat array and the pretty object with one section for each host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.records.tls_checks import add_checks
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the checks that did not pass.

    Raises:
        EvidenceError: E_SCAN_FAILED for a fatal problem, E_PARTIAL, E_ENUM, E_WRONG_TYPE, E_NO_RUNS.
    """
    scan = Scan("testssl.sh", source.name)
    document = decode(source)
    if isinstance(document, list):
        checks = list(_plain(objects(document, "the report", source.name), ""))
    else:
        checks = list(_pretty(mapping(document, "the report", source.name), source.name))
        scan.fact(tool_version=text(document, "version"))
        if "interrupt" in text(document, "scanTime").lower():
            raise scan.partial("the scan was interrupted")
    add_checks(scan, checks)
    return scan.reading("testssl-json")


def _plain(items: list[dict[str, Any]], place: str) -> Iterator[dict[str, str]]:
    for one in items:
        keys = ("id", "severity", "finding", "cve")
        yield {key: text(one, key) for key in keys} | {
            "place": place or f"{text(one, 'ip')}:{text(one, 'port')}"
        }


def _pretty(report: dict[str, Any], name: str) -> Iterator[dict[str, str]]:
    for key, section in report.items():
        if key.startswith("clientProblem"):
            yield from _plain(objects(section, key, name), "client")
    for at, host in enumerate(objects(report.get("scanResult"), "scanResult", name)):
        place = f"{text(host, 'targetHost') or text(host, 'ip')}:{text(host, 'port')}"
        if "severity" in host and "finding" in host:
            yield from _plain([host], place)
        for key, section in host.items():
            if isinstance(section, list):
                yield from _plain(objects(section, f"scanResult[{at}].{key}", name), place)
