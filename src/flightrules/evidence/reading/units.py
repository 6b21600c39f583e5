"""Durations with a unit behind the number, as load tools print them: ``78.27ms``, ``1.5s``, ``1m30s``."""

from __future__ import annotations

import re
from decimal import Decimal

from flightrules.errors import EvidenceError

__all__ = ["milliseconds"]

_UNITS = {
    "ns": Decimal("0.000001"),
    "us": Decimal("0.001"),
    "µs": Decimal("0.001"),
    "μs": Decimal("0.001"),
    "ms": Decimal(1),
    "s": Decimal(1000),
    "sec": Decimal(1000),
    "secs": Decimal(1000),
    "seconds": Decimal(1000),
    "m": Decimal(60_000),
    "min": Decimal(60_000),
    "h": Decimal(3_600_000),
}
_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,15})?)\s*([a-zµμ]{1,8})\s*")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+\Z")


def milliseconds(text: str, what: str, name: str, line: int | None = None) -> Decimal:
    """A duration in milliseconds.

    Raises:
        EvidenceError: E_NEGATIVE, E_NONFINITE, E_UNIT, E_NUMBER.
    """
    written = text.strip().lower()
    if written.startswith("-"):
        raise EvidenceError("E_NEGATIVE", f"{what} is below zero: {text[:40]}", file=name, line=line)
    if written.lstrip("+").startswith(("nan", "-nan", "inf")):
        raise EvidenceError("E_NONFINITE", f"{what} is {text[:40]}", file=name, line=line)
    parts = _PART.findall(written)
    if not parts or not _WHOLE.match(written):
        code = "E_UNIT" if re.fullmatch(r"[0-9.]+", written) else "E_NUMBER"
        raise EvidenceError(
            code, f"{what} is not a duration with a unit: {text[:40]!r}", file=name, line=line
        )
    unknown = next((unit for _, unit in parts if unit not in _UNITS), None)
    if unknown is not None:
        raise EvidenceError("E_UNIT", f"{what} has the unknown unit {unknown[:20]!r}", file=name, line=line)
    return sum((Decimal(number) * _UNITS[unit] for number, unit in parts), Decimal()).normalize() + 0
