"""Signatures beside waivers and acceptances: FILE.sig holds DSSE envelopes over the file's exact bytes.

An approval counts as signed when the key that the rulebook names for that person signed the whole file.
A signature over other bytes says nothing, so the approval stays a claim of the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TypeVar

from flightrules.cli.discover import read_file
from flightrules.errors import LedgerError, UsageError
from flightrules.rules.exceptions import Acceptance, Approval, Waiver
from flightrules.rules.rulebook import Rulebook
from flightrules.values import replace

__all__ = ["PAYLOAD_TYPE", "signature_path", "with_signatures"]

PAYLOAD_TYPE = "application/vnd.flightrules.approvals+yaml"
T = TypeVar("T", Waiver, Acceptance)


def signature_path(path: str) -> str:
    """Where the signatures of a file lie."""
    return f"{path}.sig"


def with_signatures(
    records: tuple[T, ...], data: bytes, path: str, rulebook: Rulebook, root: str
) -> tuple[T, ...]:
    """The records, with the key id on every approval that its person's key signed."""
    beside = signature_path(path)
    if not rulebook.waivers.keys or not os.path.lexists(beside):
        return records
    signers = _signers(data, read_file(beside, what="signature"), beside, _keys(rulebook, root))
    return tuple(replace(one, approvals=_verified(one.approvals, signers)) for one in records)


def _verified(approvals: Iterable[Approval], signers: Mapping[str, str]) -> tuple[Approval, ...]:
    return tuple(replace(one, verified_by=signers.get(one.name.casefold())) for one in approvals)


def _keys(rulebook: Rulebook, root: str) -> dict[str, bytes]:
    """Public key bytes by person, from the rulebook or the file that it names."""
    found = {}
    for name, named in rulebook.waivers.keys:
        inline = named.lstrip().startswith("-----BEGIN") or "+" in named
        path = os.path.join(root, named)
        if not inline and not os.path.exists(path):
            raise UsageError(
                "E_NOT_FOUND",
                f"the public key of {name} is not there",
                file=named,
                hint="correct waivers.keys",
            )
        found[name.casefold()] = named.encode() if inline else read_file(path, what="key")
    return found


def _signers(data: bytes, signatures: bytes, path: str, keys: Mapping[str, bytes]) -> dict[str, str]:
    """Key id by person, of everyone whose key signed exactly these bytes."""
    from flightrules.ledger.envelope import parse_bundle, verify
    from flightrules.ledger.key_files import load_public_key

    envelopes = [
        one
        for one in parse_bundle(signatures, name=path)
        if one.payload_type == PAYLOAD_TYPE and one.payload == data
    ]
    found: dict[str, str] = {}
    for name, pem in keys.items():
        key = load_public_key(pem, name=f"key of {name}")
        for envelope in envelopes:
            try:
                verify(envelope, [key])
            except LedgerError:
                continue  # this envelope is another person's
            found[name] = key.keyid
    return found
