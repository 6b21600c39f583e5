"""Declared types of single values: how each is read from text, described and put into the JSON Schema.

A shape is the only place where text becomes a value. The loader, the JSON Schema and the reference page are
all derived from the same shapes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Row
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from flightrules.errors import RulebookError
from flightrules.patterns import late
from flightrules.rules.node import Node, Text, fault
from flightrules.rules.script import refuse_mixed_scripts
from flightrules.values import frozen

__all__ = [
    "Always",
    "Choice",
    "Collected",
    "Duration",
    "Flag",
    "Name",
    "Number",
    "Paragraph",
    "Removal",
    "Shape",
    "Timestamp",
    "Whole",
    "nearest",
    "single",
]

T = TypeVar("T")
# Those that few rulebooks need are compiled when they are met.
_DURATION_PART = r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)\s*"
_NUMBER = late(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_TIMESTAMP = r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?\s?([Zz]|[+-]\d{2}:\d{2})?"
_NAME = re.compile(r"[^\W_][\w.\-]{0,99}")
_SPACED_LIMIT = 200
_DIGITS_LIMIT = 40
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_UNIT_WORDS = {
    "ms": ("ms", "millisecond", "milliseconds"),
    "s": ("s", "sec", "second", "seconds"),
    "m": ("m", "min", "minute", "minutes"),
    "h": ("h", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
}
_UNIT_OF = {word: unit for unit, words in _UNIT_WORDS.items() for word in words}
_NOT_FINITE = frozenset({".nan", ".inf", "-.inf", "+.inf", "nan", "inf", "-inf", "infinity", "-infinity"})


@frozen
class Removal:
    """An entry that the rulebook took out of its profile."""

    section: str
    id: str
    reason: str
    where: str


class Collected:
    """What reading a tree gathers beside the value: removals and, when asked for, every error.

    With ``errors`` as a list, reading goes on after an error; without it the first error is raised.
    """

    def __init__(self, errors: list[RulebookError] | None = None) -> None:
        self.errors = errors
        self.removals: list[Removal] = []

    def report(self, error: RulebookError) -> None:
        """Keep the error, or raise it when nobody collects."""
        if self.errors is None:
            raise error
        self.errors.append(error)


class Shape(Generic[T]):
    """A declared type. ``title`` names it in messages and in the reference."""

    title = "value"

    def read(self, node: Node, collected: Collected) -> T:
        """The value of a node.

        Raises:
            RulebookError: with the node's place.
        """
        raise NotImplementedError

    def merge(self, base: Node, over: Node) -> Node:
        """What stands when a rulebook states ``over`` and its profile ``base``."""
        del base
        return over

    def schema(self) -> dict[str, Any]:
        """The JSON Schema (draft-07) of the value."""
        return {"type": ["string", "number", "boolean"]}


def nearest(word: str, known: Row[str]) -> str | None:
    """The known word that looks most like this one."""
    import difflib

    folded = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(word.casefold(), list(folded), 1, 0.6)
    return folded[found[0]] if found else None


def single(node: Node, title: str) -> str:
    """The text of a node that must be a single value.

    Raises:
        RulebookError: E_WRONG_TYPE, E_MISSING_FIELD.
    """
    if not isinstance(node, Text):
        raise fault("E_WRONG_TYPE", f"expected {title}, found {node.kind}", node, f"write {title} here")
    if node.is_missing:
        raise fault(
            "E_MISSING_FIELD", f"expected {title}, found nothing", node, f"write {title}, or remove the line"
        )
    return node.value


class Paragraph(Shape[str]):
    """Free text, kept as written."""

    def __init__(self, title: str = "a text", *, limit: int = 4000) -> None:
        self.title = title
        self.limit = limit

    def read(self, node: Node, collected: Collected) -> str:
        del collected
        value = single(node, self.title).strip()
        if not value:
            raise fault(
                "E_MISSING_FIELD", f"expected {self.title}, found only spaces", node, f"write {self.title}"
            )
        if len(value) > self.limit:
            raise fault(
                "E_FIELD_TOO_LONG",
                f"the text has {len(value)} characters; the limit is {self.limit}",
                node,
                "shorten it",
            )
        return value


class Name(Shape[str]):
    """An identifier: letters, digits, ``_``, ``.`` and ``-`` in one script; with ``spaced`` also spaces."""

    def __init__(self, title: str = "a name", *, spaced: bool = False) -> None:
        self.title = title
        self.spaced = spaced

    def read(self, node: Node, collected: Collected) -> str:
        del collected
        value = single(node, self.title).strip()
        refuse_mixed_scripts(value, node)
        if self.spaced:
            if 0 < len(value) <= _SPACED_LIMIT and "\n" not in value:
                return value
        elif _NAME.fullmatch(value):
            return value
        raise fault(
            "E_NAME",
            f"{value[:60]!r} is not {self.title}",
            node,
            "use letters, digits, '-', '_' and '.', starting with a letter or digit",
        )

    def schema(self) -> dict[str, Any]:
        if self.spaced:
            return {"type": ["string", "number"]}
        return {"type": ["string", "number"], "pattern": r"^[^\W_][\w.\-]{0,99}$"}


class Number(Shape[Decimal]):
    """An exact decimal; ``percent`` allows a trailing per cent sign."""

    def __init__(
        self,
        title: str = "a number",
        *,
        least: int | None = None,
        most: int | None = None,
        percent: bool = False,
    ) -> None:
        self.title = title
        self.least = least
        self.most = most
        self.percent = percent

    def read(self, node: Node, collected: Collected) -> Decimal:
        del collected
        text = single(node, self.title).strip()
        bare = text.removesuffix("%").rstrip() if self.percent else text
        if bare.casefold() in _NOT_FINITE:
            raise fault(
                "E_NONFINITE", f"{text!r} is not a finite number", node, f"write {self.title} with digits"
            )
        if len(bare) > _DIGITS_LIMIT or not _NUMBER.fullmatch(bare):
            raise fault(
                "E_NUMBER",
                f"{text[:60]!r} is not {self.title}",
                node,
                f"write {self.title} such as {self._example()}",
            )
        value = Decimal(bare)
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            raise fault(
                "E_RANGE",
                f"{text} is out of range: {self.range_words()}",
                node,
                f"choose {self.range_words()}",
            )
        return value

    def range_words(self) -> str:
        """The allowed range in words."""
        if self.least is not None and self.most is not None:
            return f"{self.least} to {self.most}"
        return f"at least {self.least}" if self.least is not None else f"at most {self.most}"

    def _example(self) -> str:
        return f"{self.least if self.least is not None else 5}"

    def schema(self) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "number"}
        if self.least is not None:
            number["minimum"] = self.least
        if self.most is not None:
            number["maximum"] = self.most
        sign = r"\s?%?" if self.percent else ""
        return {"anyOf": [number, {"type": "string", "pattern": rf"^[+-]?[0-9]+(\.[0-9]+)?{sign}$"}]}


class Whole(Shape[int]):
    """A whole number."""

    def __init__(self, title: str = "a whole number", *, least: int = 0, most: int = 1_000_000_000) -> None:
        self.title = title
        self.number = Number(title, least=least, most=most)

    def read(self, node: Node, collected: Collected) -> int:
        value = self.number.read(node, collected)
        if value != value.to_integral_value():
            raise fault("E_NUMBER", f"{value} is not {self.title}", node, "write a number without a fraction")
        return int(value)

    def schema(self) -> dict[str, Any]:
        whole = {"type": "integer", "minimum": self.number.least, "maximum": self.number.most}
        return {"anyOf": [whole, {"type": "string", "pattern": "^[0-9]+$"}]}


class Flag(Shape[bool]):
    """Yes or no; the only place where ``no`` is not a text."""

    title = "yes or no"

    def read(self, node: Node, collected: Collected) -> bool:
        del collected
        value = _YES_NO.get(single(node, self.title).strip().casefold())
        if value is None:
            raise fault(
                "E_WRONG_TYPE",
                f"expected yes or no, found {single(node, self.title)[:60]!r}",
                node,
                "write yes or no",
            )
        return value

    def schema(self) -> dict[str, Any]:
        return {"enum": [True, False, "yes", "no", "true", "false"]}


class Always(Flag):
    """What may be stated and never switched off."""

    title = "yes"

    def __init__(self, why: str) -> None:
        self.why = why

    def read(self, node: Node, collected: Collected) -> bool:
        if not super().read(node, collected):
            raise fault("E_FLOOR", self.why, node, "leave the key out; this holds in every rulebook")
        return True

    def schema(self) -> dict[str, Any]:
        return {"enum": [True, "yes", "true"]}


class Choice(Shape[str]):
    """One of the listed words."""

    def __init__(self, *words: str, aka: dict[str, str] | None = None) -> None:
        self.words = words
        self.aka = aka or {}
        self.title = "one of " + ", ".join(words)

    def read(self, node: Node, collected: Collected) -> str:
        del collected
        text = single(node, self.title).strip()
        word = self.aka.get(text.casefold(), text.casefold())
        if word not in self.words:
            close = nearest(text, self.words)
            hint = f"did you mean {close!r}?" if close else f"write {self.title}"
            raise fault("E_ENUM", f"{text[:60]!r} is none of {', '.join(self.words)}", node, hint)
        return word

    def schema(self) -> dict[str, Any]:
        extra: list[object] = [word for word in self.aka if word not in self.words]
        extra += [int(word) for word in self.words if word.isdigit()]  # editors read 1 as a number
        if "yes" in extra:
            extra += [True, False]
        return {"enum": [*self.words, *extra]}


class Duration(Shape[timedelta]):
    """A length of time with its unit: ``24h``, ``15m``, ``2 days``, ``1 h 30 min``."""

    title = "a duration such as 24h, 15m or 2 days"

    def read(self, node: Node, collected: Collected) -> timedelta:
        del collected
        text = single(node, self.title).strip().casefold()
        if len(text) > _DIGITS_LIMIT:
            raise fault("E_DURATION", "this is not a duration", node, "write 24h, 15m or 2 days")
        if _NUMBER.fullmatch(text):
            raise fault("E_UNIT", f"{text} has no unit", node, f"did you mean {text}m or {text}h?")
        at, total = 0, Decimal(0)
        while at < len(text):
            part = re.compile(_DURATION_PART).match(text, at)
            unit = _UNIT_OF.get(part[2]) if part else None
            if part is None or unit is None:
                raise fault("E_DURATION", f"{text!r} is not a duration", node, "write 24h, 15m or 2 days")
            total += Decimal(part[1]) * _UNITS[unit]
            at = part.end()
        if total > 10 * 366 * _UNITS["d"]:
            raise fault("E_RANGE", f"{text!r} is longer than ten years", node, "choose a shorter duration")
        return timedelta(microseconds=int(total * 1000))

    def schema(self) -> dict[str, Any]:
        words = "|".join(sorted(_UNIT_OF, key=len, reverse=True))
        return {"type": "string", "pattern": rf"^\s*([0-9]+(\.[0-9]+)?\s*({words})\s*)+$"}


class Timestamp(Shape[datetime]):
    """A moment with its zone, as RFC 3339 writes it: ``2026-03-01T09:00:00Z``."""

    title = "a moment such as 2026-03-01T09:00:00Z"

    def read(self, node: Node, collected: Collected) -> datetime:
        del collected
        text = single(node, self.title).strip()
        found = re.fullmatch(_TIMESTAMP, text)
        if found is None or not text.isascii():
            raise fault(
                "E_TIME",
                f"{text[:60]!r} is not {self.title}",
                node,
                "write date, time and zone: 2026-03-01T09:00:00Z",
            )
        if found[1] is None:
            raise fault(
                "E_TIME_ZONE",
                f"{text} has no zone",
                node,
                f"write {text}Z for UTC, or an offset such as +01:00",
            )
        try:
            return datetime.fromisoformat(
                text.upper().replace(" +", "+").replace(" -", "-").replace(" Z", "Z")
            )
        except ValueError:
            raise fault(
                "E_TIME", f"{text} is no moment of the calendar", node, "check day, hour and minute"
            ) from None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}.*([Zz]|[+-]\d{2}:\d{2})$"}
