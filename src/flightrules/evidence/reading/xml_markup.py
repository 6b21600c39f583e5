"""Tags and attributes of XML that is known to be well-formed, or known to be worth nothing if it is not.

Without comments, CDATA and processing instructions every ``<`` of a well-formed document starts a tag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flightrules.evidence.reading.xml_pieces import NotPlainError
from flightrules.patterns import late

__all__ = ["ATTRIBUTES", "attributes_of", "tags_of", "unescaped"]

ATTRIBUTES = rb"""(?:\s++[^\s=<>"'/]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'))*+"""
# of a tag: the name if it ends an element, the name if it starts one, its attributes, whether it ends at once
_TAG = re.compile(rb"<(?:/([^\s>]++)|([^\s/>]++)(%s)\s*+(/?))" % ATTRIBUTES)
_ATTRIBUTE = re.compile(r"""([^\s=]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_UNUSUAL = re.compile(r"[&\t\r\n']")
_SPACES = re.compile(r"\r\n|[\t\r\n]")
_ENTITY = late(r"&(?:#x([0-9a-fA-F]++)|#([0-9]++)|([a-z]++));")
_NAMED = (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&"))
_CHARACTERS = dict(_NAMED)
_LONG = 1024


def tags_of(text: bytes) -> tuple[list[tuple[bytes, bytes, bytes, bytes]], bytes]:
    """The tags of some markup: name where it ends an element, name where it starts one, attributes, and ``/``
    where it ends at once. And the markup, of which text that is long and the content of an element may be
    left out.

    A search by pattern steps through every byte; long text, such as a stack trace, is passed over faster.
    """
    if len(text) < _LONG:
        return _TAG.findall(text), text
    at = text.find(b"<")
    tags, shown = [], [text[:at] if at >= 0 else text]
    while at >= 0:
        found = _TAG.match(text, at)
        if found is None:
            raise NotPlainError
        ends, starts, attributes, closed = found.groups(b"")
        tags.append((ends, starts, attributes, closed))
        behind = found.end() + 1
        after = text.find(b"<", behind)
        sound = starts and not closed and after >= 0 and text.find(b"]", behind, after) < 0  # nor ``]]>``
        shown.append(text[at:behind] if sound else text[at:after] if after >= 0 else text[at:])
        at = after
    return tags, b"".join(shown)


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
