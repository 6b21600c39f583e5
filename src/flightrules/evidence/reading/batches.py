"""Rows of a large delimited file in batches: bare lines apart from records that hold quotes.

Bare lines can be split at the delimiter; only records with quotes, which may span lines, need a
real CSV reader. This is what makes a file of millions of rows cheap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flightrules.errors import EvidenceError
from flightrules.evidence.source import Source

__all__ = ["Batch", "batches"]

_RECORD_LIMIT = 1 << 20


class Batch(NamedTuple):
    """Complete rows of one piece of the file; ``line`` is the number of the piece's first line."""

    line: int
    bare: list[str]
    quoted: list[tuple[int, str]]
    complete: bool  # False where the very last line lacks its line end


def batches(source: Source) -> Iterator[Batch]:
    """All rows, header included, blank lines left out, in pieces of bounded size.

    Raises:
        EvidenceError: E_ENCODING, E_CONTROL_CHAR, E_UNTERMINATED_QUOTE, E_FIELD_TOO_LONG.
    """
    line, rest = 1, b""
    for chunk in source.chunks():
        piece = rest + chunk
        cut = _last_row_end(piece)
        if len(piece) - cut > _RECORD_LIMIT:
            raise _open_quote_or_long(piece[cut:], line, source)
        rest = piece[cut:]
        if cut:
            batch, line = _batch(_text(piece[:cut], line, source), line, source, complete=True)
            yield batch
    if rest:
        text = _text(rest, line, source)
        if text.count('"') % 2:
            raise _open_quote(text, line, source)
        yield _batch(text, line, source, complete=text.endswith(("\n", "\r")))[0]


def _last_row_end(piece: bytes) -> int:
    """Behind the last line end that no quote encloses."""
    cut = piece.rfind(b"\n") + 1
    if piece.count(b'"', 0, cut) % 2 == 0:
        return cut
    # a record spans the cut: go back to before its opening quote
    while cut > 0:
        quote = piece.rfind(b'"', 0, cut)
        cut = piece.rfind(b"\n", 0, quote) + 1
        if piece.count(b'"', 0, cut) % 2 == 0:
            return cut
    return 0


def _text(piece: bytes, line: int, source: Source) -> str:
    if line == 1:
        piece = piece.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in piece:
        raise EvidenceError("E_CONTROL_CHAR", "the text holds a NUL character", file=source.name, line=line)
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError as error:
        at = line + piece.count(b"\n", 0, error.start)
        message = f"not valid UTF-8: byte 0x{piece[error.start]:02x}"
        raise EvidenceError("E_ENCODING", message, file=source.name, line=at, hint="write UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _batch(text: str, line: int, source: Source, *, complete: bool) -> tuple[Batch, int]:
    quoted: list[tuple[int, str]] = []
    if '"' in text:
        text, quoted = _apart(text, line, source)
    bare = text.split("\n")
    if not bare[-1]:
        bare.pop()
    following = line + len(bare) + sum(record.count("\n") + 1 for _, record in quoted)
    if "" in bare:
        bare = [one for one in bare if one]
    return Batch(line, bare, quoted, complete), following


def _apart(text: str, line: int, source: Source) -> tuple[str, list[tuple[int, str]]]:
    """The text without the records that hold quotes, and those records with their lines."""
    kept: list[str] = []
    quoted: list[tuple[int, str]] = []
    at = 0
    while (quote := text.find('"', at)) >= 0:
        start = max(text.rfind("\n", at, quote) + 1, at)
        end = _record_end(text, start, quote)
        line += text.count("\n", at, start)
        if text.count('"', start, end) % 2:
            raise _open_quote(text[start:end], line, source)
        kept.append(text[at:start])
        quoted.append((line, text[start:end]))
        line += text.count("\n", start, end + 1)
        at = end + 1
    kept.append(text[at:])
    return "".join(kept), quoted


def _record_end(text: str, start: int, quote: int) -> int:
    """Where the record ends: the first line end behind an even number of quotes."""
    end = text.find("\n", quote)
    open_quotes = text.count('"', start, end) if end >= 0 else 0
    while end >= 0 and open_quotes % 2:
        following = text.find("\n", end + 1)
        open_quotes += text.count('"', end, following) if following >= 0 else 0
        end = following
    return end if end >= 0 else len(text)


def _open_quote(text: str, line: int, source: Source) -> EvidenceError:
    at = line + text.count("\n", 0, text.rfind('"'))
    message = f"a quoted cell never ends; its last quote stands in line {at}"
    return EvidenceError(
        "E_UNTERMINATED_QUOTE", message, file=source.name, line=line, hint="write the file again"
    )


def _open_quote_or_long(piece: bytes, line: int, source: Source) -> EvidenceError:
    if b'"' in piece:
        return _open_quote(piece.decode("utf-8", "replace"), line, source)
    message = f"one row is longer than {_RECORD_LIMIT} bytes"
    return EvidenceError("E_FIELD_TOO_LONG", message, file=source.name, line=line)
