"""RFC 6962 Merkle tree over SHA-256: roots and proofs; verification after RFC 9162 2.1.3.2 and 2.1.4.2.

Leaves are the entries' bytes; a leaf and a node are hashed with different prefixes, so that neither
can be passed off as the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from flightrules.errors import LedgerError

__all__ = [
    "HASH_SIZE",
    "Tree",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "root",
    "verify_consistency",
    "verify_inclusion",
]

HASH_SIZE = 32


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree: append in O(1) amortised, root and proofs in O(log n), also for earlier sizes.

    ``levels[k][i]`` is the hash over the complete block of 2^k leaves that starts at i * 2^k.
    """

    def __init__(self, entries: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for entry in entries:
            self.append(entry)

    @property
    def size(self) -> int:
        """The number of entries."""
        return len(self._levels[0])

    def append(self, entry: bytes) -> int:
        """Add an entry; returns its index."""
        return self.append_hash(leaf_hash(entry))

    def append_hash(self, hashed: bytes) -> int:
        """Add an entry by its leaf hash; returns its index."""
        self._levels[0].append(hashed)
        level = 0
        while len(self._levels[level]) % 2 == 0:
            if level + 1 == len(self._levels):
                self._levels.append([])
            self._levels[level + 1].append(node_hash(*self._levels[level][-2:]))
            level += 1
        return self.size - 1

    def node(self, level: int, index: int) -> bytes:
        """The hash over the complete block of 2^level entries that starts at index * 2^level."""
        return self._levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        """The Merkle tree hash over the first ``size`` entries (all, by default); of none: SHA-256("").

        Raises:
            LedgerError: E_RANGE when the tree never had that size.
        """
        size = self.size if size is None else size
        self._require(0 <= size <= self.size, f"the tree has {self.size} entries, not {size}")
        return self._over(0, size) if size else hashlib.sha256().digest()

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """RFC 6962 2.1.1 PATH(index, D[size]): the hashes that lead from a leaf to the root.

        Raises:
            LedgerError: E_RANGE.
        """
        size = self.size if size is None else size
        self._require(
            0 <= index < size <= self.size, f"no entry {index} in a tree of {size} out of {self.size}"
        )
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low = middle
        return path[::-1]

    def consistency_proof(self, older: int, size: int | None = None) -> list[bytes]:
        """RFC 6962 2.1.2 PROOF(older, D[size]): shows that the tree of ``size`` only appended to ``older``.

        Raises:
            LedgerError: E_RANGE; there is no proof from an empty tree, since everything follows from nothing.
        """
        size = self.size if size is None else size
        self._require(
            0 < older <= size <= self.size, f"no proof from {older} to {size} in a tree of {self.size}"
        )
        path: list[bytes] = []
        low, high = 0, size
        whole = True  # the older tree is one complete block from `low`, whose hash the verifier knows
        while older != high:
            middle = low + _split(high - low)
            if older <= middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low, whole = middle, False
        if not whole:
            path.append(self._over(low, high))
        return path[::-1]

    def _over(self, low: int, high: int) -> bytes:
        """The hash over entries low..high; every block that RFC 6962 splits off is complete and aligned."""
        count = high - low
        split = _split(count)
        if count == split * 2 or count == 1:
            return self.node(count.bit_length() - 1, low // count)
        return node_hash(self._over(low, low + split), self._over(low + split, high))

    @staticmethod
    def _require(holds: bool, otherwise: str) -> None:
        if not holds:
            raise LedgerError("E_RANGE", otherwise)


def root(entries: Iterable[bytes]) -> bytes:
    """The Merkle tree hash over the entries."""
    return Tree(entries).root()


def inclusion_proof(entries: Iterable[bytes], index: int) -> list[bytes]:
    """The proof that the entry at ``index`` is in the tree over all entries."""
    return Tree(entries).inclusion_proof(index)


def consistency_proof(entries: Iterable[bytes], older: int) -> list[bytes]:
    """The proof that the tree over all entries appended to the tree over the first ``older`` ones."""
    return Tree(entries).consistency_proof(older)


def verify_inclusion(index: int, size: int, hashed: bytes, proof: Sequence[bytes], expected: bytes) -> None:
    """RFC 9162 2.1.3.2: the leaf with this hash stands at ``index`` in the tree of ``size`` with this root.

    Raises:
        LedgerError: E_PROOF.
    """
    _require_hashes(hashed, expected, *proof)
    if not 0 <= index < size:
        raise LedgerError("E_PROOF", f"no entry {index} in a tree of {size}")
    at, last, found = index, size - 1, hashed
    for step in proof:
        if last == 0:
            raise LedgerError("E_PROOF", "the proof is longer than the tree is high")
        if at & 1 or at == last:
            found = node_hash(step, found)
            at, last = _climb(at, last)
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    if last != 0 or found != expected:
        raise LedgerError("E_PROOF", f"entry {index} is not in the tree with this root")


def verify_consistency(
    older: int, newer: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """RFC 9162 2.1.4.2: the tree of ``newer`` entries only appended to the tree of ``older`` entries.

    From an empty tree nothing follows, so ``older`` = 0 is always refused.

    Raises:
        LedgerError: E_PROOF.
    """
    _require_hashes(old_root, new_root, *proof)
    if not 0 < older <= newer:
        raise LedgerError("E_PROOF", f"no proof leads from a tree of {older} to a tree of {newer}")
    if older == newer:
        if proof or old_root != new_root:
            raise LedgerError("E_PROOF", "two trees of one size have one root and need no proof")
        return
    _verify_growth(older, newer, proof, old_root, new_root)


def _verify_growth(older: int, newer: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    path = [old_root, *proof] if older & (older - 1) == 0 else list(proof)
    if not proof:
        raise LedgerError("E_PROOF", "the proof is empty")
    at, last = older - 1, newer - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found_old = found_new = path[0]
    for step in path[1:]:
        if last == 0:
            raise LedgerError("E_PROOF", "the proof is longer than the tree is high")
        if at & 1 or at == last:
            found_old, found_new = node_hash(step, found_old), node_hash(step, found_new)
            at, last = _climb(at, last)
        else:
            found_new = node_hash(found_new, step)
        at, last = at >> 1, last >> 1
    if last != 0 or found_old != old_root or found_new != new_root:
        raise LedgerError("E_PROOF", "the newer tree did not grow from the older one")


def _climb(at: int, last: int) -> tuple[int, int]:
    """Up to the level where the node is a right child or the root."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << ((count - 1).bit_length() - 1) if count > 1 else 0


def _require_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH_SIZE for one in hashes):
        raise LedgerError("E_PROOF", f"a hash has not {HASH_SIZE} bytes")
