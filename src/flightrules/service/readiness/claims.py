"""What CI says it found, kept as said: never a measurement, only something to compare with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flightrules.errors import LedgerError
from flightrules.ledger.attestation import RECORD
from flightrules.ledger.envelope import parse_bundle
from flightrules.ledger.key_files import load_public_key
from flightrules.ledger.statement import parse_statement
from flightrules.ledger.verification import verify_attestation
from flightrules.service.door.refusals import InvalidError

__all__ = ["claim_of", "differences"]

_MOST = 20_000
_TEXT = 200


def claim_of(text: str, known: Iterable[str] = ()) -> dict[str, Any]:
    """The claim in a signed record (JSON lines of envelopes) or in a bare report.

    Args:
        text: what CI sent.
        known: public keys, as PEM, that are known here. What one of them signed is verified; whose any other
            key is was agreed nowhere. A claim counts for nothing either way.

    Raises:
        InvalidError: E_CLAIM; E_CLAIM_SIGNATURE, where it names a known key that did not sign it.
    """
    keys: list[str] = []
    try:
        if '"payloadType"' in text:
            envelope = parse_bundle(text.encode(), name="the claim")[0]
            keys = [one.keyid or "" for one in envelope.signatures]
            record = parse_statement(envelope.payload, name="the claim").predicate[RECORD]
        else:
            record = json.loads(text)
        said = {**_said(record), "keys": [key[:_TEXT] for key in keys]}
    except (LedgerError, ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise InvalidError(
            "E_CLAIM",
            "the claim is neither a signed record nor a report of flightrules check",
            hint="send what --attest or --format json wrote",
        ) from None
    return said | {"verified_by": _verified(text, keys, known)}


def differences(claim: Mapping[str, Any], outcome: str, statuses: Mapping[str, str]) -> list[str]:
    """Where the claim and the service's own judgement are not the same, the outcome first."""
    said: list[str] = []
    if claim["outcome"] != outcome:
        said.append(f"CI claims {claim['outcome']}; the service finds {outcome}")
    claimed: Mapping[str, str] = claim["statuses"]
    for name in sorted({*claimed, *statuses}):
        theirs, ours = claimed.get(name, "nothing"), statuses.get(name, "nothing")
        if theirs != ours:
            word = "claimed, not measured" if ours in ("NO DATA", "nothing") else "measured"
            said.append(f"{name}: CI claims {theirs}; {word} here: {ours}")
    return said


def _verified(text: str, keys: Iterable[str], known: Iterable[str]) -> str:
    """The id of a known key that signed it; empty where none says so."""
    trusted = {one.keyid: one for one in (load_public_key(pem.encode()) for pem in known)}
    named = [trusted[key] for key in keys if key in trusted]
    if not named:
        return ""
    found = verify_attestation(text.encode(), public_keys=named, name="the claim")
    if not found.ok:
        step = found.failed
        raise InvalidError(
            "E_CLAIM_SIGNATURE",
            f"a key that is known here did not sign this: {step.detail if step else 'it does not hold'}"[
                :300
            ],
            hint="send the file as --attest wrote it",
        )
    return found.signers[0].keyid


def _said(record: Any) -> dict[str, Any]:
    criteria = record["criteria"]
    if not isinstance(criteria, list) or len(criteria) > _MOST:
        raise ValueError(record)
    return {
        "outcome": _text(record["verdict"]),
        "rulebook": _text(record["rulebook_digest"]),
        "as_of": _text(record["as_of"]),
        "statuses": {_text(one["id"]): _text(one["status"]) for one in criteria},
    }


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError(value)
    return value.encode("utf-8", "replace").decode()[:_TEXT]
