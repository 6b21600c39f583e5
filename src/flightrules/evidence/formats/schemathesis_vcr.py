"""Schemathesis cassettes in VCR's YAML: each request against the API's schema, and what the checks said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import require
from flightrules.evidence.reading.yaml_events import document
from flightrules.evidence.records.contracts import CONTRACT_DEFINITIONS, Contract, Contracts
from flightrules.evidence.source import Source

__all__ = ["read"]

_OUTCOMES = {
    "SUCCESS": "passed",
    "FAILURE": "failed",
    "ERROR": "failed",
    "SKIP": "unknown",
    "INTERRUPTED": "unknown",
}


def read(source: Source, _head: Head) -> Reading:
    """Interactions by outcome; a failed check fails its interaction whatever its own status says.

    Raises:
        EvidenceError: E_NO_CASES, E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD and what broken YAML gives.
    """
    name = source.name
    cassette = mapping(document(source), "the cassette", name)
    interactions = objects(cassette.get("http_interactions"), "http_interactions", name, optional=True)
    contracts = Contracts(_contracts(interactions, name))
    tool = text(cassette, "recorded_with").split()
    facts = {
        "tool": "schemathesis",
        "tool_version": tool[-1] if tool else "",
        "taken_at": _last(interactions),
    }
    return Reading(
        "schemathesis-vcr",
        contracts,
        notices=contracts.require_result(name),
        facts={key: value for key, value in facts.items() if value},
        definitions=dict(CONTRACT_DEFINITIONS),
    )


def _contracts(interactions: list[dict[str, Any]], name: str) -> Iterator[Contract]:
    for at, one in enumerate(interactions):
        status = require(one.get("status"), str, "an interaction's status", name).upper()
        checks = objects(one.get("checks"), "checks", name, optional=True)
        words = [status, *(text(check, "status").upper() for check in checks)]
        unknown = next((word for word in words if word not in _OUTCOMES), None)
        if unknown is not None:
            message = f"the status {unknown[:40]!r} is none of {', '.join(sorted(_OUTCOMES))}"
            raise EvidenceError("E_ENUM", message, file=name)
        failed = any(_OUTCOMES[word] == "failed" for word in words)
        identity = "|".join(
            (text(one, "id") or str(at), text(one, "request", "method"), text(one, "request", "uri"))
        )
        yield Contract(identity, "failed" if failed else _OUTCOMES[status])


def _last(interactions: list[dict[str, Any]]) -> str:
    return max((text(one, "recorded_at") for one in interactions), default="")
