"""Items that look alike: one regular expression takes what is wanted, and makes no object of the rest.

A shape is learned from items that the strict decoder has accepted. Its expression names the keys of every
object in their order, each at most once, and spells numbers, strings and white space as JSON has them. So
what it matches is well-formed, holds no key twice, no number out of range, no NUL and no half of a
character, and is no deeper than what was learned. Whatever it does not match is the decoder's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from flightrules.evidence.reading.json_sketch import NEVER, Sketch

__all__ = ["LONGEST_ITEM", "Column", "Kind", "Path", "Raw", "Shape", "Shapes", "Told", "decoded"]

Raw = str | None
"""The JSON text at a wanted path; ``None`` where the item has nothing there."""

Column = tuple[Raw, ...]
"""The texts at one path, of several items."""

Path = tuple[str, ...]
"""Keys from the item inwards; ``[0]`` is an array's first item."""

Kind = Literal["any", "some", "text", "whole"]
"""What may stand at a wanted path, else the item is the decoder's: anything or nothing; anything but null
and nothing; a string that is not empty; a whole number or nothing."""

LONGEST_ITEM = 1 << 16
"""What one match may look at, which bounds the memory that it takes to try."""

_FEWEST = 600  # items; to learn and to compile costs as much as to decode about as many
_SHARE, _MOST = 32, 48  # learn from one item in so many, and not from more
_AGAIN, _EACH = 128, 4  # unlike items until another shape may be worth its making; learn from one in so many
_RARE = 40  # items that are alike for one that is not
_LONGEST = 40_000  # a thousand characters take about a millisecond to compile
_TOLD, _TOLD_LENGTH = 4096, 1024  # texts to remember, and how long they may be
_SPACE = r"[ \t\n\r]*+"
_NOTHING = f"(?:{NEVER}()|)"  # the group of a path that no item had
_WHOLE = "-?(?:0|[1-9][0-9]{0,17}+)"
_BETWEEN = r'\{"[^"\\]*"(: ?)(?:"[^"\\]*"|[^"{}\[\],\s]+)(, ?)"'
_decoder = json.JSONDecoder(object_pairs_hook=tuple, parse_float=Decimal)
_scan = _decoder.scan_once  # type: ignore[attr-defined]  # the stubs leave out what raw_decode wraps


def decoded(raw: Raw) -> Any:
    """What a wanted text says, as ``json_stream`` gives it: objects as tuples of pairs; None for nothing."""
    if raw is None:
        return None
    if raw[0] == '"' and "\\" not in raw:
        return raw[1:-1]
    return _scan(raw, 0)[0]


class Told(dict[Any, Any]):
    """What a text, or several, mean: understood at first sight and remembered while there is room."""

    def __init__(self, understand: Callable[[Any], Any]) -> None:
        """``understand`` takes the key: one ``Raw``, or a tuple of them."""
        super().__init__()
        self._understand = understand

    def __missing__(self, raw: Any) -> Any:
        made = self._understand(raw)
        if len(self) < _TOLD and sum(len(one) for one in raw or () if one) < _TOLD_LENGTH:
            self[raw] = made
        return made


class _Leaf:
    __slots__ = ("kind", "path")

    def __init__(self, path: Path, kind: Kind) -> None:
        self.path = path
        self.kind = kind


_Tree = dict[str, Any]  # by key, or "[0]" for the first item: a leaf, or another tree


def _tree(wanted: Mapping[Path, Kind]) -> _Tree:
    tree: _Tree = {}
    for path, kind in wanted.items():
        node = tree
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node[path[-1]] = _Leaf(path, kind)
    return tree


def _musts(wanted: _Tree | _Leaf) -> set[Path]:
    """The paths where something must stand."""
    if isinstance(wanted, _Leaf):
        return {wanted.path} if wanted.kind in ("some", "text") else set()
    return {path for one in wanted.values() for path in _musts(one)}


class Shape:
    """One compiled expression: ``match`` takes an item and the comma behind it."""

    def __init__(self, sketch: Sketch, wanted: Mapping[Path, Kind], raw: str) -> None:
        """Spell the sketch with the white space that one item's text has.

        Raises:
            OverflowError: it would take too long to compile, or could match nothing.
        """
        self._colon, self._comma, self._pad = f"{_SPACE}:{_SPACE}", f"{_SPACE},{_SPACE}", _SPACE
        tight = None if "\n" in raw else re.search(_BETWEEN, raw)
        if tight is not None:
            self._colon, self._comma, self._pad = tight[1], tight[2], ""
        self._groups: dict[Path, int] = {}
        tree = _tree(wanted)
        item = self._way(tuple, sketch, tree)
        if len(item) > _LONGEST or not self._groups.keys() >= _musts(tree):
            raise OverflowError
        self.match = re.compile(rf"{_NOTHING}{item}{_SPACE},{_SPACE}(?=\{{)").match
        self._places = [self._groups.get(path, 0) for path in wanted]

    def columns(self, rows: Sequence[Column]) -> list[Column]:
        """The groups of several matches, as the texts at each of the wanted paths."""
        columns = list(zip(*rows, strict=True))
        return [columns[place] for place in self._places]

    def _value(self, sketch: Sketch, wanted: _Tree | _Leaf) -> str:
        if isinstance(wanted, _Leaf):
            self._groups[wanted.path] = len(self._groups) + 1
            return f"({self._leaf(sketch, wanted.kind)})"
        kinds = sorted(sketch.kinds, key=lambda one: -sketch.kinds[one])
        ways = "|".join(self._way(kind, sketch, wanted) for kind in kinds)
        # a group takes 8 us to compile, a tenth of a shape in all
        return ways if len(kinds) == 1 and bool not in kinds else f"(?:{ways})"

    def _leaf(self, sketch: Sketch, kind: Kind) -> str:
        if kind == "text":
            return f'(?!""){sketch.text}'
        if kind == "whole":
            return _WHOLE
        anything = self._value(sketch, {})
        return f"(?!null){anything}" if kind == "some" else anything

    def _way(self, kind: type, sketch: Sketch, wanted: _Tree) -> str:
        """One kind of value; where something inside is wanted, any but its container is the decoder's."""
        if sketch.unbounded:
            return NEVER
        if kind is tuple and "[0]" not in wanted:
            return self._object(sketch, wanted)
        if kind is list and wanted.keys() <= {"[0]"}:
            return self._array(sketch, wanted)
        return NEVER if wanted else sketch.scalar(kind)

    def _array(self, sketch: Sketch, wanted: _Tree) -> str:
        """Items with commas between; spelled once where nothing is wanted, for nesting would double it."""
        if sketch.item is None or not sketch.item.seen:
            return rf"\[{self._pad}\]"
        other = self._value(sketch.item, {})
        if not wanted:
            items = rf"(?:{other}(?:{self._comma}(?!\])|(?={self._pad}\])))*"
        else:
            items = f"{self._value(sketch.item, wanted['[0]'])}(?:{self._comma}{other})*"
            items = items if _musts(wanted) else f"(?:{items}|)"
        return rf"\[{self._pad}{items}{self._pad}\]"

    def _object(self, sketch: Sketch, wanted: _Tree) -> str:
        """Every key in its place; the first key that is always there decides where the commas stand."""
        always = {one for one in sketch.names if sketch.keys[one].seen == sketch.kinds[tuple]}
        always |= {one for one in wanted if _musts(wanted[one])}
        before, spelled = bool(always), []
        for name in sketch.names:
            pair = f'"{re.escape(name)}"{self._colon}{self._value(sketch.keys[name], wanted.get(name, {}))}'
            if not always:
                pair = rf'(?:{pair}(?:{self._comma}(?=")|(?={self._pad}\}}))|)'
            elif before and name not in always:
                pair = f"(?:{pair}{self._comma}|)"
            elif before:
                before = False
            else:
                pair = f"{self._comma}{pair}" if name in always else f"(?:{self._comma}{pair}|)"
            spelled.append(pair)
        return rf"\{{{self._pad}{''.join(spelled)}{self._pad}\}}"


class Shapes:
    """Learns from items while they are decoded; ``shape`` is there as soon as there is one for them."""

    def __init__(self, wanted: Mapping[Path, Kind], size: int) -> None:
        """Learn what to do for a document of that many bytes."""
        self.shape: Shape | None = None
        self.hits = 0  # items that the shape took
        self._wanted = wanted
        self._size = size
        self._sketch = Sketch()
        self._missing = -1  # unlike items until the next shape; 0 for never again
        self._made = 0
        self._hits_before = 0

    def learn(self, item: Any, raw: str) -> None:
        """See a decoded item that no shape took, and its text."""
        if self._missing < 0:
            items = self._size // len(raw)
            self._missing = min(items // _SHARE, _MOST) if items >= _FEWEST else 0
        if not self._missing or type(item) is not tuple:
            return
        self._missing -= 1
        if not self._made or self._missing % _EACH == 0:
            self._sketch.see(item, "/" if "\\/" in raw else '"')
        if not self._missing:
            self._make(raw)

    def give_up(self) -> None:
        """No shape any more: who takes the items wants them whole."""
        self.shape, self._missing = None, 0

    def _make(self, raw: str) -> None:
        """Another shape, unless this one fits nearly always, or no better than the one before it."""
        hits, self.hits, self._missing = self.hits, 0, _AGAIN
        if hits >= _RARE * _AGAIN:
            return
        if self._made > 1 and hits <= 2 * self._hits_before:
            self._missing = 0
            self.shape = self.shape if hits > _AGAIN else None
            return
        self._hits_before = hits
        self._made += 1
        try:
            self.shape = Shape(self._sketch, self._wanted, raw)
        except OverflowError:
            self.shape = None
