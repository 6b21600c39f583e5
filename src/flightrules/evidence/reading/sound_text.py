"""XML as text of which all characters are known to be such that may stand there, whatever the tags say.

A parser looks at each character of a document, of which most are text. Searching says the same of many
characters at once: that they are UTF-8 and no control characters, and that every ``&`` begins a character or
a known name. What is left to prove are the tags, and that ``]]>`` only ends CDATA.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from flightrules.evidence.reading.xml_pieces import NotPlainError, without_lead

__all__ = ["CDATA", "COMMENT", "all_sound", "is_sound", "restored", "texts"]

CDATA, COMMENT = b"\x00", b"\x01"  # no document may hold these
_SECTIONS = ((b"<![CDATA[", b"]]>", CDATA), (b"<!--", b"-->", COMMENT))
_LONGEST = max(len(opening) for opening, _, _ in _SECTIONS)
_LIMIT = 4 << 20
_TRIES = 1000
_LESS = ord("<")
_ASCII = bytes([9, 10, 13, *range(32, 128)])
_BEYOND = bytes(range(128, 256))
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
# not the start of a known name, of a tab, the end of a line, or a printable character of ASCII
_UNKNOWN = re.compile(
    rb"&(?!lt;|gt;|amp;|quot;|apos;|#x0{0,4}+(?:9|[aAdD]|[2-7][0-9a-fA-F]);"
    rb"|#0{0,4}+(?:9|10|13|3[2-9]|[4-9]\d|1[01]\d|12[0-7]);)"
)


def texts(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The document in pieces that end before a tag: as it is, and with one byte for each CDATA section and
    each comment, which ``restored`` knows.

    Raises:
        NotPlainError: it holds another declaration, a piece of several MiB, or what does not end.
    """
    buffer = b""
    for chunk in without_lead(iter(chunks)):
        buffer += chunk
        parts, until = _parts(buffer)
        if until:
            yield buffer[:until], b"".join(parts)
            buffer = buffer[until:]
        if len(buffer) > _LIMIT:
            raise NotPlainError
    parts, until = _parts(buffer + b"<")
    if until < len(buffer):
        raise NotPlainError
    yield buffer, b"".join(parts)


def _parts(buffer: bytes) -> tuple[list[bytes], int]:
    """What is known of the buffer, and where that begins which is not known yet."""
    parts, at = [], 0
    while (start := _declaration(buffer, at)) >= 0:
        section = next((one for one in _SECTIONS if buffer.startswith(one[0], start)), None)
        parts.append(buffer[at:start])
        if section is None:
            if len(buffer) - start > _LONGEST:
                raise NotPlainError
            return parts, start
        opening, closing, mark = section
        inside = start + len(opening)
        end = buffer.find(closing, inside)
        if end < 0:
            return parts, start
        if mark == COMMENT and buffer.find(b"--", inside, end + 1) >= 0:
            raise NotPlainError
        parts.append(mark)
        at = end + len(closing)
    last = max(buffer.rfind(b"<", at), at)
    return [*parts, buffer[at:last]], last


def _declaration(buffer: bytes, at: int) -> int:
    """Where the next ``<!`` starts; one byte is found in a fortieth of the time that two take."""
    found = buffer.find(b"!", at + 1)
    for _ in range(_TRIES):
        if found < 0 or buffer[found - 1] == _LESS:
            return max(found - 1, -1)
        found = buffer.find(b"!", found + 1)
    return buffer.find(b"<!", found - 1) if found >= 0 else -1


def restored(text: bytes) -> bytes:
    """The same with an empty CDATA section or comment where there was one."""
    return text.replace(CDATA, b"<![CDATA[]]>").replace(COMMENT, b"<!---->")


def is_sound(piece: bytes, text: bytes) -> bool:
    """Whether a piece as ``texts`` gives it holds known characters only."""
    odd = piece.translate(None, _ASCII)
    if odd and (odd.translate(None, _BEYOND) or not _is_utf8(piece)):
        return False
    return _UNKNOWN.search(text) is None


def _is_utf8(piece: bytes) -> bool:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return False
    return not any(one in piece for one in _NO_CHARACTERS)


def all_sound(chunks: Iterable[bytes]) -> bool:
    """Whether all pieces are."""
    return all(is_sound(piece, text) for piece, text in texts(chunks))
