"""When somebody is told of a debt: twice before it is due, once when it is late, then level by level.

The times follow from the row alone. So a worker that was away tells late of what fell due meanwhile, and
gives nobody more time for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from flightrules.values import frozen

__all__ = ["Step", "StepKind", "in_words", "marks_passed", "next_step"]

_SHORTLY = timedelta(minutes=30)


class StepKind(StrEnum):
    """What is done at a step."""

    REMIND = "remind"
    NOTE_OVERDUE = "note-overdue"
    ESCALATE = "escalate"


@frozen
class Step:
    """The next thing to do, and when."""

    kind: StepKind
    at: datetime


def next_step(
    started_at: datetime,
    due_at: datetime,
    waits: Sequence[timedelta],
    *,
    reminders: int,
    overdue: bool,
    level: int,
    now: datetime,
) -> Step | None:
    """What is to be done next for a debt that is not paid; None when the last level has been told.

    Args:
        started_at: when the clock began.
        due_at: when it ends.
        waits: how long each level has to answer; the first is told as soon as the debt is late.
        reminders: how many reminders went out.
        overdue: whether its being late is on record.
        level: how many levels were told.
        now: reminders of a time that is over are left out.
    """
    ahead = _reminders(started_at, due_at)[reminders:]
    if ahead and now < due_at:
        return Step(StepKind.REMIND, ahead[0])
    if not overdue:
        return Step(StepKind.NOTE_OVERDUE, due_at)
    if level < len(waits):
        return Step(StepKind.ESCALATE, due_at + sum(waits[:level], timedelta()))
    return None


def marks_passed(started_at: datetime, due_at: datetime, now: datetime) -> int:
    """How many of the times to remind are over; one reminder stands for all of them."""
    return sum(mark <= now for mark in _reminders(started_at, due_at))


def in_words(span: timedelta) -> str:
    """A length of time as people say it: ``2 d 3 h``, ``1 h 5 min``, ``40 s``."""
    seconds = int(span.total_seconds())
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    said = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(said[:2]) or "0 s"


def _reminders(started_at: datetime, due_at: datetime) -> list[datetime]:
    """Half-way, and half an hour before the end where that is later still."""
    half = started_at + (due_at - started_at) / 2
    return [half, due_at - _SHORTLY] if due_at - _SHORTLY > half else [half]
