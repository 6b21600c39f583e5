"""Which values a metric can take at all, and so which criteria could never fail."""

from __future__ import annotations

from decimal import Decimal

from flightrules.rules.criterion import Criterion, Operator
from flightrules.rules.metrics import METRICS

__all__ = ["asks_the_opposite", "cannot_fail"]

_WHOLE = Decimal(100)
_SIGNED = frozenset({"monitoring.value"})
_UPWARD = frozenset({Operator.AT_LEAST, Operator.MORE})
_DOWNWARD = frozenset({Operator.AT_MOST, Operator.LESS})


def cannot_fail(criterion: Criterion) -> bool:
    """Whether every value that the metric can take meets the threshold: counts and shares are never below
    zero, shares never above 100 %.
    """
    if criterion.metric in _SIGNED:
        return False
    least, most = Decimal(0), _WHOLE if METRICS[criterion.metric].rate else None
    wanted, limit = criterion.operator, criterion.threshold
    if wanted in _UPWARD:
        return least >= limit if wanted is Operator.AT_LEAST else least > limit
    if wanted is Operator.NOT_EQUAL:
        return limit < least or (most is not None and limit > most)
    if wanted in _DOWNWARD and most is not None:
        return most <= limit if wanted is Operator.AT_MOST else most < limit
    return False


def asks_the_opposite(criterion: Criterion) -> bool:
    """Whether the operator asks for worse values, such as a pass rate of at most 97 %."""
    better = METRICS[criterion.metric].better
    return criterion.metric not in _SIGNED and criterion.operator in (
        _DOWNWARD if better == "higher" else _UPWARD
    )
