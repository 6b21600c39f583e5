"""Work in the background of this room: telling of debts that come due, or are late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.service.obligations import telling

__all__ = ["advance", "due"]


def advance(key: str, at: datetime) -> None:
    """Tell whoever is to be told of one debt by now."""
    telling.advance(key, at)


def due(at: datetime, limit: int) -> Iterable[str]:
    """Keys of debts of which somebody is to be told."""
    return telling.to_tell(at, limit)
