"""Markup of a large XML document as text, piece by piece, behind a parser that has proved it.

Without comments, CDATA and processing instructions every ``<`` of a well-formed document starts a tag. The
parser says where those three are, which are cut out; a handler for each element would cost more than parsing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flightrules.evidence.reading.xml import feed, guarded_parser
from flightrules.evidence.reading.xml_pieces import NotPlainError, Tee, require_utf8
from flightrules.evidence.source import Source

__all__ = ["ATTRIBUTES", "Markup", "attributes_of", "cut", "tags_of", "unescaped"]

ATTRIBUTES = rb"""(?:\s++[^\s=]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'))*+"""
# of a tag: the name if it ends an element, the name if it starts one, its attributes, whether it ends at once
_TAG = re.compile(rb"<(?:/([^\s>]++)|([^\s/>]++)(%s)\s*+(/?))" % ATTRIBUTES)
_ATTRIBUTE = re.compile(r"""([^\s=]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_UNUSUAL = re.compile(r"[&\t\r\n']")
_SPACES = re.compile(r"\r\n|[\t\r\n]")
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]++)|#([0-9]++)|([a-z]++));")
_NAMED = (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&"))
_CHARACTERS = dict(_NAMED)
_CDATA_END = 3
_LONG = 1024


class Markup:
    """Gives each piece of the file to ``take``: whole tags, what stands between them, and nothing else."""

    def __init__(self, source: Source, take: Callable[[bytes], None]) -> None:
        self._source = source
        self._take = take
        self._buffer = b""
        self._base = 0  # where the buffer starts in the document
        self._from: int | None = 0  # where plain text goes on; None inside CDATA
        self._parts: list[memoryview] = []
        self.cuts = 0  # where text was cut out so far
        self.parser: Any = guarded_parser(source)

    def run(self) -> None:
        """Read everything.

        Raises:
            NotPlainError: the document needs a handler for each element.
            EvidenceError: what broken XML gives, or what ``take`` raises.
        """
        parser = self.parser
        parser.StartNamespaceDeclHandler = _refuse_default
        parser.StartCdataSectionHandler = self._leave
        parser.EndCdataSectionHandler = self._return
        parser.CommentHandler = lambda _: self._pass_over(b"-->", 4)
        parser.ProcessingInstructionHandler = lambda *_: self._pass_over(b"?>", 2)
        require_utf8(parser)
        try:
            feed(parser, Tee(self._source, self._more), self._settle)
        finally:  # parser and handlers hold each other; what was read must not wait for the collector
            self._take, self._buffer = _ignore, b""

    def _more(self, chunk: bytes) -> None:
        if not self._base and not self._buffer and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise NotPlainError
        self._buffer += chunk

    def _leave(self) -> None:
        self._keep(self.parser.CurrentByteIndex)
        self.cuts = cut(self.cuts, self.parser.CurrentByteIndex)
        self._from = None

    def _return(self) -> None:
        self._from = self.parser.CurrentByteIndex + _CDATA_END
        self.cuts = cut(self.cuts, self._from)

    def _pass_over(self, end: bytes, opening: int) -> None:
        at = self.parser.CurrentByteIndex
        self._keep(at)
        self._from = self._base + self._buffer.index(end, at - self._base + opening) + len(end)
        self.cuts = cut(cut(self.cuts, at), self._from)

    def _keep(self, until: int) -> None:
        if self._from is not None:
            self._parts.append(memoryview(self._buffer)[self._from - self._base : until - self._base])

    def _settle(self) -> None:
        """Give what the parser has seen; a tag that it has not finished stays."""
        seen = max(self.parser.CurrentByteIndex, self._from or 0, self._base)
        self._keep(seen)
        if self._from is not None:
            self._from = seen
        text = b"".join(self._parts)
        self._parts.clear()
        self._buffer, self._base = self._buffer[seen - self._base :], seen
        if text:
            self._take(text)


def cut(cuts: int, at: int) -> int:
    """A place where text is cut out or goes on, added to those before it in one number."""
    return hash((cuts, at))


def tags_of(text: bytes) -> list[tuple[bytes, bytes, bytes, bytes]]:
    """The tags of some markup: name where it ends an element, name where it starts one, attributes, and ``/``
    where it ends at once.

    A search by pattern steps through every byte; long text, such as a stack trace, is passed over faster.
    """
    if len(text) < _LONG:
        return _TAG.findall(text)
    tags = []
    at = text.find(b"<")
    while at >= 0:
        found = _TAG.match(text, at)
        if found is None:
            raise NotPlainError
        tags.append((found[1] or b"", found[2] or b"", found[3] or b"", found[4] or b""))
        at = text.find(b"<", found.end())
    return tags


def attributes_of(tag: bytes) -> dict[str, str]:
    """Values by name of the attributes of a proved tag."""
    text = tag.decode()
    if _UNUSUAL.search(text) is None:
        cells = text.split('"')
        return dict(zip([name.strip(" =") for name in cells[:-1:2]], cells[1::2], strict=True))
    return {name: _value(double or single) for name, double, single in _ATTRIBUTE.findall(text)}


def unescaped(values: Sequence[bytes]) -> list[str]:
    """Values of attributes as the parser would give them; those without entities are looked at together."""
    joined = b"\n".join(values).decode()
    if "\t" in joined or "\r" in joined or "&#" in joined or joined.count("\n") != len(values) - 1:
        return [_value(value.decode()) for value in values]
    if "&" in joined:
        for name, character in _NAMED:
            joined = joined.replace(f"&{name};", character)
    return joined.split("\n")


def _value(text: str) -> str:
    spaced = _SPACES.sub(" ", text)
    return _ENTITY.sub(_character, spaced) if "&" in spaced else spaced


def _character(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return _CHARACTERS[name]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


def _ignore(_: bytes) -> None:
    return None


def _refuse_default(prefix: str | None, _uri: str | None) -> None:
    """A default namespace renames elements; a prefix leaves those without it as they are."""
    if not prefix:
        raise NotPlainError
