"""Delivery in the background."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from flightrules.service.jobs.due import State, due_keys, work_off
from flightrules.service.notices.delivery import deliver as hand_over
from flightrules.service.notices.kinds import Kind, written
from flightrules.service.notices.models import Outbox
from flightrules.service.notices.services import record_given_up

__all__ = ["deliver", "due"]

_LEASE_S = 30  # longer than a delivery may last, short enough for a survivor within the minute


def due(at: datetime, limit: int) -> list[str]:
    """Messages that are due."""
    return due_keys(Outbox.objects.all(), at, limit)


def deliver(key: str, at: datetime) -> None:
    """Deliver one message if it is due; a message that is given up goes on record."""

    def act(row: Outbox) -> None:
        message = written(Kind(row.kind), row.context, base_url=settings.FLIGHTRULES_BASE_URL)
        hand_over(row, message, at)

    worked = work_off(
        Outbox.objects.select_related("subscription"), key, act, at=at, lease_s=_LEASE_S, outside=True
    )
    if worked is not None and worked.state == State.DEAD:
        record_given_up(worked, at=at)
