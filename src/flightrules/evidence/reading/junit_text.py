"""JUnit test cases as blocks of text: one split of a piece of markup gives all that look like its first.

A report of one tool writes every case with the same attributes in the same order. Where this is so, what
stands between two cases is their children and the suites around them; where it is not, nothing is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import compress

from flightrules.evidence.reading.junit_words import END_ATTRIBUTES
from flightrules.evidence.reading.sound_text import CDATA, COMMENT
from flightrules.evidence.reading.xml_markup import ATTRIBUTES, tags_of
from flightrules.evidence.reading.xml_pieces import NotPlainError
from flightrules.values import NamedTuple

__all__ = ["Block", "CaseText", "Gap", "Shape", "Tag"]

_FIRST = re.compile(rb'<testcase((?: [A-Za-z_][\w.-]*+="[^"]*+")++) ?/?>')
_KEYS = re.compile(rb' ([^\s=]++)="[^"]*+"')
_WANTED = ("name", "classname", "file", "time")
_CELL = '[^"]*+'
_SECONDS = "[0-9]{1,9}+(?:[.][0-9]{0,18}+)?+(?:[eE]-?[0-9]{1,2}+)?+"  # what `float` reads, and no surprise
_CASE = b"<testcase"
_RUN = b"<_/><_/>"
_SHAPES, _KEY_LIMIT = 64, 64
# a case that ends at once, or holds nothing but what it printed, or is open
_OUTPUT = r"<system-(?:out ?/>|err ?/>|out>[^<\]]*+</system-out>|err>[^<\]]*+</system-err>)"
_QUIET = rf"(?:/>\s*+(?!>)|>\s*+(?:{_OUTPUT}\s*+)*+</testcase>\s*+(?!>)|(?=>))"
_CASE_FRAME = "<testcase(%s) ?" + _QUIET
# what stands between cases where the next suite begins
_NEXT_SUITE = re.compile(rb"</testsuite>\s*+<testsuite(%s)\s*+>\s*+" % ATTRIBUTES)

# the name if it ends an element, the name if it starts one, its attributes, and whether it ends at once
Tag = tuple[bytes, bytes, bytes, bytes]
# What follows case number ``at - 1``: ``at``, whether that case is open, the tags; or, where a suite ends and
# the next begins, that one's attributes instead of tags.
Gap = tuple[int, bool, Sequence[Tag] | bytes]


def _pattern(keys: Sequence[str], cells: dict[str, str], frame: str = "%s") -> re.Pattern[bytes]:
    row = "".join(f' {re.escape(key)}="{cells.get(key, _CELL)}"' for key in keys)
    return re.compile((frame % row).encode())


class Shape:
    """Attributes of cases in their order, and the patterns for them; patterns are made when needed."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys
        ends = [key for key in keys if key.lower() in END_ATTRIBUTES]
        self._names = [key for key in keys if key in _WANTED or key in ends]
        self.may_be_plain = "name" in keys and not ends

    @cached_property
    def plain(self) -> re.Pattern[bytes]:
        """Cases with a name and a time in plain digits."""
        return _pattern(self._keys, {"name": '[^"]++', "time": _SECONDS}, _CASE_FRAME)

    @cached_property
    def any(self) -> re.Pattern[bytes]:
        """All cases of this shape."""
        return _pattern(self._keys, {}, _CASE_FRAME)

    @cached_property
    def _cells(self) -> re.Pattern[bytes]:
        return _pattern(self._keys, dict.fromkeys(self._names, f"({_CELL})"))

    def table(self, text: bytes) -> dict[str, list[bytes]]:
        """The cells of a block's cases by column, as they stand in the file."""
        flat, width = self._cells.split(text), len(self._names) + 1
        return {name: flat[at::width] for at, name in enumerate(self._names, 1)}

    def only(self, text: bytes, keep: Sequence[bool]) -> bytes:
        """A block's cases whose flag is set."""
        start = b' %b="' % self._keys[0].encode()  # no value holds a quote, so this is where a case starts
        return b"".join([start + one for one in compress(text.split(start)[1:], keep)])


class Block(NamedTuple):
    """Cases of one shape: how many, their attributes as they stand in the file, and what is between them.

    ``plain``: every case has a name, a time in plain digits if any, and no attribute that tells its end.
    ``outline``: what a parser has to see of the piece, if all its characters are sound.
    """

    cases: int
    text: bytes
    shape: Shape
    plain: bool
    gaps: list[Gap]
    outline: bytes


_NO_SHAPE = Shape(())


class CaseText:
    """Splits pieces of a report; remembers the shapes that its cases had."""

    def __init__(self) -> None:
        self._shapes: dict[bytes, Shape] = {}

    def split(self, text: bytes) -> Block:
        """Split one piece.

        Raises:
            NotPlainError: its cases do not look alike.
        """
        first = _FIRST.search(text)
        if first is None:
            if _CASE in text:
                raise NotPlainError
            gaps, outline = _gaps([text]) or ([], b"")
            return Block(0, b"", _NO_SHAPE, False, gaps, outline)
        shape = self._shape(b" ".join(_KEYS.findall(first[1])))
        block = _block(text, shape, plain=True) if shape.may_be_plain else None
        block = block or _block(text, shape, plain=False)
        if block is None:
            raise NotPlainError
        return block

    def _shape(self, keys: bytes) -> Shape:
        found = self._shapes.get(keys)
        if found is None:
            names = keys.decode().split(" ")
            again = len(set(names)) < len(names) or "xmlns" in names
            if again or len(self._shapes) >= _SHAPES or len(names) > _KEY_LIMIT:
                raise NotPlainError
            found = self._shapes[keys] = Shape(names)
        return found


def _block(text: bytes, shape: Shape, *, plain: bool) -> Block | None:
    flat = (shape.plain if plain else shape.any).split(text)
    found, rows = _gaps(flat[::2]), b"".join(flat[1::2])
    if found is None or b"<" in rows or CDATA in rows or COMMENT in rows:
        return None
    return Block(len(flat) // 2, rows, shape, plain, *found)


def _gaps(rests: list[bytes]) -> tuple[list[Gap], bytes] | None:
    """What stands before, between and behind the cases, and what a parser has to see of it all; ``None`` if
    a case of another shape is in it.

    Two elements stand for each run of cases: they may stand where cases may, and not as the whole document.
    """
    gaps: list[Gap] = []
    shown = [] if rests[0] else [b""]
    for at, text in compress(enumerate(rests), rests):
        if found := _NEXT_SUITE.fullmatch(text):
            gaps.append((at, False, found[1]))
            shown.append(text)
            continue
        tags, outline = tags_of(text)
        opened = at > 0 and text.startswith(b">")
        if [tag for tag in tags if tag[1] == b"testcase"]:
            return None
        gaps.append((at, opened, tags))
        shown.append(_CASE + outline if opened else outline)
    if not rests[-1]:
        shown.append(b"")
    return gaps, _RUN.join(shown)
