"""C2SP checkpoints: a ledger's signed head. Kept by somebody else, it shows a cut, a fork or a swap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flightrules.errors import LedgerError
from flightrules.ledger import base64
from flightrules.ledger.keys import PrivateKey
from flightrules.ledger.merkle import HASH_SIZE, Tree, verify_consistency
from flightrules.ledger.note import NoteKey, sign_note, verify_note
from flightrules.values import frozen

__all__ = [
    "Checkpoint",
    "compare_heads",
    "parse_checkpoint",
    "sign_head",
    "verify_anchor",
    "verify_checkpoint",
]

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_LEAST_LINES = 3


@frozen
class Checkpoint:
    """Which ledger (``origin``), how many entries, and the Merkle root over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text, which is what gets signed."""
        lines = (self.origin, str(self.size), base64.encode(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """The head in a note's text.

    Raises:
        LedgerError: E_MALFORMED (fewer than three lines, empty line, no final line end, bad root),
            E_NUMBER (size with leading zeros, sign or other digits).
    """
    if not text.endswith("\n"):
        raise LedgerError("E_MALFORMED", "a checkpoint ends with a line end", hint="fetch it again")
    lines = text[:-1].split("\n")
    if len(lines) < _LEAST_LINES:
        raise LedgerError("E_MALFORMED", "a checkpoint has fewer than three lines", hint="fetch it again")
    if not all(lines):
        raise LedgerError("E_MALFORMED", "a checkpoint has an empty line", hint="fetch it again")
    if not _SIZE.fullmatch(lines[1]):
        raise LedgerError(
            "E_NUMBER", "a checkpoint's size is a decimal number without leading zeros", hint="fetch it again"
        )
    root = base64.decode(lines[2], "a checkpoint's root")
    if len(root) != HASH_SIZE:
        raise LedgerError("E_MALFORMED", f"a checkpoint's root has {HASH_SIZE} bytes", hint="fetch it again")
    return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:]))


def sign_head(tree: Tree, origin: str, key: PrivateKey, *, previous: Checkpoint | None = None) -> str:
    """The tree's signed head; refused when it would contradict the head that was signed before.

    Raises:
        LedgerError: E_ORIGIN, E_ANCHOR, E_DIVERGED against ``previous``; E_MALFORMED (origin is no key name).
    """
    if previous is not None:
        verify_anchor(tree, previous, origin=origin)
    head = Checkpoint(origin, tree.size, tree.root())
    return sign_note(parse_checkpoint(head.text).text, [(origin, key)])


def verify_checkpoint(note: str | bytes, keys: Iterable[NoteKey], *, origin: str) -> Checkpoint:
    """The head in a note that a known key signed, for this ledger and no other.

    Raises:
        LedgerError: E_SIGNATURE and the note's faults, E_ORIGIN.
    """
    head = parse_checkpoint(verify_note(note, keys).text)
    _require_origin(head.origin, origin)
    return head


def verify_anchor(tree: Tree, anchor: Checkpoint, *, origin: str) -> None:
    """The ledger at hand still begins with everything that the kept head vouches for.

    Raises:
        LedgerError: E_ORIGIN (another ledger), E_ANCHOR (the tail was cut), E_DIVERGED (entries differ).
    """
    _require_origin(anchor.origin, origin)
    if anchor.size > tree.size:
        message = f"the ledger has {tree.size} entries; the anchored size is larger: {anchor.size}"
        raise LedgerError("E_ANCHOR", message, hint="restore the ledger; keep the signed head")
    if tree.root(anchor.size) != anchor.root:
        message = f"the first {anchor.size} entries are not the ones that were anchored"
        raise LedgerError("E_DIVERGED", message, hint="restore the ledger; keep the signed head")


def compare_heads(older: Checkpoint, newer: Checkpoint, proof: Sequence[bytes] = ()) -> None:
    """Two signed heads of one ledger tell one history; between two sizes a consistency proof shows it.

    An older head of size 0 says nothing, so it needs no proof.

    Raises:
        LedgerError: E_ORIGIN, E_ANCHOR (the newer head is smaller), E_DIVERGED (two heads for one size),
            E_PROOF (the proof does not hold).
    """
    _require_origin(newer.origin, older.origin)
    if newer.size < older.size:
        message = f"the newer head has {newer.size} entries; the anchored size is larger: {older.size}"
        raise LedgerError("E_ANCHOR", message, hint="keep both heads: together they prove it")
    if newer.size == older.size and newer.root != older.root:
        message = f"there are two signed heads for size {older.size}"
        raise LedgerError("E_DIVERGED", message, hint="keep both heads: together they prove it")
    if older.size > 0:
        verify_consistency(older.size, newer.size, proof, older.root, newer.root)


def _require_origin(found: str, expected: str) -> None:
    if found != expected:
        message = f"the head is of the ledger {found:.100}, not of {expected:.100}"
        raise LedgerError("E_ORIGIN", message, hint="name the ledger's own origin and key")
