"""The seal of a case file: whoever exported it signed what stands beside its entries.

Entries and their order are bound by the signed head. Kept heads, proofs of entries from before and the list
of files only add to them, so one of those that is left out would not be missed. The seal is a signed note:
its kind, the origin of the head, the SHA-256 of ``case.json`` in its canonical form without the openings and
without the seal itself, and how many openings there were. An opening may be taken out of a file that is
handed on, for a name is personal; that it was is said. No checkpoint can be taken for a seal, nor the other
way round: the second line of a checkpoint is a number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from flightrules.errors import LedgerError
from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.note import NoteKey, verify_note

__all__ = ["seal_text", "sealed_openings"]

_KIND: Final = "flightrules case file"
_BESIDE: Final = frozenset({"seal", "openings"})
_OPENINGS = re.compile(r"openings (0|[1-9][0-9]{0,8})")


def seal_text(about: Mapping[str, Any], origin: str) -> str:
    """What is signed of a ``case.json``; the origin is that of its head."""
    return f"{_bound(about, origin)}openings {len(about['openings'])}\n"


def sealed_openings(about: Mapping[str, Any], origin: str, keys: Iterable[PublicKey]) -> int:
    """How many openings the file had when it was exported.

    Raises:
        LedgerError: E_SIGNATURE (no seal, or of no known key), E_CONTRADICTION (it seals something else).
    """
    note = about.get("seal")
    if not isinstance(note, str) or not note:
        raise LedgerError("E_SIGNATURE", "nobody sealed it: what stands beside the entries may be incomplete")
    text = verify_note(note, [NoteKey(origin, key) for key in keys]).text
    bound, _, last = text.removesuffix("\n").rpartition("\n")
    found = _OPENINGS.fullmatch(last)
    if f"{bound}\n" != _bound(about, origin) or found is None:
        raise LedgerError(
            "E_CONTRADICTION", "it does not hold what was sealed: something was left out or changed"
        )
    return int(found[1])


def _bound(about: Mapping[str, Any], origin: str) -> str:
    kept = {name: value for name, value in about.items() if name not in _BESIDE}
    return f"{_KIND}\n{origin}\nsha256:{hashlib.sha256(canonical_bytes(kept)).hexdigest()}\n"
