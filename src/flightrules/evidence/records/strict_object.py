"""Objects of a strict format: every field is taken by name, and what was not taken is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.json import require
from flightrules.evidence.reading.text import decimal

__all__ = ["StrictObject"]

_TEXT_LIMIT = 4096
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)


class StrictObject:
    """One object whose fields are taken one by one; ``close`` refuses what is left over."""

    def __init__(self, value: Any, what: str, name: str) -> None:
        self._left: dict[str, Any] = dict(require(value, dict, what, name))
        self.what = what
        self.name = name

    def has(self, key: str) -> bool:
        """Whether the field stands in the object and was not yet taken."""
        return key in self._left

    def take(self, key: str) -> Any:
        """The raw value; None where it is absent."""
        return self._left.pop(key, None)

    def text(self, key: str, *, required: bool = True) -> str:
        """Text that is not blank."""
        value = self._optional(key, str, required=required)
        if value is None:
            return ""
        if not value.strip() or len(value) > _TEXT_LIMIT:
            raise self._fault(
                "E_WRONG_TYPE", key, f"is blank or longer than {_TEXT_LIMIT} characters; leave it out"
            )
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, sorted, each once; empty where it is absent."""
        values = self._optional(key, list, required=False) or []
        return tuple(sorted({str(require(one, str, f"{self.what}.{key}[]", self.name)) for one in values}))

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._optional(key, bool, required=False)
        return default if value is None else bool(value)

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        """One of the words."""
        value = self.text(key)
        if value not in allowed:
            raise self._fault("E_ENUM", key, f"is {value[:40]!r}; allowed are {', '.join(allowed)}")
        return value

    def word(self, key: str, meanings: Mapping[str, int]) -> int:
        """What one of the words means."""
        return meanings[self.choice(key, tuple(meanings))]

    def number(self, key: str) -> Decimal:
        """A JSON number, or a decimal number in a string where the writer has no exact numbers."""
        value = self._optional(key, (int, Decimal, str), required=True)
        return decimal(value, f"{self.what}.{key}", self.name) if isinstance(value, str) else Decimal(value)

    def amount(self, key: str) -> Decimal | None:
        """A number of zero or more; None where it is absent."""
        if not self.has(key):
            return None
        value = self.number(key)
        if value < 0:
            raise self._fault("E_NEGATIVE", key, f"is below zero: {value}")
        return value

    def moment(self, key: str, *, required: bool = True) -> str:
        """An RFC 3339 time with its zone."""
        value = self.text(key, required=required)
        if value and not (_MOMENT.match(value) and _exists(value)):
            raise self._fault(
                "E_WRONG_TYPE", key, f"is no RFC 3339 time with zone: {value[:40]!r} (2026-03-01T09:30:00Z)"
            )
        return value

    def objects(self, key: str, *, required: bool = True) -> list[StrictObject]:
        """A list of objects."""
        values = self._optional(key, list, required=required)
        what = f"{self.what}.{key}" if self.what != "document" else key
        return [StrictObject(one, f"{what}[{at}]", self.name) for at, one in enumerate(values or [])]

    def labels(self, key: str) -> dict[str, str]:
        """An object of texts; empty where it is absent."""
        found = self._optional(key, dict, required=False) or {}
        return {
            one: str(require(value, str, f"{self.what}.{key}.{one}", self.name))
            for one, value in found.items()
        }

    def close(self) -> None:
        """Refuse fields that nobody took."""
        if self._left:
            unknown = min(self._left)
            raise self._fault("E_UNKNOWN_FIELD", unknown[:80], "is not part of the format")

    def _optional(self, key: str, kind: type | tuple[type, ...], *, required: bool) -> Any:
        if key not in self._left and not required:
            return None
        return require(self.take(key), kind, f"{self.what}.{key}", self.name)

    def _fault(self, code: str, key: str, message: str) -> EvidenceError:
        return EvidenceError(
            code, f"{self.what}.{key} {message}", file=self.name, hint="see the generic format"
        )


def _exists(moment: str) -> bool:
    """Whether calendar and clock have this moment; a leap second is read as the next second."""
    try:
        datetime.fromisoformat(
            re.sub(r"\.\d+", "", moment.upper()).replace("Z", "+00:00").replace(":60", ":59")
        )
    except ValueError:
        return False
    return True
