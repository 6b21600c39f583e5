"""A threshold: a number, its unit, and the words behind it that belong to the subject."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.values import frozen

__all__ = ["Quantity", "in_percent", "read_quantity"]

_UNITS = {
    "ms": "ms", "milliseconds": "ms", "s": "s", "sec": "s", "seconds": "s", "second": "s",
    "rps": "1/s", "req/s": "1/s", "/s": "1/s", "percent": "%", "%": "%",
    "defects/kloc": "1/KLOC", "bugs/kloc": "1/KLOC", "/kloc": "1/KLOC",
}  # fmt: skip


@frozen
class Quantity:
    """``rest`` are words such as ``new findings`` in ``0 new findings``; ``remarks`` stand in brackets."""

    value: Decimal
    unit: str
    rest: list[Any]
    remarks: list[Any]
    token: Any


def in_percent(value: Decimal) -> str:
    """What to write for a share without its sign: 0.97 is far more often 97 % than 0.97 %."""
    if 0 < value <= 1:
        return f"write {(value * 100).normalize():f}%, or {value}% if so little is meant"
    return f"write {value}%"


def read_quantity(comparison: Any) -> Quantity:
    """The quantity behind an operator in the parse tree."""
    tokens = comparison.children
    number = tokens[1]
    percent = any(getattr(token, "type", "") == "PERCENT" for token in tokens)
    phrase = tokens[-1] if hasattr(tokens[-1], "data") else None
    words = [item.children[0] for item in phrase.children] if phrase is not None else []
    remarks = [word for word in words if str(word).startswith("(")]
    plain = [word for word in words if not str(word).startswith("(")]
    unit = "%" if percent else "1"
    if plain and not percent and str(plain[0]).lower() in _UNITS:
        unit = _UNITS[str(plain.pop(0)).lower()]
    return Quantity(Decimal(str(number).replace(",", "")), unit, plain, remarks, number)
