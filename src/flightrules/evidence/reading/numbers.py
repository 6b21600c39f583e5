"""Measured quantities from JSON or text: of the right type, and neither below zero nor impossible."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.json import require
from flightrules.evidence.reading.text import decimal

__all__ = ["amount", "number", "quantity", "whole"]

_LIMIT = Decimal(10) ** 18


def number(value: Any, what: str, name: str) -> Decimal:
    """A JSON number.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD.
    """
    found: int | Decimal = require(value, (int, Decimal), what, name)
    return Decimal(found)


def amount(value: Any, what: str, name: str) -> Decimal:
    """A JSON number that counts or times something, so zero or more.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_NEGATIVE, E_RANGE.
    """
    return _possible(number(value, what, name), what, name, None)


def quantity(text: str, what: str, name: str, line: int | None = None) -> Decimal:
    """The same from a text.

    Raises:
        EvidenceError: E_NUMBER, E_NONFINITE, E_NEGATIVE, E_RANGE.
    """
    return _possible(decimal(text, what, name, line), what, name, line)


def _possible(found: Decimal, what: str, name: str, line: int | None) -> Decimal:
    if found < 0:
        raise EvidenceError("E_NEGATIVE", f"{what} is below zero: {str(found)[:40]}", file=name, line=line)
    if found > _LIMIT:
        raise EvidenceError("E_RANGE", f"{what} is impossibly large: {str(found)[:40]}", file=name, line=line)
    return found


def whole(value: Any, what: str, name: str) -> int:
    """A JSON number that counts things; ``3.0`` is three.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_NEGATIVE, E_NUMBER.
    """
    found = amount(value, what, name)
    if found != found.to_integral_value():
        raise EvidenceError("E_NUMBER", f"{what} is not a whole number: {found}", file=name)
    return int(found)
