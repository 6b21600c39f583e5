"""Results of verifying pacts: as the verifier writes them with ``--json``, or as they stand in a broker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.contracts import CONTRACT_DEFINITIONS, Contract, Contracts
from flightrules.evidence.source import Source

__all__ = ["read"]

_PASSED = ("passed", "success", "ok", "true")


def read(source: Source, _head: Head) -> Reading:
    """Interactions by outcome, or the whole verification as one where none are listed.

    Raises:
        EvidenceError: E_CONTRADICTION where the result passes and an interaction failed, E_NO_CASES,
            E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    document = mapping(decode(source, free_text=True), "the result", name)
    key = "success" if "success" in document else "result"
    success = require(document.get(key), bool, key, name)
    listed = list(_verifier(document, name) if key == "result" else _broker(document, name))
    if not listed and document.get("interactionResults"):
        message = "every interaction is pending and failed; none counts"
        raise EvidenceError("E_NO_CASES", message, file=name, hint="verify pacts that are not pending")
    if not listed and success and _lists_none(document):
        raise EvidenceError(
            "E_NO_CASES",
            "the verification passed and lists no interaction; nothing was verified",
            file=name,
            hint="check that the pact holds interactions and that the filter selects some",
        )
    contracts = Contracts(listed or [Contract("the verification", "passed" if success else "failed")])
    if success and contracts.count("failed"):
        message = f"{key} is true, {contracts.count('failed')} interactions failed"
        raise EvidenceError("E_CONTRADICTION", message, file=name, hint="check the verifier's version")
    if not success and not contracts.count("failed"):
        contracts = contracts.merge(Contracts([Contract("the verification", "failed")]))
    pending = objects(document.get("pendingErrors"), "pendingErrors", name, optional=True)
    notices = (
        (Notice("W_NOT_TESTED", f"{len(pending)} pending interactions failed and do not count"),)
        if pending
        else ()
    )
    facts = {
        "tool": "pact",
        "build": text(document, "providerApplicationVersion"),
        "taken_at": text(document, "verifiedAt") or text(document, "verificationDate"),
    }
    return Reading(
        "pact-verification",
        contracts,
        notices=(*notices, *contracts.require_result(name)),
        facts={fact: value for fact, value in facts.items() if value},
        definitions=dict(CONTRACT_DEFINITIONS),
    )


def _lists_none(document: dict[str, Any]) -> bool:
    """Whether the list of interactions is there and empty; older verifiers write none at all."""
    results = document.get("testResults")
    tests = results.get("tests") if isinstance(results, dict) else results
    return [] in (document.get("interactionResults"), tests)


def _verifier(document: dict[str, Any], name: str) -> Iterator[Contract]:
    """The interactions, and the errors that are not those of an interaction, such as an unreadable pact."""
    failed: list[str] = []
    for at, one in enumerate(
        objects(document.get("interactionResults"), "interactionResults", name, optional=True)
    ):
        passed = (text(one, "result") or text(one, "status")).lower() in _PASSED
        if one.get("pending") is True and not passed:
            continue  # listed among pendingErrors; it does not fail the verification
        description = text(one, "description")
        identity = text(one, "interactionId") or text(one, "interactionKey") or description or str(at)
        if not passed:
            failed.append(description)
        yield Contract(f"{identity}|{at}", "passed" if passed else "failed")
    for at, one in enumerate(objects(document.get("errors"), "errors", name, optional=True)):
        told = text(one, "interaction")
        known = next((one for one in failed if one and told.endswith(one)), None)
        if known is None:
            yield Contract(told or f"error {at}", "failed")
        else:
            failed.remove(known)


def _broker(document: dict[str, Any], name: str) -> Iterator[Contract]:
    results = document.get("testResults")
    tests = (
        results
        if isinstance(results, list)
        else mapping(results, "testResults", name, optional=True).get("tests")
    )
    for at, one in enumerate(objects(tests, "testResults", name, optional=True)):
        stated = one.get("success")
        word = (text(one, "status") or text(one, "testStatus")).lower()
        passed = stated if isinstance(stated, bool) else word in _PASSED
        identity = (
            text(one, "interactionId") or text(one, "interactionDescription") or text(one, "testDescription")
        )
        yield Contract(f"{identity}|{at}", "passed" if passed else "failed")
