"""Large plain XML, read in pieces: the parser proves the document, searching reads it.

Calling a function for each of a hundred thousand elements costs more than parsing them. In a well-formed
document without CDATA, processing instructions, own entities, and ``<`` inside comments, every ``<``
starts a tag; so what a search for a tag finds is that tag. The parser checks exactly this, over the same
bytes and before they are searched. A document that is not plain in this sense is read by handlers instead.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice
from flightrules.evidence.reading.places import line_ends
from flightrules.evidence.reading.xml import feed, guarded_parser
from flightrules.evidence.source import Source

__all__ = ["NotPlainError", "Pieces", "Tee", "at_byte", "no_collection", "require_utf8"]

_PIECE_LIMIT = 8 << 20
_PLAIN_ENCODINGS = ("utf-8", "utf8", "us-ascii", "ascii")


class NotPlainError(Exception):
    """The document holds something that only a handler can tell apart from tags."""


class Pieces:
    """Splits a document at a tag, so that each piece starts with it; memory stays flat.

    Args:
        source: the artefact.
        mark: the start of a tag with the space behind its name, such as ``<class ``.
        take: called with each piece, in UTF-8.
        inner: the start of a tag that stands only inside pieces; elsewhere the document is not plain.
        notices: takes what the parser remarks.
    """

    def __init__(
        self,
        source: Source,
        mark: str,
        take: Callable[[bytes], None],
        *,
        inner: str,
        notices: list[Notice] | None = None,
    ) -> None:
        self._source = source
        self._mark = mark.encode()
        self._inner = inner.encode()
        self._take = take
        self._notices = notices
        self._buffer = b""
        self._base = 0
        self.piece_at = 0
        self.parser: Any = None

    def run(self, start: Callable[[str, dict[str, str]], None]) -> None:
        """Read everything; ``start`` handles start tags until it takes itself off the parser.

        Raises:
            NotPlainError: before anything wrong was given, so that the caller can start again.
            EvidenceError: what broken XML gives, or what ``take`` raises.
        """
        with at_byte(self._source, lambda: self.piece_at):
            parser = self.parser = guarded_parser(self._source, namespaces=False, notices=self._notices)
            self._refuse_unplain(parser)
            parser.StartElementHandler = start
            try:
                with no_collection():
                    feed(parser, Tee(self._source, self._more), self._settle)
                    self._give(self._buffer)
            finally:  # parser and handlers hold each other; the rest must not wait for the collector
                self._take, self._buffer = _ignore, b""

    def _refuse_unplain(self, parser: Any) -> None:
        remark = parser.StartDoctypeDeclHandler

        def refuse(*_: object) -> None:
            raise NotPlainError

        def comment(text: str) -> None:
            if "<" in text:
                raise NotPlainError

        def doctype(name: str, system: str | None, public: str | None, has_subset: int) -> None:
            remark(name, system, public, has_subset)
            if has_subset:
                raise NotPlainError

        parser.CommentHandler = comment
        parser.StartCdataSectionHandler = refuse
        parser.ProcessingInstructionHandler = refuse
        parser.StartDoctypeDeclHandler = doctype
        require_utf8(parser)

    def _more(self, chunk: bytes) -> None:
        self._buffer += chunk
        if len(self._buffer) > _PIECE_LIMIT:
            raise NotPlainError

    def _settle(self) -> None:
        """Give what the parser has seen; a tag that it has not finished stays."""
        cut = self._buffer.rfind(self._mark, 0, max(self.parser.CurrentByteIndex - self._base, 0))
        if cut > 0:
            self._give(self._buffer[:cut])
            self._buffer = self._buffer[cut:]
            self._base += cut

    def _give(self, whole: bytes) -> None:
        if whole[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise NotPlainError
        first, *pieces = whole.split(self._mark)
        if self._inner in first:
            raise NotPlainError
        self.piece_at = self._base + len(first)
        for piece in pieces:
            self._take(piece)
            self.piece_at += len(piece) + len(self._mark)


def require_utf8(parser: Any) -> None:
    """Let the parser refuse a document that declares another encoding."""

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _PLAIN_ENCODINGS:
            raise NotPlainError

    parser.XmlDeclHandler = declaration


class Tee(Source):
    """A source that shows every chunk to a second reader, without the white space before the document."""

    def __init__(self, source: Source, show: Callable[[bytes], None]) -> None:
        super().__init__(source.name, data=b"")
        self._inner = source
        self._show = show

    def head(self, size: int) -> bytes:
        return self._inner.head(size)

    def chunks(self, size: int = 1 << 18) -> Iterator[bytes]:
        started = False
        for chunk in self._inner.chunks(size):
            piece = chunk if started else chunk.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
            if piece:
                started = True
                self._show(piece)
                yield piece


def _ignore(_: bytes) -> None:
    return None


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the cyclic collector away: reading makes no cycles, and each pass would walk all that was read."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def at_byte(source: Source, offset: Callable[[], int]) -> Iterator[None]:
    """Give refusals from inside the line they belong to, found from a byte offset only when needed.

    The parser finds line numbers by reading everything again, which is too dear for what almost never fails.
    """
    try:
        yield
    except EvidenceError as error:
        if error.line is None:
            error.line = line_ends(source, offset()) + 1
        raise
