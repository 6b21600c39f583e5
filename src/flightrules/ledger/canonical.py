"""Canonical bytes of JSON values, so that equal meaning has one digest.

``jcs_bytes`` is RFC 8785 (JCS). ``canonical_bytes`` is the part of it that records are written in:
no floating-point numbers, because a decision must not depend on how a program rounds.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from flightrules.errors import LedgerError
from flightrules.values import frozen

__all__ = ["DEPTH_LIMIT", "canonical_bytes", "canonical_digest", "jcs_bytes"]

DEPTH_LIMIT = 100
_SAFE_INTEGER = 2**53 - 1
_ES6_POINT_UP_TO = 21
_ES6_ZEROS_DOWN_TO = -6


@frozen
class _Profile:
    number: Callable[[Any], str]
    is_record: bool


def canonical_bytes(value: Any) -> bytes:
    """The one encoding of a record: JCS over objects, lists, text, booleans, null and safe integers.

    Integers lie within +-(2^53-1); a decimal is given as text. What this writes, the strict reader
    of this room reads back.

    Raises:
        LedgerError: E_NOT_CANONICAL (float, Decimal, large integer, foreign type), E_NONFINITE,
            E_ENCODING (lone surrogate), E_CONTROL_CHAR (NUL), E_UNKNOWN_FIELD (``__proto__``), E_TOO_DEEP.
    """
    return _encode(value, _RECORD)


def canonical_digest(value: Any) -> str:
    """Hexadecimal SHA-256 over ``canonical_bytes``."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def jcs_bytes(value: Any) -> bytes:
    """RFC 8785 in full, floating-point numbers included (ECMAScript ``Number.prototype.toString``).

    Raises:
        LedgerError: E_NONFINITE, E_NOT_CANONICAL (integer that a double cannot hold), E_ENCODING, E_TOO_DEEP.
    """
    return _encode(value, _JCS)


def _encode(value: Any, profile: _Profile) -> bytes:
    try:
        return _text(value, profile, 1).encode("utf-8")
    except UnicodeEncodeError:
        raise LedgerError("E_ENCODING", "a text holds a lone surrogate", hint="drop the character") from None


def _text(value: Any, profile: _Profile, depth: int) -> str:
    if depth > DEPTH_LIMIT:
        raise LedgerError("E_TOO_DEEP", f"the value is nested deeper than {DEPTH_LIMIT} levels")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _string(value, profile)
    if isinstance(value, dict):
        return _object(value, profile, depth)
    if isinstance(value, (list, tuple)):
        return f"[{','.join(_text(item, profile, depth + 1) for item in value)}]"
    return profile.number(value)


def _object(value: dict[Any, Any], profile: _Profile, depth: int) -> str:
    foreign = next((key for key in value if not isinstance(key, str)), None)
    if foreign is not None:
        raise LedgerError("E_NOT_CANONICAL", f"the key {foreign!r:.80} is not text")
    if "__proto__" in value and profile.is_record:
        raise LedgerError("E_UNKNOWN_FIELD", "a record holds no __proto__", hint="use another name")
    # RFC 8785 3.2.3: sorted by UTF-16 code units, which differs from code points beyond U+FFFF.
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    pairs = (f"{_string(key, profile)}:{_text(value[key], profile, depth + 1)}" for key in keys)
    return f"{{{','.join(pairs)}}}"


def _string(value: str, profile: _Profile) -> str:
    if "\0" in value and profile.is_record:
        raise LedgerError("E_CONTROL_CHAR", "a text holds a NUL character", hint="drop the character")
    return encode_basestring(value)


def _record_number(value: Any) -> str:
    if isinstance(value, float):
        return _refuse_float(value)
    return _integer(value)


def _jcs_number(value: Any) -> str:
    if isinstance(value, float):
        return _es6(value)
    return _integer(value)


def _integer(value: Any) -> str:
    if not isinstance(value, int):
        kind = type(value).__name__
        raise LedgerError("E_NOT_CANONICAL", f"a {kind} has no canonical form", hint="record it as text")
    if abs(value) > _SAFE_INTEGER:
        raise LedgerError("E_NOT_CANONICAL", "an integer lies beyond 2^53-1", hint="record it as text")
    return int.__repr__(value)


def _refuse_float(value: float) -> str:
    if not math.isfinite(value):
        raise LedgerError("E_NONFINITE", f"{value} cannot be recorded", hint="leave the value out")
    raise LedgerError(
        "E_NOT_CANONICAL", f"the floating-point number {value!r} cannot be recorded", hint="record it as text"
    )


def _es6(value: float) -> str:
    """ECMAScript 2024 6.1.6.1.20 Number::toString; Python's repr gives the same shortest digits."""
    if not math.isfinite(value):
        raise LedgerError("E_NONFINITE", f"{value} is not a JSON number", hint="leave the value out")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    digits, point = _shortest(abs(value))
    return sign + _layout(digits, point)


def _shortest(value: float) -> tuple[str, int]:
    """The shortest digits and where the decimal point stands in them: 0.00123 is ("123", -2)."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    point = len(whole) - leading + int(exponent or "0")
    return digits.rstrip("0"), point


def _layout(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= _ES6_POINT_UP_TO:
        return digits + "0" * (point - count)
    if 0 < point <= _ES6_POINT_UP_TO:
        return f"{digits[:point]}.{digits[point:]}"
    if _ES6_ZEROS_DOWN_TO < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


_RECORD = _Profile(_record_number, is_record=True)
_JCS = _Profile(_jcs_number, is_record=False)
