"""Bullet graphs: where value and target lie on a scale, with the side that is good. All exact."""

from __future__ import annotations

from decimal import Decimal

from flightrules.engine.verdict import CriterionResult, Interval
from flightrules.reports.document import Graph
from flightrules.reports.report import MARKS, actual_of, interval_of, target_of
from flightrules.rules.criterion import Operator
from flightrules.rules.render import number

__all__ = ["bullet"]

_HUNDRED = Decimal(100)
_SCALES = ((0, 1), (0, 10), (90, 100), (80, 100), (50, 100), (0, 100))
"""Scales of a rate, narrowest first."""
_MOST = Decimal(10) ** 15  # beyond it a picture says nothing
_GOOD_ABOVE = (Operator.AT_LEAST, Operator.MORE)
_GOOD_BELOW = (Operator.AT_MOST, Operator.LESS)


def bullet(result: CriterionResult) -> Graph | None:
    """The graph of a measured value; ``None`` where words say it better (nothing measured, none allowed)."""
    criterion = result.rule.criterion
    target, actual = criterion.threshold, result.actual
    if actual is None or not 0 <= target < _MOST or not 0 <= actual < _MOST:
        return None
    if criterion.unit != "%" and not target:
        return None
    shown = (target, actual, *_interval(result))
    rate = criterion.unit == "%" and max(shown) <= _HUNDRED
    low, high = _zoom(min(shown), max(shown)) if rate else _from_nought(target, actual)
    at = _place(target, low, high)
    return Graph(
        good=_good(criterion.operator, at),
        target=at,
        value=_place(actual, low, high),
        whisker=_whisker(result.interval, low, high) if criterion.unit == "%" else None,
        ends=(number(low), number(high)),
        mark=MARKS[result.status],
        label=_label(result, low, high),
    )


def _interval(result: CriterionResult) -> tuple[Decimal, ...]:
    interval = result.interval
    return (interval.low, interval.high) if interval and interval.total and result.unit == "%" else ()


def _zoom(least: Decimal, most: Decimal) -> tuple[Decimal, Decimal]:
    """The narrowest scale that holds all of it."""
    low, high = next((low, high) for low, high in _SCALES if low <= least and most <= high)
    return Decimal(low), Decimal(high)


def _from_nought(target: Decimal, actual: Decimal) -> tuple[Decimal, Decimal]:
    room = max(target * 3 / 2, actual * 11 / 10)
    return Decimal(0), room.quantize(Decimal(1), "ROUND_CEILING")


def _place(value: Decimal, low: Decimal, high: Decimal) -> str:
    share = (min(max(value, low), high) - low) * 100 / (high - low)
    return number(share.quantize(Decimal("0.01")))


def _good(operator: Operator, at: str) -> tuple[str, str]:
    if operator in _GOOD_ABOVE:
        return at, "100"
    if operator in _GOOD_BELOW:
        return "0", at
    return at, at


def _whisker(interval: Interval | None, low: Decimal, high: Decimal) -> tuple[str, str] | None:
    if interval is None or not interval.total:
        return None
    return _place(interval.low, low, high), _place(interval.high, low, high)


def _label(result: CriterionResult, low: Decimal, high: Decimal) -> str:
    behind = interval_of(result.interval)
    said = f"{actual_of(result)} against {target_of(result, typographic=True)}"
    return f"{said}{'; ' if behind else ''}{behind}; scale {number(low)} to {number(high)}"
