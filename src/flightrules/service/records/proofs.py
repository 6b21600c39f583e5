"""That an entry stands under the newest signed head, without reading the whole ledger for each proof.

A process remembers the roots of complete blocks of 256 entries, as the tiles of C2SP hold them: half a MiB
for a million entries. Only the first proof after a start reads all leaf hashes. What is remembered is never
trusted: a proof that does not lead to the signed head is made again from everything that is stored.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from flightrules.errors import LedgerError
from flightrules.ledger.checkpoint import parse_checkpoint
from flightrules.ledger.frontier import EMPTY
from flightrules.ledger.merkle import Tree, verify_inclusion
from flightrules.ledger.tiles import TILE_WIDTH
from flightrules.service.door.refusals import ForeignError
from flightrules.service.records.models import Entry, Stream
from flightrules.service.records.queries import leaves

__all__ = ["proof"]

_HEIGHT = TILE_WIDTH.bit_length() - 1
_blocks: defaultdict[int, Tree] = defaultdict(Tree)
_lock = threading.Lock()


def proof(stream: str, seq: int) -> dict[str, Any]:
    """That an entry stands where it says under the newest signed head: all that a stranger needs to see it.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    tip = Stream.objects.filter(name=stream).first()
    entry = Entry.objects.filter(stream=tip, seq=seq).first() if tip else None
    if tip is None or entry is None or seq >= tip.size:
        raise ForeignError("E_NO_SUCH", f"there is no entry {seq} in the stream {stream:.60}")
    path = _path(tip, seq)
    if not _leads_to_head(tip, entry, path):
        _forget(tip)
        path = _path(tip, seq)
    return {
        "stream": stream,
        "index": seq,
        "size": tip.size,
        "entry": bytes(entry.body).decode("utf-8"),
        "proof": [one.hex() for one in path],
        "head": tip.head,
    }


class _Blockwise(Tree):
    """The tree of a stream: roots of complete blocks as remembered, what lies below them as it is stored."""

    def __init__(self, tip: Stream, blocks: Tree) -> None:
        super().__init__()
        self._tip, self._blocks = tip, blocks
        self._read: dict[int, Tree] = {}

    @property
    def size(self) -> int:
        """As the tip says."""
        return self._tip.size

    def node(self, level: int, index: int) -> bytes:
        """As in every tree.

        Raises:
            LedgerError: E_RANGE, where the ledger holds fewer entries than its tip says.
        """
        try:
            return self._node(level, index)
        except IndexError:
            raise LedgerError(
                "E_RANGE", f"entries of the stream {self._tip.name} are missing", hint="run flightrules fsck"
            ) from None

    def _node(self, level: int, index: int) -> bytes:
        if level >= _HEIGHT:
            return self._blocks.node(level - _HEIGHT, index)
        block, place = divmod(index, 1 << (_HEIGHT - level))
        if block not in self._read:
            start = block * TILE_WIDTH
            self._read[block] = _tree(leaves(self._tip, min(start + TILE_WIDTH, self.size), start))
        return self._read[block].node(level, place)


def _forget(tip: Stream) -> None:
    with _lock:
        _blocks.pop(tip.pk, None)


def _path(tip: Stream, seq: int) -> list[bytes]:
    with _lock:
        blocks = _blocks[tip.pk]
        for root in _roots(tip, blocks.size):
            blocks.append_hash(root)
    return _Blockwise(tip, blocks).inclusion_proof(seq)


def _roots(tip: Stream, known: int) -> Iterator[bytes]:
    """The roots of the complete blocks behind those that are known."""
    stored = leaves(tip, tip.size // TILE_WIDTH * TILE_WIDTH, known * TILE_WIDTH)
    while block := list(islice(stored, TILE_WIDTH)):
        yield EMPTY.extended(block).root


def _tree(hashes: Iterable[bytes]) -> Tree:
    tree = Tree()
    for one in hashes:
        tree.append_hash(one)
    return tree


def _leads_to_head(tip: Stream, entry: Entry, path: list[bytes]) -> bool:
    try:
        head = parse_checkpoint(tip.head.partition("\n\n")[0] + "\n")
        verify_inclusion(entry.seq, tip.size, bytes(entry.leaf), path, head.root)
    except LedgerError:
        return False
    return True
