"""Several JSON documents in one file: JSON Lines, or indented documents one behind the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.json import (
    DOCUMENT_LIMIT,
    decode_text,
    malformed,
    may_hold_bad_text,
    refuse_bad_text,
    refuse_too_many,
    strict_decoder,
    utf8,
)
from flightrules.evidence.source import Source

__all__ = ["documents"]

_SPACE = " \t\r\n"
_STRAY_LIMIT = 4096
_OBJECT_LIMIT = 750_000


def documents(
    source: Source, *, free_text: bool = False, stray: Callable[[str], None] | None = None
) -> Iterator[Any]:
    """All documents of the file in order, decoded as strictly as a single one.

    ``free_text`` is that of ``reading.json.decode``. ``stray`` is given each line between documents that is
    no JSON, where a tool mixes its log with its report; without it such a line is malformed.

    Raises:
        EvidenceError: as ``reading.json.decode``.
    """
    if source.size > DOCUMENT_LIMIT:
        raise EvidenceError(
            "E_TOO_LARGE",
            f"the file has {source.size} bytes; this format is read up to {DOCUMENT_LIMIT}",
            file=source.name,
        )
    whole, name = utf8(source), source.name
    refuse_too_many(whole, name)
    decoder = strict_decoder(name, limit=_OBJECT_LIMIT if whole.count("{") > _OBJECT_LIMIT else None)
    looked_at = not free_text and may_hold_bad_text(whole)
    at = _skip(whole, 0)
    while at < len(whole):
        if stray is not None and whole[at] not in "{[":
            line, _, _ = whole[at : at + _STRAY_LIMIT].partition("\n")
            stray(line.rstrip())
            at = _skip(whole, at + len(line))
            continue
        try:
            value, at = decoder.raw_decode(whole, at)
        except json.JSONDecodeError as error:
            raise malformed(error, whole, name, 1) from None
        except (RecursionError, ValueError):
            value = decode_text(whole[at:], name)  # says which of the two it is
        if looked_at:
            refuse_bad_text(value, name)
        yield value
        at = _skip(whole, at)


def _skip(whole: str, at: int) -> int:
    while at < len(whole) and whole[at] in _SPACE:
        at += 1
    return at
