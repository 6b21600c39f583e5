"""Rows that say what is due: when it is tried next, how often it was, and when it is given up.

Who works first claims the row in a short transaction of its own: the attempt is counted before anything is
tried, and until the lease ends nobody else takes the row. So a worker that dies leaves a row that falls due
again, and work that kills its workers is parked after three of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from django.db import DatabaseError, InterfaceError, models, transaction

from flightrules.errors import FlightrulesError

__all__ = ["DueWork", "GiveUpError", "State", "due_keys", "postpone_until", "revive", "step_s", "work_off"]

_LOG = logging.getLogger("flightrules.jobs")
_STEPS_S = (5, 30, 120, 600, 1800, 3600)
_LOST_LIMIT = 3
_FAULT_LIMIT = 300


class GiveUpError(FlightrulesError):
    """Trying again cannot help; the row is parked at once."""


class State(models.TextChoices):
    """Where a piece of work stands."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class DueWork(models.Model):
    """What a row needs to be worked off later; a row is made with ``next_at`` set to when it is due."""

    LIMIT: ClassVar[int] = 8  # attempts before it is given up

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    next_at = models.DateTimeField(null=True, help_text="when it is tried next; empty when that is over")
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, help_text="set while somebody works on it")
    lost = models.PositiveSmallIntegerField(default=0, help_text="how many workers died over it")
    fault = models.CharField(max_length=_FAULT_LIMIT, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes: ClassVar[tuple[models.Index, ...]] = (
            models.Index(fields=("state", "next_at"), name="%(app_label)s_%(class)s_due"),
        )


M = TypeVar("M", bound=DueWork)


def step_s(attempts: int) -> int:
    """Seconds to wait after so many failed attempts: 5 s, 30 s, 2 min, 10 min, 30 min, then every hour."""
    return _STEPS_S[min(max(attempts, 1), len(_STEPS_S)) - 1]


def due_keys(rows: models.QuerySet[M], at: datetime, limit: int) -> list[str]:
    """Keys of what is due, longest due first."""
    due = rows.filter(state=State.WAITING, next_at__lte=at).order_by("next_at")
    return [str(key) for key in due.values_list("pk", flat=True)[:limit]]


def work_off(
    rows: models.QuerySet[M],
    key: str,
    act: Callable[[M], None],
    *,
    at: datetime,
    lease_s: int = 45,
    outside: bool = False,
) -> M | None:
    """Do the work of one row, if it is due and nobody else does it; returns the row if this call did.

    Args:
        rows: where the row is.
        key: which one.
        act: does the work; raises to be tried again later, ``GiveUpError`` to be parked at once.
        at: this moment.
        lease_s: how long nobody else takes the row; longer than ``act`` may last.
        outside: ``act`` talks to the outside and runs in no transaction; else its changes and the mark that
            the work is done are one transaction.
    """
    row = _claimed(rows, key, at, lease_s)
    if row is None:
        return None
    try:
        if outside:
            act(row)
            _mark_done(row, at)
        else:
            with transaction.atomic():
                act(row)
                _mark_done(row, at)
    except (DatabaseError, InterfaceError):
        raise  # nothing can be written down now; the lease ends, and the row is due again
    except GiveUpError as error:
        _park(row, _told(error), at)
    except Exception as error:  # noqa: BLE001 -- whatever failed, the row says so and is tried again
        _retry(row, error, at)
    return row


def revive(row: DueWork, *, at: datetime) -> None:
    """Let a parked row be tried again from the beginning; the caller holds its lock."""
    row.state, row.next_at, row.attempts, row.lost = State.WAITING, at, 0, 0
    row.claimed_at = row.finished_at = None
    _save(row)


def postpone_until(row: DueWork, moment: datetime) -> None:
    """Let the row fall due at another moment, without counting an attempt; the caller holds its lock."""
    row.next_at = moment
    _save(row)


def _claimed(rows: models.QuerySet[M], key: str, at: datetime, lease_s: int) -> M | None:
    with transaction.atomic():
        due = rows.select_for_update(skip_locked=True, of=("self",))
        row = due.filter(pk=key, state=State.WAITING, next_at__lte=at).first()
        if row is None:
            return None
        row.lost += row.claimed_at is not None
        if row.lost >= _LOST_LIMIT:
            _park(row, f"its worker died {row.lost} times", at)
            return None
        row.attempts += 1
        row.claimed_at, row.next_at = at, at + timedelta(seconds=lease_s)
        _save(row)
        return row


def _mark_done(row: DueWork, at: datetime) -> None:
    row.state, row.next_at, row.claimed_at = State.DONE, None, None
    row.finished_at, row.fault = at, ""
    _save(row)


def _retry(row: DueWork, error: Exception, at: datetime) -> None:
    if row.attempts >= row.LIMIT:
        _park(row, _told(error), at)
        return
    if not isinstance(error, FlightrulesError):
        _LOG.exception("work failed", extra={"work": type(row).__name__, "row": str(row.pk)})
    row.fault = _told(error)
    row.claimed_at, row.next_at = None, at + timedelta(seconds=step_s(row.attempts))
    _save(row)


def _park(row: DueWork, fault: str, at: datetime) -> None:
    _LOG.error("work given up", extra={"work": type(row).__name__, "row": str(row.pk), "fault": fault})
    row.state, row.next_at, row.claimed_at = State.DEAD, None, None
    row.finished_at, row.fault = at, fault[:_FAULT_LIMIT]
    _save(row)


def _told(error: Exception) -> str:
    """What may be shown of a failure: our own words, or the kind of a foreign error without its text."""
    if isinstance(error, FlightrulesError):
        return f"{error.code}: {error.message}"[:_FAULT_LIMIT]
    return type(error).__name__


def _save(row: DueWork) -> None:
    row.save(update_fields=["state", "next_at", "attempts", "claimed_at", "lost", "fault", "finished_at"])
