"""A threshold: a number, its unit, and the words behind it that belong to the subject."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.patterns import late
from flightrules.values import frozen

__all__ = ["LOAD_REMARK", "Quantity", "in_percent", "in_points", "may_be_thousands", "read_quantity"]

LOAD_REMARK = late(  # such as ``staging, 1,000 users``
    r"(?:(?P<env>[a-z][\w-]*)\s*,\s*)?(?P<n>[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)\s*(?P<unit>rps|users)"
)
_POINTED = late(r"[1-9][0-9]{0,2}\.[0-9]{3}")

_UNITS = {
    "ms": "ms", "milliseconds": "ms", "s": "s", "sec": "s", "seconds": "s", "second": "s",
    "rps": "1/s", "req/s": "1/s", "/s": "1/s", "percent": "%", "per cent": "%", "%": "%",
    "defects/kloc": "1/KLOC", "bugs/kloc": "1/KLOC", "/kloc": "1/KLOC",
    "per kloc": "1/KLOC", "defects per kloc": "1/KLOC", "bugs per kloc": "1/KLOC",
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


def in_points(value: Decimal) -> str:
    """A score from 0 to 1, as Lighthouse writes it into its file, in the points that it shows."""
    return f"{(value * 100).normalize():f}"


def may_be_thousands(number: str) -> bool:
    """Whether half of the world reads a thousand times as much: ``1.000`` users."""
    return _POINTED.fullmatch(number) is not None


def read_quantity(numbers: list[Any], words: list[Any]) -> Quantity:
    """The quantity that stands beside an operator.

    Args:
        numbers: the number's token, and a percent sign where one follows.
        words: what stands behind it: unit, subject, remarks.
    """
    percent = any(getattr(token, "type", "") == "PERCENT" for token in numbers)
    remarks = [word for word in words if str(word).startswith("(")]
    plain = [word for word in words if not str(word).startswith("(")]
    unit = "%" if percent else _take_unit(plain)
    return Quantity(Decimal(str(numbers[0]).replace(",", "")), unit, plain, remarks, numbers[0])


def _take_unit(words: list[Any]) -> str:
    """The unit that the words begin with, taken off them; the longest one wins."""
    for length in (3, 2, 1):
        unit = _UNITS.get(" ".join(str(word).lower() for word in words[:length]))
        if unit is not None and len(words) >= length:
            del words[:length]
            return unit
    return "1"
