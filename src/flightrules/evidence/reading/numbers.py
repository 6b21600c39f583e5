"""Numbers taken from decoded JSON: finite, of the right type, never below zero where that is impossible."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.json import require

__all__ = ["amount", "number", "whole"]


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
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD, E_NEGATIVE.
    """
    found = number(value, what, name)
    if found < 0:
        raise EvidenceError("E_NEGATIVE", f"{what} is below zero: {found}", file=name)
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
