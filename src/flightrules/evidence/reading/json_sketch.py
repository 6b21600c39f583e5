"""What stands at each place of items that look alike, and how JSON spells it as a regular expression."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from typing import Any

__all__ = ["NEVER", "Sketch"]

NEVER = "(?!)"
_DEPTH = 16
_NAMES = 200
_FEW = 32  # the items of an array that are looked at
# Earlier releases go wrong where a possessive group fails half-way (CPython issue 106052).
_LOOP = "*+" if sys.version_info >= (3, 11, 5) else "*"
_ESCAPE = r'\\(?:["\\/bfnrt]|u(?![dD]|0000)[0-9a-fA-F]{4})'  # neither NUL nor half of a character
_NARROW = r"[ !#-\[\]-\xff]*+"  # one bitmap; a class of more characters takes twice the time
_ANY = r'[^"\\\x00-\x1f]*+'
_PLAIN = f'"{_NARROW}"'
_ESCAPED = f'"{_NARROW}(?:{_ESCAPE}{_NARROW}){_LOOP}"'
_WIDE = f'"{_ANY}(?:{_ESCAPE}{_ANY}){_LOOP}"'
_DIGITS = "[1-9][0-9]{0,17}+"
_WHOLE = f"(?:{_DIGITS}|0)"
_NUMBER = rf"-?{_WHOLE}(?:\.[0-9]{{1,17}}+|)"
_NAME = r"[ !#-\[\]-~]+"


class Sketch:
    """What was seen at one place: how often which kind, what keys in what order, how texts are written."""

    __slots__ = ("item", "keys", "kinds", "names", "number", "seen", "text", "unbounded")

    def __init__(self) -> None:
        self.seen = 0
        self.kinds: dict[type, int] = {}
        self.names: list[str] = []
        self.keys: dict[str, Sketch] = {}
        self.item: Sketch | None = None
        self.text = _PLAIN
        self.number = _DIGITS
        self.unbounded = False  # too deep or too various to be spelled out

    def see(self, value: Any, escaped: str, depth: int = 0) -> None:
        """Learn from a streamed value; ``escaped`` is a character that its writer escapes without need."""
        kind = type(value)
        self.seen += 1
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind is str:
            if self.text is not _WIDE:
                self._see_text(value, escaped)
        elif kind is tuple:
            self._see_object(value, escaped, depth + 1)
        elif kind is list:
            self.item = self.item or Sketch()
            self.unbounded = self.unbounded or depth > _DEPTH
            for one in value[: 0 if self.unbounded else _FEW]:
                self.item.see(one, escaped, depth + 1)
        elif kind is int or kind is Decimal:
            self._see_number(value)

    def scalar(self, kind: type) -> str:
        """How a value of that kind is written here."""
        if kind is str:
            return self.text
        if kind is bool:
            return "true|false"
        return "null" if kind is type(None) else self.number

    def _see_text(self, value: str, escaped: str) -> None:
        if value.isascii():
            if '"' in value or "\\" in value or escaped in value or not value.isprintable():
                self.text = _ESCAPED
        else:
            self.text = _ESCAPED if max(value) <= "\xff" else _WIDE

    def _see_number(self, value: int | Decimal) -> None:
        if type(value) is not int or value < 0:
            self.number = _NUMBER
        elif value == 0 and self.number is _DIGITS:
            self.number = _WHOLE

    def _see_object(self, pairs: tuple[tuple[str, Any], ...], escaped: str, depth: int) -> None:
        names, keys, place = self.names, self.keys, 0
        if depth > _DEPTH or len(names) > _NAMES:
            self.unbounded = True
            return
        for name, value in pairs:
            if name not in keys:
                keys[name] = Sketch()
                names.insert(place, name)
                self.unbounded = self.unbounded or re.fullmatch(_NAME, name) is None
            if place < len(names) and names[place] == name:
                place += 1
            else:  # some keys are left out, or stand in another order
                place = max(place, names.index(name) + 1)
            keys[name].see(value, escaped, depth)
