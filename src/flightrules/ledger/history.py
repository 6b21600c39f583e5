"""Whether a stream is what its signed heads say: the newest, every one that was kept, those known outside.

Which keys count follows from the keys that are given: an entry under a head that a known key signed may adopt
the next key, and names the one before. So one known key verifies a ledger whose key was changed meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from flightrules.errors import LedgerError
from flightrules.ledger.checkpoint import Checkpoint, parse_checkpoint
from flightrules.ledger.entry import Entry
from flightrules.ledger.key_files import load_public_key
from flightrules.ledger.keys import PublicKey
from flightrules.ledger.note import NoteKey, verify_note
from flightrules.ledger.trail import Fault, Trail
from flightrules.values import frozen

__all__ = [
    "Head",
    "adopted_keys",
    "head_in",
    "heads_in",
    "is_signed",
    "judge_anchors",
    "judge_heads",
    "known_keys",
]

_BETWEEN = re.compile("(?<=\n)\n+(?!\u2014 )")  # a blank line that no signature follows


@frozen
class Head:
    """A signed note and the head that it is about; its signature has not been verified yet."""

    note: str
    head: Checkpoint


def head_in(note: str | bytes) -> Head:
    """The head in a note, read and not believed.

    Raises:
        LedgerError: E_MALFORMED, E_NUMBER, E_ENCODING.
    """
    try:
        text = note.decode("utf-8") if isinstance(note, bytes) else note
    except UnicodeDecodeError:
        raise LedgerError("E_ENCODING", "the note is not valid UTF-8", hint="fetch it again") from None
    body, blank, _ = text.rpartition("\n\n")
    if not blank:
        raise LedgerError("E_MALFORMED", "this is no signed head", hint="name a file that holds a checkpoint")
    return Head(text, parse_checkpoint(body + "\n"))


def heads_in(data: bytes, *, name: str) -> dict[str, Head]:
    """The heads in a file, each under a name of its own: notes one after the other, blank lines between.

    Raises:
        LedgerError: E_MALFORMED and its kin, naming the file.
    """
    try:
        notes = [part.strip("\n") + "\n" for part in _BETWEEN.split(data.decode("utf-8").strip("\n"))]
        found = [head_in(note) for note in notes]
    except UnicodeDecodeError:
        raise LedgerError("E_ENCODING", "the file is not valid UTF-8", file=name) from None
    except LedgerError as error:
        raise LedgerError(error.code, error.message, file=name, hint="name a kept checkpoint") from None
    return {name if len(found) == 1 else f"{name} ({at})": head for at, head in enumerate(found, 1)}


def adopted_keys(adoption: Entry) -> tuple[PublicKey, ...]:
    """The key that signed until then, and the one that it vouches for; none where the entry does not say."""
    pems = [adoption.data.get(name) for name in ("under", "adopted")]
    try:
        return tuple(
            load_public_key(pem.encode(), name="an adopted key") for pem in pems if isinstance(pem, str)
        )
    except LedgerError:
        return ()


def known_keys(trail: Trail, heads: Iterable[Head], keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """The given keys, and all that follow from them through heads that they signed."""
    known = list(dict.fromkeys(keys))
    waiting = [head for head in heads if trail.roots.get(head.head.size) == head.head.root]
    adoptions = list(trail.adoptions)
    grown = bool(adoptions)
    while grown:
        grown = False
        reach = max((head.head.size for head in waiting if is_signed(head, known)), default=0)
        for adoption in [one for one in adoptions if one.seq < reach]:
            adoptions.remove(adoption)
            new = [key for key in adopted_keys(adoption) if key not in known]
            known += new
            grown = grown or bool(new)
    return tuple(known)


def is_signed(head: Head, keys: Iterable[PublicKey]) -> bool:
    """Whether one of the keys signed the head, and none that is said to have signed it did not."""
    try:
        verify_note(head.note, [NoteKey(head.head.origin, key) for key in keys])
    except LedgerError:
        return False
    return True


def judge_heads(
    trail: Trail, origin: str, tip: str, kept: Sequence[tuple[int, str]], keys: Iterable[PublicKey]
) -> tuple[list[Fault], tuple[PublicKey, ...]]:
    """Compare the entries with the newest head and with every kept one.

    Args:
        trail: followed to its end, with a root at the size of each head.
        origin: the name that the heads must carry.
        tip: the newest signed head; empty for a stream without entries.
        kept: the heads that were kept, with the size under which they were.
        keys: whose signatures count.

    Returns:
        What is wrong, first things first, and the keys that count after all.
    """
    faults, heads = _readable(tip, kept)
    known = known_keys(trail, heads, keys)
    good = 0
    for head in sorted(heads, key=lambda one: one.head.size):
        fault = _judged(trail, head, origin, known, good)
        good = head.head.size if fault is None else good
        faults += [fault] if fault else []
    if trail.fault is None and trail.size and not (tip and heads and heads[0].head.size >= trail.size):
        faults.append(Fault(good, "E_SIGNATURE", "the newest entries stand under no signed head"))
    return sorted(faults, key=lambda fault: fault.seq), known


def judge_anchors(
    trail: Trail, origin: str, anchors: Mapping[str, Head], keys: Iterable[PublicKey]
) -> list[Fault]:
    """Compare the entries with heads that somebody else kept, by the name of the file that each came from."""
    known, faults = tuple(keys), []
    for name, anchor in anchors.items():
        fault = _judged(trail, anchor, origin, known, 0)
        if fault is not None:
            faults.append(Fault(fault.seq, fault.code, f"{name}: {fault.message}"))
    return faults


def _readable(tip: str, kept: Sequence[tuple[int, str]]) -> tuple[list[Fault], list[Head]]:
    """The heads, the newest first; one that cannot be read is a fault where it stands."""
    faults, heads = [], []
    for size, note in ([(-1, tip)] if tip else []) + list(kept):
        try:
            head = head_in(note)
        except LedgerError as error:
            faults.append(Fault(max(size, 0), error.code, f"a kept head cannot be read: {error.message}"))
            continue
        if size not in (-1, head.head.size):
            faults.append(
                Fault(size, "E_DIVERGED", f"the head kept for {size} entries is of {head.head.size}")
            )
        heads.append(head)
    return faults, heads


def _judged(trail: Trail, head: Head, origin: str, keys: Iterable[PublicKey], good: int) -> Fault | None:
    size = head.head.size
    if head.head.origin != origin:
        return Fault(
            good, "E_ORIGIN", f"the head is of the ledger {head.head.origin:.100}, not of {origin:.100}"
        )
    if not is_signed(head, keys):
        return Fault(good, "E_SIGNATURE", f"no known key signed the head of {size} entries as it stands")
    if size > trail.size:
        if trail.fault is not None:
            return None  # the entries end before; where they do is said already
        return Fault(
            trail.size, "E_ANCHOR", f"behind the signed head of {size} entries: {trail.size} are there"
        )
    if trail.roots.get(size) != head.head.root:
        return Fault(good, "E_DIVERGED", f"the first {size} entries are not the ones that were signed for")
    return None
