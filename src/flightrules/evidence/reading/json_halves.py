"""A large JSON document of which another process takes the later items of an array.

It is cut where an item in its middle seems to begin. One process walks from the start: that it comes to the
cut behind a comma, between two items of the array, proves that an item begins there. The other walks from the
cut to the end of the array, and the first goes on behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Protocol, Self

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.json_shapes import LONGEST_ITEM
from flightrules.evidence.reading.json_stream import Walker
from flightrules.evidence.reading.json_targets import targets
from flightrules.evidence.reading.utf8_pieces import pieces
from flightrules.evidence.source import Source

__all__ = ["Halved", "stream_in_two"]

_TWO_FROM = 16 << 20  # another process costs 10 ms, 16 MiB cost 50
_CHUNK = 1 << 18
_LOOK = 1 << 17  # where an item is looked for
_BEFORE = 64  # white space before it, and a comma
_decoder = json.JSONDecoder()


class Halved(Protocol):
    """What takes items, and may take half of them in another process."""

    def __call__(self, item: Any, /) -> None:
        """Take one item."""

    def fresh(self) -> Self:
        """Another one, which has taken none."""

    def part(self) -> Any:
        """All that it has taken, to be handed over by another process."""

    def join(self, part: Any, /) -> bool:
        """Take what stands behind it; false where that cannot be done without the items themselves."""


class _OddError(Exception):
    """One process has to read all."""


def stream_in_two(source: Source, key: str, callback: Halved) -> Any:
    """As ``json_stream.stream`` gives the items of the array at a key of the document.

    ``None`` where one process has to stream all of it with a fresh callback: the document is small, there is
    no other process, or anything is odd about the document. No document is ``None`` otherwise.
    """
    cut = _halfway(source, key) if source.beside is not None and source.size >= _TWO_FROM else 0
    if source.beside is None or not cut:
        return None
    second = source.beside(partial(_second, source, callback.fresh(), cut))
    asked = False

    def later(_: object) -> tuple[int, Iterator[str]]:
        nonlocal asked
        asked = True
        found = second()
        if found is None or not callback.join(found[0]):
            raise _OddError
        return found[1], pieces(source, _CHUNK, found[2])

    first = Walker(source, targets({key: callback}), pieces(source, _CHUNK, 0, cut), later)
    try:
        document = first.document()
    except (EvidenceError, _OddError):
        document = None
    if not asked:  # what stands behind the cut was seen by nobody
        second()
        return None
    return document


def _second(source: Source, callback: Halved, cut: int) -> tuple[Any, int, int]:
    """The items behind the cut, their number, and where the array ends."""
    read = cut

    def text() -> Iterator[str]:
        nonlocal read
        yield "["
        for piece in pieces(source, _CHUNK, cut):
            read += _size(piece)
            yield piece

    taken, left = Walker(source, targets({}), text()).items(callback)
    return callback.part(), taken, read - _size(left) - len("]")


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _halfway(source: Source, key: str) -> int:
    """Where in the middle of the document an item of the array seems to begin; 0 where none is found.

    It is an object in a list that begins as the first item does, and has the same keys.
    """
    head = source.head(_LOOK)
    first = re.search(rb'"%s"\s*:\s*\[\s*(\{\s*"[^"\\]*"\s*:)' % re.escape(key.encode()), head)
    if first is None:
        return 0
    keys, middle = _keys(head, first.start(1)), source.size // 2
    text = b"".join(source.part(_LOOK, middle, min(middle + _LOOK, source.size)))
    at = text.find(first[1])
    while at >= 0:
        is_next = text[max(at - _BEFORE, 0) : at].rstrip(b" \t\r\n").endswith(b",")
        if keys and is_next and keys == _keys(text, at):
            return middle + at
        at = text.find(first[1], at + 1)
    return 0


def _keys(text: bytes, at: int) -> list[str]:
    """The keys of the object that begins there, as far as one can be read there."""
    try:
        found, _ = _decoder.raw_decode(text[at : at + LONGEST_ITEM].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return []
    return list(found)
