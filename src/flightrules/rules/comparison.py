"""Operator and threshold of a sentence: signs and their words, and the number in the metric's own unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.rules.criterion import Operator
from flightrules.rules.metrics import Metric
from flightrules.rules.quantity import Quantity, in_percent, in_points, may_be_thousands
from flightrules.rules.sentence import refused
from flightrules.rules.subject import Subject

__all__ = ["OPERATORS", "only_exact", "read_operator", "refuse_thousands", "threshold"]

_WHOLE = 100
_MILLISECONDS = {"s": Decimal(1000), "ms": Decimal(1)}
OPERATORS = {
    ">=": ">=", "≥": ">=", "at least": ">=", "no less than": ">=",
    "not less than": ">=", "no fewer than": ">=", "not below": ">=", "greater than or equal to": ">=",
    "<=": "<=", "≤": "<=", "at most": "<=", "no more than": "<=", "not more than": "<=",
    "not above": "<=", "less than or equal to": "<=", "does not exceed": "<=", "must not exceed": "<=",
    "=": "=", "==": "=", "equals": "=", "equal to": "=",
    "!=": "!=", "≠": "!=",
    ">": ">", "more than": ">", "greater than": ">", "above": ">",
    "<": "<", "less than": "<", "fewer than": "<", "below": "<",
}  # fmt: skip


def read_operator(token: Any, place: dict[str, Any]) -> Operator:
    """The operator that a sign or its words stand for.

    Raises:
        RulebookError: E_OPERATOR at a sign that is none, with the one that it resembles.
    """
    if token.type == "ODD_OPERATOR":
        right = {"=>": ">=", "=<": "<=", "<>": "!="}.get(str(token), "one of >= <= = != > <")
        raise refused(
            "E_OPERATOR", f"{str(token)!r} is not an operator", place, f"did you mean {right}?", token
        )
    words = str(token).lower().split()
    while " ".join(words) not in OPERATORS:  # before it the grammar lets modal words stand, nothing else
        del words[0]
    return Operator(OPERATORS[" ".join(words)])


def _counted(metric: Metric) -> str:
    return "write Tests run, which is counted" if metric.name == "tests.executed_rate" else ""


def only_exact(subject: Subject, value: Decimal, place: dict[str, Any], sentence: str) -> Operator:
    """Equality, where a number without an operator can mean nothing else: none at all, or all of them.

    Raises:
        RulebookError: E_OPERATOR for any other number, which may be a limit or the exact value.
    """
    metric = subject.metric
    if (metric.better == "lower" and value == 0) or (
        metric.rate and metric.better == "higher" and value == _WHOLE
    ):
        return Operator.EQUAL
    wanted = "at least" if metric.better == "higher" else "at most"
    message = f"{value:f} stands without an operator"
    raise refused("E_OPERATOR", message, place, f"write: {wanted} {sentence.strip()}")


def refuse_thousands(number: str, place: dict[str, Any], token: Any) -> None:
    """Refuse a count or a load that may be meant a thousand times as large.

    Raises:
        RulebookError: E_SENTENCE.
    """
    if may_be_thousands(number):
        plain, bare = number.replace(".", ""), f"{Decimal(number).normalize():f}"
        message = f"{number} may mean {bare} or {plain}"
        raise refused("E_SENTENCE", message, place, f"write {plain}, or {bare} if so little is meant", token)


def threshold(quantity: Quantity, subject: Subject, place: dict[str, Any]) -> Decimal:
    """The number in the metric's own unit.

    Raises:
        RulebookError: E_UNIT where it has another unit, E_SENTENCE where it may mean a thousand times more.
    """
    metric, value = subject.metric, quantity.value
    if metric.unit in ("1", "1/s") and metric.name != "monitoring.value":
        refuse_thousands(str(quantity.token), place, quantity.token)
    if metric.unit == "ms" and quantity.unit in _MILLISECONDS:
        return value * _MILLISECONDS[quantity.unit]
    if metric.name == "lighthouse.score" and 0 < value <= 1:
        hint = f"write {in_points(value)}"
        raise refused("E_UNIT", f"a score of {value} is next to nothing", place, hint, quantity.token)
    if quantity.unit == metric.unit or (quantity.unit == "1" and metric.unit not in ("%", "ms")):
        return value
    message, hint = _wrong_unit(metric, quantity)
    raise refused("E_UNIT", message, place, hint, quantity.token)


def _wrong_unit(metric: Metric, quantity: Quantity) -> tuple[str, str]:
    """What is wrong with the unit, and what to write."""
    value = quantity.value
    if metric.unit == "%":
        return f"{metric.title} is a rate; the threshold needs %", _counted(metric) or in_percent(value)
    if metric.unit == "ms":
        return f"{metric.title} needs ms or s", f"write {value} ms"
    if metric.name == "monitoring.value":
        hint = "write the number as the series counts, such as 0.01 for 1 % or 0.3 for 300 ms"
        return f"a series has no unit that {quantity.unit} could be converted to", hint
    return f"{metric.title} is counted, not measured in {quantity.unit}", f"write {value}"
