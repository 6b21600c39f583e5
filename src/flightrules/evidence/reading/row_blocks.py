"""Rows of a large delimited file in blocks of bytes: plain lines apart from records that hold quotes.

Plain lines can be taken apart by pattern; only records with quotes, which may span lines, need a real
CSV reader. This is what makes a file of millions of rows cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flightrules.errors import EvidenceError
from flightrules.evidence.source import Source

__all__ = ["Block", "NoCutError", "blocks", "halfway"]

_CHUNK = 1 << 18
_RECORD_LIMIT = 1 << 20
_RECORD = re.compile(rb'[^"\n]*+(?:"[^"]*+"[^"\n]*+)++\n')
_Quoted = tuple[int, bytes]


class NoCutError(Exception):
    """The rows cannot be parted here: a record goes on."""


class Block:
    """Some whole rows of the file, each with its line end, which is a line feed alone; valid UTF-8.

    ``data`` holds them all, ``plain`` those without a quote, ``quoted`` the others with the places where
    they start in ``data``. ``complete`` is False where the very last line of the file lacks its line end.
    """

    __slots__ = ("_lines", "_offset", "_source", "complete", "data", "plain", "quoted")

    def __init__(
        self,
        source: Source,
        offset: int,
        data: bytes,
        quoted: list[_Quoted],
        *,
        complete: bool,
        lines: int = 0,
    ) -> None:
        self._source = source
        self._offset = offset
        self._lines = lines
        self.data = data
        self.quoted = quoted
        self.complete = complete
        self.plain = _without(data, quoted) if quoted else data

    def checked(self) -> Block:
        """The block itself, if it is text.

        Raises:
            EvidenceError: E_CONTROL_CHAR, E_ENCODING.
        """
        if b"\0" in self.data:
            message = "the text holds a NUL character"
            raise self.fault("E_CONTROL_CHAR", message, self.data.find(b"\0"))
        if not self.data.isascii():
            try:
                self.data.decode("utf-8")
            except UnicodeDecodeError as error:
                message = f"not valid UTF-8: byte 0x{self.data[error.start]:02x}"
                raise self.fault("E_ENCODING", message, error.start, "write UTF-8") from None
        return self

    def after_first(self) -> tuple[str, Block]:
        """The first record that is not blank, and the block without it; the block is not empty."""
        start, first = next(self.records())
        end = start + len(first.encode()) + 1
        rest = [(at - end, record) for at, record in self.quoted if at >= end]
        lines = self._lines + self.data.count(b"\n", 0, end)
        data = self.data[end:]
        return first, Block(self._source, self._offset, data, rest, complete=self.complete, lines=lines)

    def records(self) -> Iterator[tuple[int, str]]:
        """Where each record starts in ``data``, and its text; blank lines are left out."""
        at = 0
        for start, record in (*self.quoted, (len(self.data), b"")):
            for line in self.data[at:start].split(b"\n")[:-1]:
                if line:
                    yield at, line.decode("utf-8")
                at += len(line) + 1
            if record:
                yield start, record[:-1].decode("utf-8")
            at = start + len(record)

    def fault(self, code: str, message: str, at: int, hint: str = "") -> EvidenceError:
        """An error in the line of that place in ``data``."""
        line = self.line_of(at)
        return EvidenceError(code, message, file=self._source.name, line=line, hint=hint)

    def line_of(self, at: int) -> int:
        """The line in the file of a place in ``data``; reads the file again, so for errors only."""
        return _line(self._source, self._offset) + self._lines + self.data.count(b"\n", 0, at)


def blocks(source: Source, start: int = 0, end: int | None = None) -> Iterator[Block]:
    """All rows, header included, in blocks of bounded size; no block is without a row.

    The blocks of two parts are those of the whole if the parts meet at a cut of ``halfway``.

    Raises:
        NoCutError: a part ends within a record.
        EvidenceError: E_ENCODING, E_CONTROL_CHAR, E_UNTERMINATED_QUOTE, E_FIELD_TOO_LONG.
    """
    offset, rest = start, b""
    part = (
        source.chunks(_CHUNK) if end is None and not start else source.part(_CHUNK, start, end or source.size)
    )
    for chunk in part:
        last = chunk.rfind(b"\n") + 1
        data = b"".join((rest, memoryview(chunk)[:last]))
        cut, quoted = _whole(data) if last else (0, [])
        rest = data[cut:] + chunk[last:]
        if len(rest) > _RECORD_LIMIT:
            raise _open_quote_or_long(rest, source, offset + cut)
        if cut:
            yield from _block(source, offset, data[:cut], quoted, complete=True)
        offset += cut
    if rest and end is not None:
        raise NoCutError
    if rest:
        complete = rest.endswith((b"\n", b"\r"))
        cut, quoted = _whole(rest + b"\n")
        if cut <= len(rest):
            raise _open_quote(rest[cut:], source, offset + cut)
        yield from _block(source, offset, rest + b"\n", quoted, complete=complete)


def halfway(source: Source, size: int = 0) -> int:
    """Where the second half of the blocks begins, if no quote is open there; 0 if there is no such place.

    ``size`` is that of the pieces in which lines of another kind are read.
    """
    size = size or _CHUNK
    middle = source.size // 2 // size * size
    chunk = next(source.part(size, middle - size, middle)) if middle else b""
    line_end = chunk.rfind(b"\n")
    return middle - size + line_end + 1 if line_end >= 0 else 0


def _whole(lines: bytes) -> tuple[int, list[_Quoted]]:
    """Behind the last whole record of some whole lines; the records with quotes."""
    quoted: list[_Quoted] = []
    at = 0
    while (quote := lines.find(b'"', at)) >= 0:
        start = max(lines.rfind(b"\n", at, quote) + 1, at)
        found = _RECORD.match(lines, start)
        if found is None:
            return start, quoted
        quoted.append((start, found[0]))
        at = found.end()
    return len(lines), quoted


def _block(
    source: Source, offset: int, data: bytes, quoted: list[_Quoted], *, complete: bool
) -> Iterator[Block]:
    if offset == 0 and data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        _, quoted = _whole(data)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        _, quoted = _whole(data)
    if not data.startswith(b"\n") or data.strip(b"\n"):
        yield Block(source, offset, data, quoted, complete=complete).checked()


def _without(data: bytes, quoted: list[_Quoted]) -> bytes:
    kept: list[bytes] = []
    at = 0
    for start, record in quoted:
        kept.append(data[at:start])
        at = start + len(record)
    kept.append(data[at:])
    return b"".join(kept)


def _line(source: Source, offset: int) -> int:
    """The line in which that byte of the file stands."""
    line, last = 1, b""
    for chunk in source.chunks():
        part = chunk[:offset]
        line += part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n")
        line -= last == b"\r" and part.startswith(b"\n")
        offset -= len(part)
        if not offset:
            break
        last = part[-1:]
    return line


def _open_quote(record: bytes, source: Source, offset: int) -> EvidenceError:
    line = _line(source, offset)
    text = record.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    at = line + text.count(b"\n", 0, text.rfind(b'"'))
    message = f"a quoted cell never ends; its last quote stands in line {at}"
    return EvidenceError(
        "E_UNTERMINATED_QUOTE", message, file=source.name, line=line, hint="write the file again"
    )


def _open_quote_or_long(rest: bytes, source: Source, offset: int) -> EvidenceError:
    if b'"' in rest:
        return _open_quote(rest, source, offset)
    message = f"one row is longer than {_RECORD_LIMIT} bytes"
    line = _line(source, offset)
    return EvidenceError("E_FIELD_TOO_LONG", message, file=source.name, line=line)
