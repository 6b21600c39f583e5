"""The hot path of JUnit XML: from bytes to rows and events, piece by piece, at the parser's speed.

One Python function sees element starts; ends are collected by ``list.append`` itself, which costs
no Python frame. Status can be decided from starts; the ends tell only what is nested in what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.sound_text import all_sound, is_sound, restored, texts
from flightrules.evidence.reading.xml import ATTRIBUTE_LIMIT, feed, guarded_parser
from flightrules.evidence.reading.xml_pieces import NotPlainError, Shown
from flightrules.evidence.source import Source
from flightrules.values import NamedTuple

__all__ = ["Event", "Piece", "read_outlined", "read_pieces"]

_TWO_FROM = 8 << 20  # another process costs 10 ms, 8 MiB cost 40
_CHUNK = 1 << 18


# an element other than ``testcase`` that starts: its name, its attributes as name, value, name, value...,
# and how many cases of this piece had started and how many elements had ended before it
Event = tuple[str, list[str], int, int]
_ATTRIBUTES = itemgetter(1)
_JOINED = frozenset("\x1f:")  # one of them stands between a namespace or a prefix and the name


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


def read_outlined(source: Source, take: Callable[[bytes], bytes]) -> bool:
    """Hand over the text piece by piece; whether it was proved in the end.

    Where it was not, which may have any reason, what was taken is worth nothing. In a large file another
    process looks at the characters.

    Args:
        source: the document.
        take: called with pieces as ``texts`` gives them; what the parser shall see of them.
    """
    proof = None
    if source.beside is not None and source.size >= _TWO_FROM:
        proof = source.beside(partial(_all_sound, source))
    try:
        _outline(source, take, sound=proof is not None)
    except Exception:  # noqa: BLE001 -- text that nobody has proved may break anything; it is read again then
        sound = False
    else:
        sound = True
    return (proof is None or proof() is True) and sound


def _all_sound(source: Source) -> bool:
    return all_sound(source.chunks(_CHUNK))


def _outline(source: Source, take: Callable[[bytes], bytes], *, sound: bool) -> None:
    def outlines(chunks: Iterator[bytes]) -> Iterator[bytes]:
        for piece, text in texts(chunks):
            if not (sound or is_sound(piece, text)):
                raise NotPlainError
            yield restored(take(text))

    parser = guarded_parser(source)
    parser.StartNamespaceDeclHandler = _refuse_namespace
    parser.ProcessingInstructionHandler = _refuse
    parser.StartDoctypeDeclHandler = _refuse
    parser.XmlDeclHandler = _refuse_encoding
    feed(parser, Shown(source, outlines))


def _refuse(*_: object) -> None:
    raise NotPlainError


def _refuse_namespace(prefix: str | None, _uri: str | None) -> None:
    """A namespace renames elements; only attributes have the prefix that Surefire declares."""
    if prefix != "xsi":
        raise NotPlainError


def _refuse_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ("utf-8", "utf8"):
        raise NotPlainError


def _parser(source: Source, piece: Piece, *, namespaces: bool) -> Any:
    parser = guarded_parser(source, namespaces=namespaces)
    parser.ordered_attributes = True
    parser.specified_attributes = True
    rows, events, ends = piece
    add_row, add_event = rows.append, events.append

    def start(tag: str, attributes: list[str]) -> None:
        if tag == "testcase":
            add_row(attributes)
        elif _JOINED.isdisjoint(tag):
            add_event((tag, attributes, len(rows), len(ends)))
        else:
            start(_local(tag), attributes)

    def end(tag: str) -> None:
        ends.append(tag if _JOINED.isdisjoint(tag) else _local(tag))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _doctype(source, parser)
    return parser


def _local(tag: str) -> str:
    """The name alone, without its namespace and without its prefix."""
    return tag.rpartition("\x1f")[2].rpartition(":")[2]


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
