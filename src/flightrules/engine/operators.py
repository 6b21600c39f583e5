"""The table of operators, exact at the boundary, and the display that never crosses a threshold."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from flightrules.rules.criterion import Operator

__all__ = ["OPERATORS", "compare", "rate", "shown"]

OPERATORS: dict[Operator, Callable[[Decimal, Decimal], bool]] = {
    Operator.AT_LEAST: operator.ge,
    Operator.AT_MOST: operator.le,
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.MORE: operator.gt,
    Operator.LESS: operator.lt,
}
_MOST_PLACES = 40


def compare(actual: Decimal, wanted: Operator, threshold: Decimal) -> bool:
    """Whether the actual value meets the threshold; no rounding takes part."""
    return OPERATORS[wanted](actual, threshold)


def rate(part: int | Decimal, whole: int | Decimal) -> Decimal:
    """``100 * part / whole`` to 50 digits.

    A quotient of counts below 10^20 differs from every threshold of up to 20 digits that it does not equal
    by more than 10^-40, so 50 digits decide every comparison as exact fractions would.
    """
    with localcontext(prec=50):
        return Decimal(part) * 100 / Decimal(whole)


def shown(actual: Decimal, threshold: Decimal | None = None, *, places: int = 2) -> str:
    """The value with few digits, but never on the other side of the threshold or upon it by rounding.

    96.996 against 97 is shown as 96.996, not as 97.00.
    """
    with localcontext(prec=60):
        for digits in range(places, _MOST_PLACES):
            text = actual.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
            if threshold is None or _side(text, threshold) == _side(actual, threshold):
                return _trimmed(text)
    return format(actual, "f")


def _side(value: Decimal, threshold: Decimal) -> int:
    return (value > threshold) - (value < threshold)


def _trimmed(value: Decimal) -> str:
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
