"""The hot path of JUnit XML: from bytes to rows and events, piece by piece, at the parser's speed.

One Python function sees element starts; ends are collected by ``list.append`` itself, which costs
no Python frame. Status can be decided from starts; the ends tell only what is nested in what.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.markup_ahead import read_ahead
from flightrules.evidence.reading.xml import ATTRIBUTE_LIMIT, feed, guarded_parser
from flightrules.evidence.reading.xml_markup import Markup
from flightrules.evidence.reading.xml_pieces import NotPlainError
from flightrules.evidence.source import Source

__all__ = ["Event", "Piece", "read_markup", "read_markup_ahead", "read_pieces"]


# an element other than ``testcase`` that starts: its name, its attributes as name, value, name, value...,
# and how many cases of this piece had started and how many elements had ended before it
Event = tuple[str, list[str], int, int]
_ATTRIBUTES = itemgetter(1)


class Piece(NamedTuple):
    """What one piece of the file held, in document order; emptied and used again for the next."""

    rows: list[list[str]]
    events: list[Event]
    ends: list[str]


def read_pieces(source: Source, take: Callable[[Piece], None], *, namespaces: bool = True) -> None:
    """Parse the whole file and hand over every piece as soon as it is parsed.

    Raises:
        EvidenceError: whatever makes the document unsafe or broken.
    """
    piece = Piece([], [], [])
    parser = _parser(source, piece, namespaces=namespaces)

    def after() -> None:
        _check_attributes(source, parser, piece)
        take(piece)
        for part in (piece.rows, piece.events, piece.ends):
            part.clear()

    feed(parser, source, after)


def read_markup(source: Source, take: Callable[[bytes], None], *, namespaces: bool = True) -> None:
    """Parse the whole file without a handler for elements, and hand over the markup that was proved.

    Raises:
        NotPlainError: it needs ``read_pieces``.
        EvidenceError: whatever makes the document unsafe or broken.
    """
    if not namespaces:
        raise NotPlainError
    _parse(source, take)


def read_markup_ahead(source: Source, take: Callable[[bytes], None], *, namespaces: bool = True) -> bool:
    """Hand over the markup while another process parses the file as ``read_markup`` does.

    False where nothing came of it, for whatever reason; what was taken is then worth nothing.
    """
    return namespaces and read_ahead(source, take, _prove)


def _prove(source: Source) -> int:
    return _parse(source, lambda _: None)


def _parse(source: Source, take: Callable[[bytes], None]) -> int:
    markup = Markup(source, take)
    markup.parser.StartDoctypeDeclHandler = _doctype(source, markup.parser)
    markup.run()
    return markup.cuts


def _parser(source: Source, piece: Piece, *, namespaces: bool) -> Any:
    parser = guarded_parser(source, namespaces=namespaces)
    parser.ordered_attributes = True
    parser.specified_attributes = True
    rows, events, ends = piece
    add_row, add_event = rows.append, events.append

    def start(tag: str, attributes: list[str]) -> None:
        if tag == "testcase":
            add_row(attributes)
        else:
            add_event((tag, attributes, len(rows), len(ends)))

    parser.StartElementHandler = start
    parser.EndElementHandler = ends.append
    parser.StartDoctypeDeclHandler = _doctype(source, parser)
    return parser


def _doctype(source: Source, parser: Any) -> Callable[..., None]:
    def refuse(name: str, *_: object) -> None:
        what = f"the document names a DOCTYPE ({name}), which no test tool writes"
        raise EvidenceError(
            "E_DTD_FORBIDDEN",
            what,
            file=source.name,
            line=parser.CurrentLineNumber,
            hint="remove the DOCTYPE",
        )

    return refuse


def _check_attributes(source: Source, parser: Any, piece: Piece) -> None:
    most = max(map(len, chain(piece.rows, map(_ATTRIBUTES, piece.events))), default=0) // 2
    if most > ATTRIBUTE_LIMIT:
        raise EvidenceError(
            "E_TOO_MANY_ATTRS",
            f"an element has {most} attributes",
            file=source.name,
            line=parser.CurrentLineNumber,
        )
