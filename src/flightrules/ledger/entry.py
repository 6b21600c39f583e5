"""One entry of the ledger: how its bytes are laid out, and how they are read back.

The members are sorted, as canonical JSON is, and chosen so that what the database keeps beside the bytes
stands at their two ends: ``{"actor":KEY,"at":TIME,"by":...,"data":...,"prev":HEX,"seq":N,"stream":...,
"subject":...,"tag":...,"v":1}``. A verifier of a million entries compares the ends and decodes nothing.
``prev`` is the leaf hash of the entry before, so that an entry that was changed together with its own hash is
contradicted by its successor; the tree over all entries is what the signed head vouches for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flightrules.errors import LedgerError
from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.decoding import decode_text, field
from flightrules.values import frozen

__all__ = ["KEY_ADOPTED", "VERSION", "Entry", "entry_bytes", "moment", "read_entry"]

VERSION = 1
KEY_ADOPTED = "office:key:adopted"
"""The tag of the entry by which the key in use vouches for its successor."""

_FIELDS = frozenset({"actor", "at", "by", "data", "prev", "seq", "stream", "subject", "tag", "v"})


@frozen
class Entry:
    """What an entry says; ``prev`` is the hexadecimal leaf hash of the one before, empty for the first."""

    seq: int
    at: str
    tag: str
    actor: str
    subject: str
    stream: str
    prev: str
    by: Mapping[str, Any]
    data: Mapping[str, Any]


def entry_bytes(entry: Entry) -> bytes:
    """The canonical bytes, which are stored, hashed and exported as they are.

    Raises:
        LedgerError: E_NOT_CANONICAL and its kin.
    """
    return canonical_bytes(
        {
            "v": VERSION,
            "stream": entry.stream,
            "seq": entry.seq,
            "prev": entry.prev,
            "at": entry.at,
            "tag": entry.tag,
            "actor": entry.actor,
            "by": dict(entry.by),
            "subject": entry.subject,
            "data": dict(entry.data),
        }
    )


def read_entry(body: bytes, *, name: str = "<entry>") -> Entry:
    """The entry in these bytes, if they are the one canonical spelling of an entry.

    Raises:
        LedgerError: the codes of the strict reader; E_ENUM (version), E_UNKNOWN_FIELD, E_NOT_CANONICAL.
    """
    try:
        found = decode_text(body.decode("utf-8"), name)
    except UnicodeDecodeError:
        raise LedgerError("E_ENCODING", "the entry is not valid UTF-8", file=name) from None
    if not isinstance(found, dict):
        raise LedgerError("E_WRONG_TYPE", "an entry is a JSON object", file=name)
    if field(found, "v", int, "the entry") != VERSION:
        raise LedgerError("E_ENUM", "the entry is of a version that is not known here", file=name)
    unknown = sorted(found.keys() - _FIELDS)
    if unknown:
        raise LedgerError("E_UNKNOWN_FIELD", f"the entry has the unknown member {unknown[0]:.40}", file=name)
    entry = _entry(found)
    if entry_bytes(entry) != body:
        raise LedgerError("E_NOT_CANONICAL", "the entry is not in its canonical form", file=name)
    return entry


def _entry(found: dict[str, Any]) -> Entry:
    text = {
        key: field(found, key, str, "the entry")
        for key in ("at", "tag", "actor", "subject", "stream", "prev")
    }
    return Entry(
        seq=field(found, "seq", int, "the entry"),
        by=field(found, "by", dict, "the entry"),
        data=field(found, "data", dict, "the entry"),
        **text,
    )


def moment(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds: one text for one moment."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
