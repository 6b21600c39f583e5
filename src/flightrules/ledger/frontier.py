"""The right edge of a growing RFC 6962 tree: enough to append and to know the root, without the entries.

A ledger of n entries needs at most log2(n) + 1 hashes here, so a row of a database can carry it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from flightrules.errors import LedgerError
from flightrules.ledger.merkle import HASH_SIZE, node_hash
from flightrules.ledger.merkle import root as root_of
from flightrules.values import frozen

__all__ = ["EMPTY", "Frontier"]


@frozen
class Frontier:
    """Size of the tree, and the roots of its complete blocks, largest block first."""

    size: int
    peaks: tuple[bytes, ...]

    def appended(self, hashed: bytes) -> Frontier:
        """The edge after one more leaf hash: equal blocks merge, as a binary counter carries."""
        peaks = [*self.peaks, hashed]
        carry = self.size
        while carry & 1:
            right = peaks.pop()
            peaks.append(node_hash(peaks.pop(), right))
            carry >>= 1
        return Frontier(self.size + 1, tuple(peaks))

    def extended(self, hashes: Sequence[bytes]) -> Frontier:
        """The edge after many more leaf hashes: as ``appended`` one by one, level by level and sooner."""
        waiting, left = list(self.peaks), self.size
        level, peaks = list(hashes), []
        while level or left:
            if left & 1:
                level.insert(0, waiting.pop())
            if len(level) & 1:
                peaks.append(level.pop())
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [sha256(b"\x01" + one + other).digest() for one, other in pairs]
            left >>= 1
        return Frontier(self.size + len(hashes), tuple(reversed(peaks)))

    @property
    def root(self) -> bytes:
        """The Merkle tree hash over all leaves (RFC 6962 2.1)."""
        if not self.peaks:
            return root_of(())
        right = self.peaks[-1]
        for left in reversed(self.peaks[:-1]):
            right = node_hash(left, right)
        return right

    def to_bytes(self) -> bytes:
        """The peaks, one after the other; the size is kept beside them."""
        return b"".join(self.peaks)

    @classmethod
    def of_bytes(cls, size: int, data: bytes) -> Frontier:
        """The edge as it was stored.

        Raises:
            LedgerError: E_MALFORMED, when the peaks do not belong to a tree of this size.
        """
        if size < 0 or len(data) != size.bit_count() * HASH_SIZE:
            raise LedgerError(
                "E_MALFORMED",
                "the stored edge of the ledger does not belong to its size",
                hint="run flightrules fsck",
            )
        return cls(size, tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)))


EMPTY = Frontier(0, ())
