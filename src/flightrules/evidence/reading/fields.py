"""Values taken out of decoded JSON: structure is checked strictly, descriptive text leniently."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flightrules.evidence.reading.json import require

__all__ = ["mapping", "objects", "text", "whole"]

_LARGEST = 10**30  # Python refuses to print numbers of thousands of digits


def mapping(value: Any, what: str, name: str, *, optional: bool = False) -> dict[str, Any]:
    """An object; absent gives an empty one where it is optional.

    Raises:
        EvidenceError: E_MISSING_FIELD, E_WRONG_TYPE.
    """
    if value is None and optional:
        return {}
    found: dict[str, Any] = require(value, dict, what, name)
    return found


def objects(value: Any, what: str, name: str, *, optional: bool = False) -> list[dict[str, Any]]:
    """An array of objects; absent gives an empty one where it is optional.

    Raises:
        EvidenceError: E_MISSING_FIELD, E_WRONG_TYPE naming the item that is no object.
    """
    if value is None and optional:
        return []
    items: list[Any] = require(value, list, what, name)
    for at, item in enumerate(items):
        if not isinstance(item, dict):
            require(item, dict, f"{what}[{at}]", name)
    return items


def text(value: Any, *keys: str) -> str:
    """The text or number below nested keys; empty where there is none. For what only describes."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return ""
    if isinstance(value, str):
        return value.strip()
    return f"{value}" if -_LARGEST < value < _LARGEST else ""


def whole(value: Any, what: str, name: str) -> int:
    """A count that the report states.

    Raises:
        EvidenceError: E_MISSING_FIELD, E_WRONG_TYPE.
    """
    found: int = require(value, int, what, name)
    return found
