"""That one entry stands in a ledger, shown offline from the proof that ``flightrules ledger prove`` prints.

A proof is one JSON object: ``stream``, ``index`` and ``size`` (numbers), ``entry`` (its canonical text),
``proof`` (hashes of RFC 9162 2.1.3.2, lower-case hex, from the leaf up) and ``head`` (a signed note). All
of it follows from the entry and the head, so no member of it can be changed alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from flightrules.errors import LedgerError
from flightrules.ledger.decoding import decode_text, text_of
from flightrules.ledger.decoding import field as member
from flightrules.ledger.entry import Entry, read_entry
from flightrules.ledger.history import Head, head_in, is_signed
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.merkle import leaf_hash, verify_inclusion
from flightrules.ledger.steps import Outcome
from flightrules.ledger.verification import Verification, walked
from flightrules.values import is_sha256

__all__ = ["is_proof", "verify_proof"]

_KINDS: Final = {"stream": str, "index": int, "size": int, "entry": str, "proof": list, "head": str}


def is_proof(data: bytes) -> bool:
    """Whether the file says that it is one, to choose how to verify it; nothing is believed by this."""
    try:
        found = decode_text(text_of(data, "<proof>"), "<proof>")
    except LedgerError:
        return False
    return isinstance(found, dict) and {"entry", "proof", "head"} <= found.keys()


def verify_proof(data: bytes, *, public_keys: Collection[PublicKey], name: str = "<proof>") -> Verification:
    """Verify a proof with nothing but the file and the keys.

    Args:
        data: the file's bytes.
        public_keys: one of them must have signed the head.
        name: the file's name, for messages.

    Returns:
        Five steps, of which each stops at the first that fails; the record is what the entry says.

    Raises:
        LedgerError: E_KEY, when no key is given.
    """
    keys = tuple(public_keys)
    if not keys:
        raise LedgerError("E_KEY", "no key is given", hint="name the public key of the ledger")
    case = _Case(data, keys, name)
    steps = walked(_STEPS, case, last_gate=len(_STEPS))
    if steps[-1].ok is not True:
        return Verification(steps, None, (), name)
    signers = tuple(key for key in keys if is_signed(case.signed, [key]))
    return Verification(steps, case.record(), signers, name)


@dataclass(slots=True)
class _Case:
    """What was given, and what the steps have found so far."""

    data: bytes
    keys: tuple[PublicKey, ...]
    name: str
    found: dict[str, Any] | None = None
    entry: Entry | None = None
    head: Head | None = None

    def of(self, key: str) -> Any:
        return member(self.found or {}, key, _KINDS[key], "the proof")

    @property
    def signed(self) -> Head:
        """The head over all entries; read in step 3."""
        assert self.head is not None  # noqa: S101 -- step 3 is a gate
        return self.head

    def record(self) -> dict[str, Any]:
        entry = self.entry
        assert entry is not None  # noqa: S101 -- step 2 is a gate
        told = {key: getattr(entry, key) for key in ("stream", "seq", "at", "tag", "actor", "subject")}
        return {**told, "data": dict(entry.data), "head": self.of("head")}


def _members(case: _Case) -> Outcome:
    found = decode_text(text_of(case.data, case.name), case.name)
    if not isinstance(found, dict):
        raise LedgerError("E_WRONG_TYPE", "a proof is a JSON object")
    strange = sorted(found.keys() - _KINDS.keys())
    if strange:
        raise LedgerError("E_UNKNOWN_FIELD", f"the proof says {strange[0]!r:.60}, which nobody vouches for")
    case.found = found
    for key in _KINDS:
        case.of(key)
    return True, f"entry {case.of('index')} of {case.of('size')} in the stream {case.of('stream'):.60}"


def _entry(case: _Case) -> Outcome:
    case.entry = entry = read_entry(case.of("entry").encode("utf-8"), name=case.name)
    if (entry.stream, entry.seq) != (case.of("stream"), case.of("index")):
        place = f"entry {entry.seq} of the stream {entry.stream:.60}"
        raise LedgerError("E_CONTRADICTION", f"the entry says that it is {place}")
    return True, f"{entry.tag} about {entry.subject:.80} at {entry.at}"


def _head(case: _Case) -> Outcome:
    case.head = head_in(case.of("head"))
    head, stream = case.head.head, case.of("stream")
    if not re.fullmatch(rf"flightrules/[0-9a-f]{{32}}/{re.escape(stream)}", head.origin):
        raise LedgerError("E_ORIGIN", f"the head is of {head.origin:.100}, not of the stream {stream:.60}")
    if head.size != case.of("size"):
        raise LedgerError("E_CONTRADICTION", f"the head is of {head.size} entries, not {case.of('size')}")
    return True, head.origin


def _signature(case: _Case) -> Outcome:
    if not is_signed(case.signed, case.keys):
        raise LedgerError("E_SIGNATURE", "no given key signed the head as it stands")
    return True, f"the head of {case.signed.head.size} entries is signed by a given key"


def _inclusion(case: _Case) -> Outcome:
    hashes = case.of("proof")
    if not all(isinstance(one, str) and is_sha256(one) for one in hashes):
        raise LedgerError("E_MALFORMED", "a proof is a list of SHA-256 in lower-case hex")
    hashed = leaf_hash(case.of("entry").encode("utf-8"))
    path = [bytes.fromhex(one) for one in hashes]
    verify_inclusion(case.of("index"), case.of("size"), hashed, path, case.signed.head.root)
    return True, f"{len(path)} hashes lead from the entry to the signed head"


_STEPS: Final[tuple[tuple[str, Callable[[_Case], Outcome]], ...]] = (
    ("Members", _members),
    ("Entry", _entry),
    ("Head", _head),
    ("Signature", _signature),
    ("Inclusion", _inclusion),
)
