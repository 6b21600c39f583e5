"""The digest of a rulebook over its meaning.

The resolved rulebook (profile, preset and overrides put together) is written as canonical JSON: keys sorted,
no spaces, numbers as plain decimal texts without trailing zeros, durations in seconds, moments in UTC. Names
that only say where something was written, and who asked for the check, are left out. Comments, layout, key
order and the style of quotes therefore do not change the digest; any threshold, path, role or word of a
sentence's meaning does. Where a promise came from (the rulebook, a profile, a preset, a removal) is left out
too: the same promises have the same digest.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from flightrules.values import names_of

__all__ = ["canonical", "digest"]

_LEFT_OUT = frozenset({"origin", "extends", "preset", "removals"})
_ONLY_STATED = frozenset(
    {
        "place",
        "relies_on",
        "separations",
        "final_counts_for",
        "board_counts_for",
        "template_counts_for",
    }
)  # a rulebook that does not say it has the digest of before there was one
_BY_NAME = frozenset(
    {"rules", "gates", "sources", "scopes", "classes", "tracks", "indicators", "obligations"}
)


def digest(book: object) -> str:
    """``sha256:`` and the hexadecimal digest of the canonical bytes."""
    return f"sha256:{hashlib.sha256(canonical(book)).hexdigest()}"


def canonical(book: object) -> bytes:
    """The bytes that the digest is taken over."""
    plain = {"flightrules": "1", **_fields(book)}
    for key in _BY_NAME:
        plain[key] = sorted(plain[key], key=lambda item: str(item.get("id", item.get("name"))))
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _fields(value: Any) -> dict[str, Any]:
    stated = [name for name in names_of(value) if name not in _ONLY_STATED or getattr(value, name)]
    found = {name: _plain(getattr(value, name)) for name in stated if name not in _LEFT_OUT}
    if "criterion" in found and "sentence" in found:
        del found["sentence"]  # the criterion is the sentence's meaning; two wordings of it are one promise
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, Decimal)):
        return number(Decimal(value))
    if isinstance(value, timedelta):
        return number(Decimal(value // timedelta(microseconds=1)) / 1_000_000) + " s"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if names_of(value):
        return _fields(value)
    return [_plain(item) for item in value]


def number(value: Decimal) -> str:
    """A decimal as plain text without exponent, trailing zeros or a negative zero."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
