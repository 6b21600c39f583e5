"""Markup of a large XML document as text, taken in good faith while another process proves the document.

In a well-formed document every ``<`` outside of comments, CDATA and processing instructions starts a tag, so
these three are found by searching. Whether the document is well-formed, and whether a parser finds the same
three, is known when the other process has ended; until then nothing that was taken counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from flightrules.evidence.reading.xml_markup import cut
from flightrules.evidence.reading.xml_pieces import NotPlainError, without_lead
from flightrules.evidence.source import Source

__all__ = ["read_ahead"]

_TWO_FROM = 8 << 20  # another process costs 10 ms, 8 MiB cost 50
_CHUNK = 1 << 18
_TOKEN_LIMIT = 4 << 20
_SPECIAL = re.compile(rb"<(?:!\[CDATA\[|!--|\?|!)")
_CLOSINGS = {b"<![CDATA[": b"]]>", b"<!--": b"-->", b"<?": b"?>"}
_LONGEST = max(map(len, _CLOSINGS))
_DECLARATION = re.compile(rb"<\?xml[ \t\r\n]")


def read_ahead(source: Source, take: Callable[[bytes], None], prove: Callable[[Source], int]) -> bool:
    """Hand over the markup of a document piece by piece; whether it was proved in the end.

    Where it was not, which may have any reason, what was taken is worth nothing.

    Args:
        source: the document.
        take: called with whole tags and what stands between them; may raise anything.
        prove: parses the document in another process; answers with the cuts of ``Markup``, or raises.
    """
    if source.beside is None or source.size < _TWO_FROM:
        return False
    proof = source.beside(partial(prove, source))
    cuts: int | None
    try:
        cuts = _Ahead(source, take).run()
    except Exception:  # noqa: BLE001 -- text that nobody has proved may break anything; it is read again then
        cuts = None
    return proof() == cuts is not None


class _Ahead:
    """Cuts comments, CDATA and processing instructions out of the text; the XML declaration stays."""

    def __init__(self, source: Source, take: Callable[[bytes], None]) -> None:
        self._source = source
        self._take = take
        self._buffer = b""
        self._base = 0  # where the buffer starts in the document
        self._closing = b""  # what ends that in which the buffer starts
        self._cuts = 0

    def run(self) -> int:
        """Read everything; where was cut, as ``cut`` sums it up."""
        for chunk in without_lead(self._source.chunks(_CHUNK)):
            self._buffer += chunk
            self._give(*self._plain())
        self._give([self._buffer], len(self._buffer))
        return self._cuts

    def _give(self, parts: list[bytes], until: int) -> None:
        self._buffer, self._base = self._buffer[until:], self._base + until
        if len(self._buffer) > _TOKEN_LIMIT:
            raise NotPlainError
        text = b"".join(parts)
        if text:
            self._take(text)

    def _plain(self) -> tuple[list[bytes], int]:
        """What is plain in the buffer, and where that begins which is not known yet."""
        buffer, at, parts = self._buffer, 0, []
        if self._closing:
            end = buffer.find(self._closing)
            if end < 0:
                return [], max(len(buffer) - _LONGEST, 0)
            at = self._cut(end + len(self._closing))
            self._closing = b""
        after = buffer.index(b"?>") if not self._base and _DECLARATION.match(buffer) else at
        while found := _SPECIAL.search(buffer, after):
            start, inside = found.span()
            closing = _CLOSINGS.get(found[0])
            if closing is None:
                if len(buffer) - start >= _LONGEST:
                    raise NotPlainError
                break
            parts.append(buffer[at:start])
            self._cut(start)
            end = buffer.find(closing, inside)
            if end < 0:
                self._closing = closing
                return parts, inside
            at = after = self._cut(end + len(closing))
        last = max(buffer.rfind(b"<", at), at)
        return [*parts, buffer[at:last]], last

    def _cut(self, at: int) -> int:
        self._cuts = cut(self._cuts, self._base + at)
        return at
