"""UTF-8 text in pieces, for readers that keep only a window of it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from flightrules.errors import EvidenceError
from flightrules.evidence.source import WRITE_UTF8, Source

__all__ = ["pieces", "position"]

_CHUNK = 1 << 18


def pieces(source: Source, size: int, start: int = 0, end: int | None = None) -> Iterator[str]:
    """A source or a part of it as text in pieces; a byte order mark is tolerated, another encoding is not."""
    if source.head(2) in (b"\xff\xfe", b"\xfe\xff"):
        raise EvidenceError("E_ENCODING", "the file is UTF-16, not UTF-8", file=source.name, hint=WRITE_UTF8)
    pending, read, begun = b"", start, start > 0
    for chunk in source.part(size, start, source.size if end is None else end):
        data = pending + chunk if pending else chunk
        try:
            text, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError as error:
            raise _encoding(source, read - len(pending) + error.start) from None
        read += len(chunk)
        pending = data[used:]
        if text:
            yield text if begun else text.removeprefix("\ufeff")
            begun = True
    if pending:
        raise EvidenceError(
            "E_TRUNCATED",
            "the document ends inside a character",
            file=source.name,
            hint="upload the artefact again",
        )


def _encoding(source: Source, at: int) -> EvidenceError:
    return EvidenceError("E_ENCODING", f"not valid UTF-8 at byte {at}", file=source.name, hint="write UTF-8")


def position(source: Source, at: int) -> tuple[int, int]:
    """Line and column of a character, counted only when something is wrong there."""
    line, column = 1, 1
    for text in pieces(source, _CHUNK):
        part = text[:at]
        line += part.count("\n")
        column = len(part) - part.rfind("\n") if "\n" in part else column + len(part)
        at -= len(part)
        if at <= 0:
            break
    return line, column
