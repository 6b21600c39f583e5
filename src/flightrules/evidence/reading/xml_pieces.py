"""Large plain XML, read in pieces: the parser proves the document, searching reads it.

Calling a function for each of a hundred thousand elements costs more than parsing them. In a well-formed
document without CDATA, processing instructions, own entities, and ``<`` inside comments, every ``<``
starts a tag; so what a search for a tag finds is that tag. The parser checks exactly this. Parsing in turn
costs more than searching, so of elements that a pattern has matched whole the parser sees one of each run
(``outlined``). A document that is not plain in this sense is read by handlers instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice
from flightrules.evidence.reading.places import line_ends
from flightrules.evidence.reading.xml import feed, guarded_parser
from flightrules.evidence.source import Source

__all__ = [
    "NotPlainError",
    "Pieces",
    "Shown",
    "at_byte",
    "outlined",
    "without_lead",
]

_PIECE_LIMIT = 8 << 20
_STAND_IN = b"<_/>"
_PLAIN_ENCODINGS = ("utf-8", "utf8", "us-ascii", "ascii")


class NotPlainError(Exception):
    """The document holds something that only a handler can tell apart from tags."""


class Pieces:
    """Splits a document at a tag, so that each piece starts with it; memory stays flat.

    Each piece is taken before the parser sees it, and the parser sees what is left of it. Elements that a
    pattern has matched whole, with nothing in them that could be wrong, are no news to a parser that finds
    the first of them where an element may stand: ``outlined`` puts one ``<_/>`` for each run of them.
    What was taken counts only once ``run`` has ended well.

    Args:
        source: the artefact.
        mark: the start of a tag with the space behind its name, such as ``<class ``.
        take: called with each piece, in UTF-8; what the parser shall see of it.
        inner: the start of a tag that stands only inside pieces; elsewhere the document is not plain.
        notices: takes what the parser remarks.
    """

    def __init__(
        self,
        source: Source,
        mark: str,
        take: Callable[[bytes], bytes],
        *,
        inner: str,
        notices: list[Notice] | None = None,
    ) -> None:
        self._source = source
        self._mark = mark.encode()
        self._inner = inner.encode()
        self._take = take
        self._at = 0
        self._fault: EvidenceError | None = None
        self.parser: Any = guarded_parser(source, namespaces=False, notices=notices)

    def run(self, start: Callable[[str, dict[str, str]], None]) -> None:
        """Read everything; ``start`` handles start tags until it takes itself off the parser. What stands
        before the first piece is handled before that is taken.

        Raises:
            NotPlainError: the document needs a handler for each element, or is broken, and a reader of the
                whole can say where.
            EvidenceError: what ``take`` raises, in the line where the piece starts.
        """
        parser = self.parser
        _refuse_unplain(parser)
        parser.StartElementHandler = start
        try:
            feed(parser, Shown(self._source, self._outlines))
        except EvidenceError:
            raise NotPlainError from None
        finally:  # parser and handlers hold each other; the rest must not wait for the collector
            self._take = _as_it_is
        if self._fault is not None:
            with at_byte(self._source, lambda: self._at):
                raise self._fault

    def _outlines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        rest, begun = b"", False
        for chunk in without_lead(chunks):
            rest += chunk
            if not begun and (at := rest.find(self._mark)) >= 0:
                yield self._before_all(rest[:at])
                rest, begun = rest[at:], True
            if (cut := rest.rfind(self._mark)) > 0:
                yield self._outlined(rest[:cut])
                rest = rest[cut:]
            if len(rest) > _PIECE_LIMIT:
                raise NotPlainError
        yield self._outlined(rest) if begun else self._before_all(rest)

    def _before_all(self, text: bytes) -> bytes:
        self._at = len(text)
        if self._inner in text or text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise NotPlainError
        return text

    def _outlined(self, whole: bytes) -> bytes:
        """What the parser shall see of whole pieces."""
        shown: list[bytes] = []
        for piece in whole.split(self._mark)[1:]:
            shown += (self._mark, piece if self._fault else self._taken(piece))
        return b"".join(shown)

    def _taken(self, piece: bytes) -> bytes:
        """What the parser shall see of a piece; a fault in it is told once the parser has proved the text."""
        try:
            shown = self._take(piece)
        except EvidenceError as error:
            self._fault = error
            return piece
        except ValueError:  # what is not proved may be anything
            raise NotPlainError from None
        self._at += len(self._mark) + len(piece)
        return shown


class Shown(Source):
    """A source of which the parser sees what a function makes of its chunks."""

    def __init__(self, source: Source, shown: Callable[[Iterator[bytes]], Iterator[bytes]]) -> None:
        super().__init__(source.name, data=b"")
        self._inner = source
        self._shown = shown

    def head(self, size: int) -> bytes:
        return self._inner.head(size)

    def chunks(self, size: int = 1 << 18) -> Iterator[bytes]:
        return self._shown(self._inner.chunks(size))


def outlined(between: Sequence[bytes]) -> bytes:
    """What stands before, between and behind matches, with one element for each run of them.

    Every match must be one or more whole elements, and their content, in which nothing can be wrong wherever
    an element may stand: known names, no attribute twice, values of known characters, ends that fit. The
    parser then knows all that it could know of the run from its first tag: were that inside a comment or
    an attribute, it would say so.
    """
    first, *inner, last = between
    return _STAND_IN.join([first, *filter(None, inner), last])


def _refuse_unplain(parser: Any) -> None:
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
    _require_utf8(parser)


def _require_utf8(parser: Any) -> None:
    """Let the parser refuse a document that declares another encoding."""

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _PLAIN_ENCODINGS:
            raise NotPlainError

    parser.XmlDeclHandler = declaration


def without_lead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks without a byte order mark and white space before the document."""
    started = False
    for chunk in chunks:
        piece = chunk if started else chunk.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
        if piece:
            started = True
            yield piece


def _as_it_is(piece: bytes) -> bytes:
    return piece


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
