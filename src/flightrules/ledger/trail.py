"""Following the entries of one stream in their order: bytes against hashes, columns against bytes.

Whole batches are compared at once, which makes a million entries a matter of seconds; only a batch that does
not hold is gone through entry by entry, to name the first that is wrong. A later part of the stream may be
followed elsewhere (``follow``) and taken over whole; where anything in it is odd, it is followed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from flightrules.errors import LedgerError
from flightrules.ledger.entry import KEY_ADOPTED, Entry, read_entry
from flightrules.ledger.frontier import EMPTY, Frontier
from flightrules.ledger.merkle import HASH_SIZE, leaf_hash
from flightrules.values import frozen

__all__ = ["Columns", "Fault", "Part", "Row", "Trail", "follow"]

Columns = Sequence[Sequence[Any]]
"""A batch of rows turned on its side: the seven columns of a ``Row``, each with one value an entry."""

_AT_ONCE = 4096 * HASH_SIZE


class Row(NamedTuple):
    """An entry as a database keeps it: columns to find it by, its bytes, and their leaf hash."""

    seq: int
    at: str
    tag: str
    actor: str
    subject: str
    body: bytes
    leaf: bytes


@frozen
class Fault:
    """What is wrong, and the first entry from which on nothing can be relied on."""

    seq: int
    code: str
    message: str


class Part(NamedTuple):
    """A part of a stream whose entries hold: each its bytes and columns, and all but the first its ``prev``.

    ``before`` is what the first names as the entry before it, ``hashes`` the leaf hashes one after the other,
    ``adoptions`` the bytes of the entries that vouch for a key.
    """

    first: int
    before: str
    hashes: bytes
    adoptions: list[bytes]


class Trail:
    """The entries seen so far; stops at the first that is wrong.

    Attributes:
        frontier: the edge of the tree over the entries that hold.
        roots: the root at each size that was asked for, as far as the entries reach.
        adoptions: the entries by which a key vouched for its successor.
        fault: the first thing that is wrong, or None.
    """

    def __init__(
        self, stream: str, *, start: Frontier = EMPTY, prev: str | None = "", sizes: Iterable[int] = ()
    ) -> None:
        """Begin at ``start``; ``prev`` None: the entry before the first is not at hand to be compared."""
        self.stream = stream
        self.frontier = start
        self.roots: dict[int, bytes] = {}
        self.adoptions: list[Entry] = []
        self.fault: Fault | None = None
        self._prev = prev
        self._wanted = sorted({size for size in sizes if size > start.size}, reverse=True)
        if start.size in set(sizes):
            self.roots[start.size] = start.root

    @property
    def size(self) -> int:
        """Number of entries that hold, from the first of the stream."""
        return self.frontier.size

    @property
    def last(self) -> str:
        """The leaf hash of the newest entry, hexadecimal; empty where there is none or it is not at hand."""
        return self._prev or ""

    def take(self, columns: Columns) -> None:
        """Follow some more entries, given column by column, in the order of ``seq``."""
        if self.fault is not None or not columns[0]:
            return
        hashes = _holding(self.stream, columns, self.size, self.last)
        if hashes is None:
            self._take_singly(zip(*columns, strict=True))
            return
        self.adoptions += map(read_entry, _adopting(columns))
        self._grow(hashes)

    def take_part(self, part: Part) -> bool:
        """Take over what was followed elsewhere; false, and nothing is taken, where it goes on elsewhere."""
        if self.fault is not None or (part.first, part.before) != (self.size, self._prev):
            return False
        self.adoptions += map(read_entry, part.adoptions)
        for at in range(0, len(part.hashes), _AT_ONCE):
            piece = part.hashes[at : at + _AT_ONCE]
            self._grow([piece[one : one + HASH_SIZE] for one in range(0, len(piece), HASH_SIZE)])
        return True

    def take_bodies(self, bodies: Iterable[bytes]) -> None:
        """Follow entries of which there are the bytes alone, as in a case file."""
        for body in bodies:
            if self.fault is not None:
                return
            self._take_one(None, body, leaf_hash(body))

    def _take_singly(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in map(Row._make, rows):
            if self.fault is not None:
                return
            if row.seq != self.size:
                self.fault = _out_of_order(row.seq, self.size)
            elif leaf_hash(row.body) != row.leaf:
                self.fault = Fault(row.seq, "E_ENTRY", "its bytes or their hash were changed")
            else:
                self._take_one(row, row.body, row.leaf)

    def _take_one(self, row: Row | None, body: bytes, hashed: bytes) -> None:
        try:
            entry = read_entry(body)
        except LedgerError as error:
            self.fault = Fault(self.size, "E_ENTRY", f"its bytes are no entry: {error.message}")
            return
        self.fault = self._contradiction(entry, row)
        if self.fault is None:
            if entry.tag == KEY_ADOPTED:
                self.adoptions.append(entry)
            self._grow([hashed])

    def _contradiction(self, entry: Entry, row: Row | None) -> Fault | None:
        if entry.seq != self.size:
            return _out_of_order(entry.seq, self.size)
        if entry.stream != self.stream:
            return Fault(self.size, "E_ENTRY", f"it belongs to the stream {entry.stream:.60}")
        if self._prev is not None and entry.prev != self._prev:
            return Fault(
                max(self.size - 1, 0),
                "E_ENTRY",
                f"entry {self.size} was written after other bytes than stand there now",
            )
        for name in ("at", "tag", "actor", "subject") if row else ():
            if getattr(entry, name) != getattr(row, name):
                return Fault(self.size, "E_ENTRY", f"the column {name} differs from its bytes")
        return None

    def _grow(self, hashes: Sequence[bytes]) -> None:
        """Extend the tree, stopping where a root is wanted."""
        at = 0
        while self._wanted and self._wanted[-1] <= self.size + len(hashes) - at:
            upto = at + self._wanted[-1] - self.size
            self.frontier = self.frontier.extended(hashes[at:upto])
            self.roots[self._wanted.pop()] = self.frontier.root
            at = upto
        self.frontier = self.frontier.extended(hashes[at:])
        self._prev = hashes[-1].hex()


def follow(stream: str, batches: Iterable[Columns], first: int, before: str) -> Part | None:
    """Follow the entries of ``stream`` from ``first`` on; ``None`` where one of them does not hold."""
    hashes, adoptions = bytearray(), []
    for columns in batches:
        found = _holding(
            stream, columns, first + len(hashes) // HASH_SIZE, hashes[-HASH_SIZE:].hex() or before
        )
        if found is None:
            return None
        hashes += b"".join(found)
        adoptions += _adopting(columns)
    return Part(first, before, bytes(hashes), adoptions)


def _holding(stream: str, columns: Columns, first: int, before: str) -> list[bytes] | None:
    """The leaf hashes of a batch that goes on at ``first`` and holds; ``None`` if anything differs."""
    seqs, ats, tags, actors, subjects, bodies, leaves = columns
    hashes = [sha256(b"\x00" + body).digest() for body in bodies]
    befores = [before, *map(bytes.hex, hashes[:-1])]
    starts = [f'{{"actor":"{actor}","at":"{at}","by":' for actor, at in zip(actors, ats, strict=True)]
    between = f',"stream":"{stream}","subject":"'
    ends = [
        f',"prev":"{before}","seq":{seq}{between}{subject}","tag":"{tag}","v":1}}'
        for before, seq, subject, tag in zip(befores, seqs, subjects, tags, strict=True)
    ]
    whole = (
        list(seqs) == list(range(first, first + len(seqs)))
        and hashes == list(leaves)
        and _all_hold(bytes.startswith, bodies, starts)
        and _all_hold(bytes.endswith, bodies, ends)
    )
    return hashes if whole else None


def _adopting(columns: Columns) -> list[bytes]:
    """The bytes of the entries that vouch for a key."""
    tags, bodies = columns[2], columns[5]
    if KEY_ADOPTED not in tags:
        return []
    return [body for body, tag in zip(bodies, tags, strict=True) if tag == KEY_ADOPTED]


def _all_hold(holds: Callable[[bytes, bytes], bool], bodies: Sequence[bytes], texts: list[str]) -> bool:
    """Encoded all at once, which is sooner; a line end in a column makes too many texts: nothing holds."""
    encoded = "\n".join(texts).encode("utf-8", "surrogatepass").split(b"\n")
    return len(encoded) == len(bodies) and all(map(holds, bodies, encoded))


def _out_of_order(found: int, expected: int) -> Fault:
    if found > expected:
        return Fault(expected, "E_SUCCESSION", f"it is missing; after entry {expected - 1} comes {found}")
    return Fault(found, "E_SUCCESSION", "it stands twice, or in another place than it was written to")
