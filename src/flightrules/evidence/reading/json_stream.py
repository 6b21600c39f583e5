"""Big JSON documents in bounded memory: the items of named arrays are decoded one at a time.

The standard library's scanner does the work on a sliding window of text; each item must fit into memory,
the document need not. Strictness is that of ``reading.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.json import malformed, refuse_bad_text, require, strict_decoder
from flightrules.evidence.reading.json_shapes import LONGEST_ITEM, Shape, Shapes
from flightrules.evidence.reading.json_targets import Each, Target, targets
from flightrules.evidence.reading.memory import keep_at_hand
from flightrules.evidence.reading.utf8_pieces import pieces, position
from flightrules.evidence.source import Source

__all__ = ["ITEM_LIMIT", "Walker", "fields", "plain", "stream"]

ITEM_LIMIT = 2_000_000
_RUN_LIMIT = 100_000
_OBJECT_LIMIT = 300_000
_VALUE_LIMIT = 32 << 20
_STRING_LIMIT = 8 << 20
_LARGE = 1 << 20
_CHUNK = 1 << 18
_BATCH = 64  # items; more would only take memory
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
_SPACE = re.compile(r"[ \t\n\r]*")
_SUSPICIOUS = re.compile(r"\\u(?:[dD]|0000)")  # half a character, or NUL
_NEAR_END = 16  # longer than every literal and number part that a window's end can cut


def stream(source: Source, arrays: Mapping[str, Each]) -> Any:
    """Give the items of the named arrays to their callbacks and return the rest of the document.

    ``arrays`` maps the path of an array to the callback for its items: ``issues`` is a key of the top
    object, ``runs[].results`` a key in every item of ``runs``, ``[]`` the document itself, ``[].results``
    a key in each of its items. In the document that is returned these arrays are empty lists; where
    something else than an array stands there, it is left as it is, for the format to judge.

    Items look different from the rest: an object in an item is a *tuple of pairs*, so that objects nobody
    reads cost no more than scanning them. Turn those that are read into a ``dict`` with ``fields`` (one
    level) or ``plain`` (all levels); both refuse duplicate keys. Lists are lists,
    numbers ``int`` or ``Decimal``.
    The rest of the document is made of ordinary dicts.

    A callback that has a method ``enter`` is told, before the items of each array, the object around it
    as far as it was read; the same dict is filled further and stands in the answer.

    A callback that has ``wanted``, paths inside of an item with what may stand there, is not given
    the items that look like most. Its method ``take`` gets the JSON texts at these paths, a column for each,
    of some items at once (see ``json_shapes``). Where it answers false, having taken none, they and all that
    follow come as items. Only inside of objects and arrays is anything looked for.

    Raises:
        EvidenceError: as ``reading.json.decode``, and E_TOO_MANY_ITEMS, E_FIELD_TOO_LONG.
    """
    return Walker(source, targets(arrays)).document()


def fields(item: Any, what: str, name: str) -> dict[str, Any]:
    """One object of a streamed item as a dict; its values stay as they are.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_DUPLICATE_KEY.
    """
    if type(item) is tuple:
        built: dict[str, Any] = dict(item)
        if len(built) == len(item):
            return built
        raise EvidenceError("E_DUPLICATE_KEY", f"{what} holds a key twice", file=name, hint="keep one")
    found: dict[str, Any] = require(item, dict, what, name)
    return found


def plain(item: Any, what: str, name: str) -> Any:
    """A streamed item as ordinary dicts and lists on all levels; for items that are read in full.

    Raises:
        EvidenceError: E_DUPLICATE_KEY, E_TOO_DEEP.
    """
    try:
        return _plain(item, what, name)
    except RecursionError:
        raise EvidenceError("E_TOO_DEEP", f"{what} is nested too deeply", file=name) from None


def _plain(item: Any, what: str, name: str) -> Any:
    if type(item) is tuple:
        return {key: _plain(value, what, name) for key, value in fields(item, what, name).items()}
    return [_plain(value, what, name) for value in item] if type(item) is list else item


class Walker:
    """A window of text over the source and the place in it that comes next.

    ``later`` takes the items of an array behind the text; it gives their number and the text that follows.
    """

    def __init__(
        self,
        source: Source,
        tree: Target,
        text: Iterator[str] | None = None,
        later: Callable[[Each], tuple[int, Iterator[str]]] | None = None,
    ) -> None:
        keep_at_hand()
        self._source = source
        self._tree = tree
        self._pieces = pieces(source, _CHUNK) if text is None else text
        self._later = later
        self._text = ""
        self._at = 0
        self._passed = 0  # characters that have left the window
        self._ended = False
        self._escapes = False
        self._shapes: dict[Each, Shapes] = {}
        self._rest = strict_decoder(source.name).raw_decode
        strict = strict_decoder(source.name)
        self._item = json.JSONDecoder(
            object_pairs_hook=tuple, parse_float=strict.parse_float, parse_constant=strict.parse_constant
        ).raw_decode

    def document(self) -> Any:
        if not self._next():
            raise EvidenceError("E_EMPTY", "the file has no content", file=self._source.name)
        found = self._walk(self._tree, None)
        if self._next():
            raise self._refusal("Extra data")
        return found

    def items(self, callback: Each) -> tuple[int, str]:
        """Give the items of the array that begins here to the callback: how many, and what is left."""
        self._next()
        return self._stream(callback, None), self._text[self._at :]

    def _walk(self, node: Target, around: dict[str, Any] | None) -> Any:
        mark = self._next()
        if mark == "[" and node.callback is not None:
            self._stream(node.callback, around)
            return []
        if mark == "[" and node.item is not None:
            return self._list(node.item)
        if mark == "{" and node.keys:
            return self._object(node.keys)
        return self._value(self._rest)

    def _object(self, keys: dict[str, Target]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._at += 1
        if self._next() == "}":
            self._at += 1
            return found
        while True:
            key = self._key()
            if key in found:
                raise EvidenceError(
                    "E_DUPLICATE_KEY",
                    f"the key {key[:80]!r} stands twice in one object",
                    file=self._source.name,
                    hint="keep one",
                )
            found[key] = None
            node = keys.get(key)
            found[key] = self._value(self._rest) if node is None else self._walk(node, found)
            if self._step("}"):
                return found
            self._bound(len(found), _RUN_LIMIT)

    def _key(self) -> str:
        if self._next() != '"':
            raise self._refusal("Expecting property name enclosed in double quotes")
        key: str = self._value(self._rest)
        if self._next() != ":":
            raise self._refusal("Expecting ':' delimiter")
        self._at += 1
        self._next()
        return key

    def _list(self, node: Target) -> list[Any]:
        found: list[Any] = []
        for _ in self._places():
            found.append(self._walk(node, None))
            self._bound(len(found), _RUN_LIMIT)
        return found

    def _stream(self, callback: Each, around: dict[str, Any] | None) -> int:
        enter = getattr(callback, "enter", None)
        if enter is not None:
            enter(around if around is not None else {})
        count, shapes = 0, self._shapes_of(callback)
        for _ in self._places():
            while taken := self._run(callback, shapes):
                count += taken
                if len(self._text) - self._at >= _CHUNK or not self._more():
                    break
            if self._later is not None and self._at == len(self._text) and not self._more():
                taken, self._pieces = self._later(callback)
                self._later, self._ended = None, False
            else:
                callback(self._value(self._item))
                taken = 1
            count += taken
            self._bound(count)
        return count

    def _shapes_of(self, callback: Each) -> Shapes | None:
        """What is known of the items of this callback; pages of an answer learn from one another."""
        if callback not in self._shapes and hasattr(callback, "wanted"):
            self._shapes[callback] = Shapes(callback.wanted, self._source.size)
        return self._shapes.get(callback)

    def _run(self, callback: Each, shapes: Shapes | None) -> int:
        """The items that lie in the window with the beginning of their successor, without further ado.

        Whatever is unusual is left to ``_value``, which knows what to do or to say. Stops while twice
        the longest item is left: to run into the window's end costs an exception.
        """
        text, at, decode, count, longest = self._text, self._at, self._item, 0, 0
        while len(text) - at > 2 * longest:
            if shapes is not None and shapes.shape is not None:
                taken, at, longest = self._alike(callback, shapes.shape, at, longest)
                if taken < 0:
                    shapes.give_up()
                    continue
                count += taken
                shapes.hits += taken
                if taken == _BATCH or len(text) - at <= 2 * longest:
                    continue
            try:
                value, end = decode(text, at)
                if text[end] == "," and text[end + 1] > " ":
                    after = end + 1
                else:
                    comma = _COMMA.match(text, end)
                    after = comma.end() if comma is not None else len(text)
            except (ValueError, IndexError, RecursionError):
                break
            if after >= len(text) or self._is_odd(at, end):
                break
            callback(value)
            if shapes is not None:
                shapes.learn(value, text[at:end])
            count += 1
            longest = max(longest, end - at)
            at = after
        self._at = at
        return count

    def _alike(self, callback: Any, shape: Shape, at: int, longest: int) -> tuple[int, int, int]:
        """The items from there on that have the shape: how many, where the next begins, and the longest."""
        text, match, start, rows = self._text, shape.match, at, []
        last = len(text) - 2 * longest
        for _ in range(_BATCH):
            found = match(text, at, at + LONGEST_ITEM) if at < last else None
            if found is None:
                break
            rows.append(found.groups())
            end = found.end()
            if end - at > longest:
                longest = end - at
                last = len(text) - 2 * longest
            at = end
        if rows and not callback.take(shape.columns(rows)):
            return -1, start, longest
        return len(rows), at, longest

    def _places(self) -> Iterator[None]:
        """Stops at the beginning of each item of the array that begins here."""
        self._at += 1
        if self._next() == "]":
            self._at += 1
            return
        while True:
            yield
            if self._step("]"):
                return

    def _step(self, closing: str) -> bool:
        """Over the comma, or over the closing bracket, which ends it."""
        mark = self._next()
        if mark not in (",", closing):
            raise self._refusal("Expecting ',' delimiter")
        self._at += 1
        if mark == ",":
            self._next()
        return mark == closing

    def _next(self) -> str:
        """The next character that is no white space; empty at the end of the document."""
        while True:
            at = self._at
            mark = self._text[at : at + 1]
            if mark > " ":
                return mark
            space = _SPACE.match(self._text, at)
            self._at = space.end() if space is not None else at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _value(self, decode: Callable[[str, int], tuple[Any, int]]) -> Any:
        while True:
            text, at = self._text, self._at
            try:
                value, end = decode(text, at)
            except json.JSONDecodeError as error:
                if self._is_cut(error) and not self._ended:
                    self._more()
                    continue
                raise self._malformed(error) from None
            except RecursionError:
                raise EvidenceError(
                    "E_TOO_DEEP", "the document is nested too deeply", file=self._source.name
                ) from None
            except ValueError:
                raise EvidenceError(
                    "E_NUMBER", "a number has too many digits", file=self._source.name
                ) from None
            if end + _NEAR_END < len(text) or self._ended or isinstance(value, (str, list, tuple, dict)):
                break
            self._more()  # the number may go on
        if self._is_odd(at, end):
            self._check(value, text, at, end)
        self._at = end
        return value

    def _is_odd(self, at: int, end: int) -> bool:
        """Whether a value is so large, or written in such a way, that it takes a closer look."""
        return end - at > _LARGE or (self._escapes and _SUSPICIOUS.search(self._text, at, end) is not None)

    def _check(self, value: Any, text: str, at: int, end: int) -> None:
        if end - at > _LARGE:
            self._bound_text(text, at, end)
        refuse_bad_text(value, self._source.name)

    def _bound_text(self, text: str, at: int, end: int) -> None:
        """Refuse a value whose objects would not fit into memory although its text does."""
        self._bound(text.count(",", at, end))
        self._bound(text.count("{", at, end) + text.count("[", at, end), _OBJECT_LIMIT)

    def _bound(self, count: int, limit: int = ITEM_LIMIT) -> None:
        if count > limit:
            raise EvidenceError(
                "E_TOO_MANY_ITEMS",
                f"a list has more than {limit} items",
                file=self._source.name,
                hint="split the report",
            )

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether the window's end, not the document, may be at fault."""
        return error.msg.startswith("Unterminated string") or error.pos + _NEAR_END >= len(self._text)

    def _more(self) -> bool:
        """Add to the window at least what is left in it, so that growing costs linear time."""
        if self._ended:
            return False
        left = self._text[self._at :]
        self._refuse_long(left)
        self._passed += self._at
        added, wanted = [left], max(len(left), 1)
        while wanted > 0:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            added.append(piece)
            wanted -= len(piece)
        self._text, self._at = "".join(added), 0
        self._escapes = "\\" in self._text
        return len(self._text) > len(left)

    def _refuse_long(self, left: str) -> None:
        if len(left) > _VALUE_LIMIT:
            raise EvidenceError(
                "E_FIELD_TOO_LONG",
                f"one value is longer than {_VALUE_LIMIT} characters",
                file=self._source.name,
            )
        if len(left) > _LARGE:
            self._bound_text(left, 0, len(left))

    def _refusal(self, message: str) -> EvidenceError:
        return self._malformed(json.JSONDecodeError(message, self._text, self._at))

    def _malformed(self, error: json.JSONDecodeError) -> EvidenceError:
        refusal = malformed(error, self._text, self._source.name, 1)
        refusal.line, refusal.column = position(self._source, self._passed + error.pos)
        return refusal
