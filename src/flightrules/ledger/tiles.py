"""C2SP tlog-tiles: where a ledger's static files lie, so that an auditor can mirror it without a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flightrules.errors import LedgerError
from flightrules.values import frozen

__all__ = [
    "TILE_WIDTH",
    "TileCount",
    "entries_path",
    "entry_bundle",
    "split_bundle",
    "tile_index_path",
    "tile_path",
    "tiles_for_size",
]

TILE_WIDTH = 256
_LEVEL_LIMIT = 63
_ENTRY_LIMIT = 0xFFFF
_PREFIX_SIZE = 2


@frozen
class TileCount:
    """At one level: how many tiles are full, and how wide the last one is if it is not (0: there is none)."""

    full: int
    partial: int


def tile_index_path(index: int) -> str:
    """The index in groups of three digits, all but the last marked with x: ``x001/x234/067``.

    Raises:
        LedgerError: E_RANGE for an index below zero.
    """
    if index < 0:
        raise LedgerError("E_RANGE", "a tile has no index below zero")
    digits = str(index)
    padded = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [padded[at : at + 3] for at in range(0, len(padded), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Where the tile of hashes lies; ``width`` below 256 names a partial tile.

    Raises:
        LedgerError: E_RANGE.
    """
    if not 0 <= level <= _LEVEL_LIMIT:
        raise LedgerError("E_RANGE", f"a tile's level lies within 0..{_LEVEL_LIMIT}")
    return f"tile/{level}/{tile_index_path(index)}{_partial(width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Where the bundle of entries lies.

    Raises:
        LedgerError: E_RANGE.
    """
    return f"tile/entries/{tile_index_path(index)}{_partial(width)}"


def tiles_for_size(size: int) -> dict[int, TileCount]:
    """The tiles of a tree with so many entries, by level.

    Raises:
        LedgerError: E_RANGE for a size below zero.
    """
    if size < 0:
        raise LedgerError("E_RANGE", "a tree has no size below zero")
    found: dict[int, TileCount] = {}
    level, count = 0, size
    while count > 0:
        full, partial = divmod(count, TILE_WIDTH)
        found[level] = TileCount(full, partial)
        level, count = level + 1, full
    return found


def entry_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as the entries tile holds them, each behind its length in two bytes, big-endian.

    Raises:
        LedgerError: E_FIELD_TOO_LONG for an entry beyond 65,535 bytes; store its digest instead.
    """
    return b"".join(_prefixed(entry) for entry in entries)


def split_bundle(bundle: bytes) -> Iterator[bytes]:
    """The entries of an entries tile.

    Raises:
        LedgerError: E_TRUNCATED.
    """
    at = 0
    while at < len(bundle):
        size = int.from_bytes(bundle[at : at + _PREFIX_SIZE], "big")
        start, at = at + _PREFIX_SIZE, at + _PREFIX_SIZE + size
        if at > len(bundle):
            raise LedgerError(
                "E_TRUNCATED", "the bundle of entries ends in the middle", hint="fetch it again"
            )
        yield bundle[start:at]


def _prefixed(entry: bytes) -> bytes:
    if len(entry) > _ENTRY_LIMIT:
        raise LedgerError(
            "E_FIELD_TOO_LONG",
            f"an entry has {len(entry)} bytes; the limit is {_ENTRY_LIMIT}",
            hint="store its digest",
        )
    return len(entry).to_bytes(_PREFIX_SIZE, "big") + entry


def _partial(width: int) -> str:
    if not 1 <= width <= TILE_WIDTH:
        raise LedgerError("E_RANGE", f"a tile's width lies within 1..{TILE_WIDTH}")
    return "" if width == TILE_WIDTH else f".p/{width}"
