"""Verdicts from environments that a build went through before: read, and verified where keys are given.

``FILE`` is a signed record (``check --attest``) or a report (``report.json``); ``sha256:DIGEST=FILE`` also
asks that it is that very file. With a key nothing counts that the key did not sign.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flightrules.engine.facts import Passed
from flightrules.errors import EvidenceError, UsageError
from flightrules.values import is_sha256

__all__ = ["passed_from"]

_LIMIT = 256 << 20
_HOW = "give what check --environment wrote, by --attest FILE or as report.json"


def passed_from(named: Sequence[str], keys: Sequence[str]) -> tuple[Passed, ...]:
    """The verdicts in the files, in the order in which they were named.

    Raises:
        UsageError: E_UPSTREAM, E_DIGEST_FORM, or the code of a file that cannot be read.
        LedgerError: E_SIGNATURE and the like, where a signed record does not hold.
    """
    return tuple(_passed(one, keys) for one in named)


def _passed(named: str, keys: Sequence[str]) -> Passed:
    wanted, path = _asked(named)
    data = _bytes(path)
    if wanted and hashlib.sha256(data).hexdigest() != wanted:
        raise UsageError(
            "E_UPSTREAM", "the file is another one than its digest says", file=path, hint="fetch it again"
        )
    is_signed = b'"payloadType"' in data[:4096]
    if keys and not is_signed:
        raise UsageError(
            "E_UPSTREAM",
            "nobody signed this verdict, and a key was given",
            file=path,
            hint="write it with --sign",
        )
    record, signer = _signed(data, keys, path) if is_signed else (_report(data, path), "")
    try:
        return _read(record, signer, path)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _no_record(path) from None


def _asked(named: str) -> tuple[str, str]:
    if not named.startswith("sha256:"):
        return "", named
    digest, sign, path = named.removeprefix("sha256:").partition("=")
    if not sign or not is_sha256(digest.lower()):
        raise UsageError(
            "E_DIGEST_FORM", f"--passed {named[:90]!r} names no digest and file", hint="sha256:DIGEST=FILE"
        )
    return digest.lower(), path


def _signed(data: bytes, keys: Sequence[str], path: str) -> tuple[Mapping[str, Any], str]:
    """The record, and the id of a key that signed it; without keys it is only read."""
    from flightrules.ledger.attestation import RECORD

    if keys:
        from flightrules.cli.trust import named_keys
        from flightrules.ledger.verification import verify_attestation

        found = verify_attestation(data, public_keys=named_keys(keys), name=path)
        return found.require(), found.signers[0].keyid
    from flightrules.ledger.envelope import parse_bundle
    from flightrules.ledger.statement import parse_statement

    record = parse_statement(parse_bundle(data, name=path)[0].payload, name=path).predicate.get(RECORD)
    if not isinstance(record, dict):
        raise _no_record(path)
    return record, ""


def _report(data: bytes, path: str) -> Mapping[str, Any]:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        raise _no_record(path) from None
    if not isinstance(record, dict):
        raise _no_record(path)
    return record


def _read(record: Mapping[str, Any], signer: str, path: str) -> Passed:
    environment = record.get("environment")
    if not environment:
        raise UsageError(
            "E_UPSTREAM",
            "the verdict does not say in which environment the build was",
            file=path,
            hint="have it made with check --environment NAME",
        )
    ends = [one["parameters"]["expires"] for one in record["conditions"] if "expires" in one["parameters"]]
    advise = record["advise"]
    if not isinstance(advise, bool):
        raise TypeError(advise)
    return Passed(
        source=path,
        environment=_text(environment),
        outcome=_text(record["verdict"]),
        as_of=_moment(record["as_of"]),
        product=_text(record["product"]),
        rulebook=_text(record["rulebook_digest"]),
        artefact=_text(record.get("artefact_sha256") or ""),
        advise=advise,
        ends=tuple(moment for one in ends if (moment := _end(one)) is not None),
        verified_by=signer,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _moment(value: object) -> datetime:
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError(value)
    return found


def _end(value: object) -> datetime | None:
    """The moment; an acceptance without one says in words by when the defect is mended."""
    try:
        return _moment(value)
    except ValueError:
        return None


def _bytes(path: str) -> bytes:
    from flightrules.evidence.source import Source

    try:
        with Source.open(path, limit=_LIMIT) as source:
            return source.data()
    except EvidenceError as error:
        raise UsageError(error.code, error.message, file=path, hint=error.hint) from None


def _no_record(path: str) -> UsageError:
    return UsageError("E_UPSTREAM", "the file holds no verdict of flightrules check", file=path, hint=_HOW)
