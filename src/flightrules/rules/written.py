"""A resolved rulebook written out as one YAML text: profile, preset and overrides put together.

The text needs no profile and no preset, loads again, and has the same digest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from flightrules.rules.digest import number
from flightrules.rules.language import RULEBOOK
from flightrules.rules.record import Field, ListOf, MapOf, Record
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.shape import Shape
from flightrules.rules.texts import Pairs

__all__ = ["written"]

_LEFT_OUT = frozenset({"language", "extends", "preset", "blocking"})
_STEPS = (("h", 3600), ("m", 60), ("s", 1))


def written(book: Rulebook) -> str:
    """The whole agreement as YAML, in the order of the reference."""
    lines = ["flightrules: 1"]
    lines += _mapping(_record(RULEBOOK, book), 0)
    return "\n".join(lines) + "\n"


def _record(record: Record[Any], value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in record.fields:
        if field.argument in _LEFT_OUT:
            continue
        stated = getattr(value, field.argument, None)
        if stated is None or stated == "" or (stated == () and not _may_be_empty(field.shape)):
            continue
        found[field.key] = _value(field.shape, stated, field)
    return found


def _may_be_empty(shape: Shape[Any]) -> bool:
    return isinstance(shape, (MapOf, Pairs)) or (isinstance(shape, ListOf) and shape.least == 0)


def _value(shape: Shape[Any], value: Any, field: Field | None = None) -> Any:
    if isinstance(shape, MapOf):
        return {getattr(item, shape.key): _record(shape.record, item) for item in value}
    if isinstance(shape, ListOf):
        return [_value(shape.item, item) for item in value]
    if isinstance(shape, Pairs):
        return dict(value)
    if isinstance(shape, Record):
        return list(value) if isinstance(value, tuple) else _record(shape, value)
    if field is not None and field.key == "minimum_duration":
        return f"{number(value)} s"
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return number(Decimal(value)) if isinstance(value, (int, Decimal)) else str(value)


def _duration(value: timedelta) -> str:
    for unit, seconds in _STEPS:
        if value % timedelta(seconds=seconds) == timedelta(0):
            return f"{value // timedelta(seconds=seconds)}{unit}"
    return f"{number(Decimal(value // timedelta(microseconds=1)) / 1000)}ms"


def _mapping(mapping: Mapping[str, Any], depth: int) -> list[str]:
    lines = []
    for key, value in mapping.items():
        head = f"{'  ' * depth}{_scalar(key)}:"
        if isinstance(value, dict) and value:
            lines += [head, *_mapping(value, depth + 1)]
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            lines += [head, *(f"{'  ' * depth}  - {_flow(item)}" for item in value)]
        else:
            lines.append(f"{head} {_flow(value)}")
    return lines


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(text: str) -> str:
    """Plain where nothing in it could mean something to YAML, else in double quotes."""
    plain = text.replace(" ", "").replace("-", "").replace("_", "").isalnum() and text.isascii()
    if plain and text == text.strip() and text[0].isalnum() and text.casefold() not in ("null", "~"):
        return text
    return json.dumps(text, ensure_ascii=False)
