"""Work in the background of this room: gate runs that are too much for a request, and reminders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.service.readiness import runs, telling

__all__ = ["due", "is_much", "judge", "remind", "remind_waiver", "to_remind", "waivers_to_remind"]


def judge(key: str, at: datetime) -> None:
    """Judge one waiting gate run."""
    runs.work_run(key, at)


def due(at: datetime, limit: int) -> Iterable[str]:
    """Keys of gate runs that wait."""
    return runs.due_runs(at, limit)


def is_much(key: str) -> bool:
    """Whether judging this run takes seconds of a processor."""
    return runs.is_much(key)


def remind(key: str, at: datetime) -> None:
    """Tell that one acceptance expires soon."""
    telling.remind(key, at)


def to_remind(at: datetime, limit: int) -> Iterable[str]:
    """Keys of acceptances that expire soon."""
    return telling.to_remind(at, limit)


def remind_waiver(key: str, at: datetime) -> None:
    """Tell that one waiver expires soon."""
    telling.remind_waiver(key, at)


def waivers_to_remind(at: datetime, limit: int) -> Iterable[str]:
    """Keys of waivers that expire soon."""
    return telling.waivers_to_remind(at, limit)
