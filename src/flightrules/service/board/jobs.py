"""Work in the background of this room: approvals that went stale."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.service.board import lapsing

__all__ = ["lapse", "to_lapse"]


def lapse(key: str, at: datetime) -> None:
    """Void one approval."""
    lapsing.lapse(key, at)


def to_lapse(at: datetime, limit: int) -> Iterable[str]:
    """Keys of approvals that do not stand any more."""
    return lapsing.to_lapse(at, limit)
