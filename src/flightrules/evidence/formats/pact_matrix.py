"""Pact Broker answers: the matrix (also of ``can-i-deploy --output json``) and the dashboard.

``deployable: null`` means that the broker does not know. That is neither a yes nor a no: no evidence,
unless a verification failed as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Measurement, Notice, Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.contracts import CONTRACT_DEFINITIONS, Contract, Contracts
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Contracts by outcome, and ``contracts.deployable`` (1 or 0) where the broker decided.

    Raises:
        EvidenceError: E_NO_CASES, E_NO_DATA, E_CONTRADICTION, E_PARTIAL, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    document = mapping(decode(source, free_text=True), "the answer", name)
    if "response" in document:  # a recorded exchange with the broker
        document = mapping(mapping(document["response"], "response", name).get("body"), "response.body", name)
    if text(document, "_links", "next", "href"):
        raise EvidenceError(
            "E_PARTIAL", "the answer has further pages", file=name, hint="fetch all pages and join them"
        )
    if "items" in document:
        contracts = Contracts(
            _rows(objects(document["items"], "items", name), "latestVerificationResult", name)
        )
        return _reading(contracts, contracts.require_result(name), ())
    summary = mapping(document.get("summary"), "summary", name)
    rows = objects(document.get("matrix"), "matrix", name)
    contracts = Contracts(_rows(rows, "verificationResult", name))
    return _judged(contracts, summary, bool(rows), name)


def _judged(contracts: Contracts, summary: dict[str, Any], has_rows: bool, name: str) -> Reading:
    deployable = summary.get("deployable")
    if deployable is None:
        notices = contracts.require_result(name)
        return _reading(
            contracts, (*notices, Notice("W_NOT_TESTED", "the broker does not know: deployable is null")), ()
        )
    require(deployable, bool, "summary.deployable", name)
    if deployable and contracts.count("failed"):
        message = f"deployable is true, {contracts.count('failed')} verifications failed"
        notice = (Notice("W_COUNT_MISMATCH", f"{message}; they are ignored or not required"),)
        return _reading(contracts, notice, (_deployable(deployable),))
    if not deployable and not contracts.count("failed"):
        message = "deployable is false, and no verification in the matrix failed"
        raise EvidenceError(
            "E_CONTRADICTION", message, file=name, hint="ask the broker again for the whole matrix"
        )
    if not has_rows:
        notice = (Notice("W_NOT_TESTED", "no contract concerns this version; only deployable is read"),)
        return _reading(None, notice, (_deployable(deployable),))
    notices = (Notice("W_NOT_TESTED", f"{contracts.count('unknown')} contracts have no verification result"),)
    return _reading(contracts, notices if contracts.count("unknown") else (), (_deployable(deployable),))


def _deployable(value: bool) -> Measurement:
    return Measurement("contracts.deployable", Decimal(int(value)))


def _reading(
    contracts: Contracts | None, notices: tuple[Notice, ...], extra: tuple[Measurement, ...]
) -> Reading:
    return Reading(
        "pact-matrix",
        contracts,
        extra=extra,
        notices=notices,
        facts={"tool": "pact-broker"},
        definitions=dict(CONTRACT_DEFINITIONS),
    )


def _rows(rows: list[dict[str, Any]], key: str, name: str) -> Iterator[Contract]:
    for at, row in enumerate(rows):
        parts = [
            text(row, side, *path)
            for side in ("consumer", "provider")
            for path in (("name",), ("version", "number"))
        ]
        identity = "|".join(parts) if parts[0] and parts[2] else f"row {at}"
        result = row.get(key)
        if result is None:
            yield Contract(identity, "unknown")
            continue
        success = mapping(result, key, name).get("success")
        if success is None:
            yield Contract(identity, "unknown")
        else:
            yield Contract(identity, "passed" if require(success, bool, f"{key}.success", name) else "failed")
