"""OpenVEX documents: statements on vulnerabilities and products, not the result of a scan.

Affected and under investigation count; VEX knows no severity.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = {
    "affected": "live",
    "under_investigation": "live",
    "not_affected": "suppressed",
    "fixed": "fixed",
}


def read(source: Source, _head: Head) -> Reading:
    """Count the statements, one for each product.

    Raises:
        EvidenceError: E_NO_DATA without statements, E_ENUM for an unknown status, E_WRONG_TYPE.
    """
    scan = Scan("OpenVEX", source.name)
    document = mapping(decode(source), "the document", source.name)
    statements = objects(document.get("statements"), "statements", source.name)
    if not statements:
        raise EvidenceError("E_NO_DATA", "the document makes no statement", file=source.name)
    for at, one in enumerate(statements):
        _add(scan, one, f"statements[{at}]")
    scan.fact(taken_at=text(document, "timestamp"))
    scan.define(
        finding="one for each statement and product",
        suppressed="not_affected; fixed is left out; affected and under_investigation count",
    )
    return scan.reading("openvex")


def _add(scan: Scan, one: dict[str, Any], what: str) -> None:
    vulnerability = one.get("vulnerability")
    name = text(vulnerability, "name") or text(vulnerability, "@id") or text(vulnerability)
    status = require(one.get("status"), str, f"{what}.status", scan.name)
    if status not in _STATES:
        words = ", ".join(_STATES)
        raise EvidenceError("E_ENUM", f"{what}.status is {status[:40]!r}; known are {words}", file=scan.name)
    products = require(one.get("products") or [""], list, f"{what}.products", scan.name)
    for product in products:
        scan.add(
            name,
            "unknown",
            path=text(product, "@id") or text(product),
            title=text(one, "action_statement") or text(one, "justification"),
            identity=[name],
            state=_STATES[status],
        )
