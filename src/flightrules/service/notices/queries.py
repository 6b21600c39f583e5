"""Reads: channels of a product, and messages on their way."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min, QuerySet

from flightrules.service.jobs.due import State
from flightrules.service.notices.models import Outbox, Subscription
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor

__all__ = ["all_notices", "channels", "counts_by_state", "notices_of", "oldest_due"]


def channels(by: Actor, product: str, at: datetime) -> QuerySet[Subscription]:
    """The channels of a product, ended ones too.

    Raises:
        ForeignError, DeniedError: as the power to manage the catalogue asks.
    """
    require(by, Power.MANAGE_CATALOGUE, product=product, at=at)
    return Subscription.objects.filter(product=product)


def notices_of(by: Actor, product: str, at: datetime, *, state: State | None = None) -> QuerySet[Outbox]:
    """What was told about a product, newest last."""
    require(by, Power.READ, product=product, at=at)
    return _in_state(Outbox.objects.filter(product=product), state)


def all_notices(by: Actor, at: datetime, *, state: State | None = None) -> QuerySet[Outbox]:
    """What is on its way anywhere; for those who operate the service."""
    require(by, Power.OPERATE, at=at)
    return _in_state(Outbox.objects.all(), state)


def counts_by_state() -> dict[str, int]:
    """How many messages are waiting, done and dead; for metrics."""
    found = Outbox.objects.values_list("state").annotate(count=Count("pk"))
    return dict.fromkeys(State.values, 0) | dict(found)


def oldest_due() -> datetime | None:
    """Since when the longest waiting message is due; for metrics."""
    found: datetime | None = Outbox.objects.filter(state=State.WAITING).aggregate(at=Min("next_at"))["at"]
    return found


def _in_state(rows: QuerySet[Outbox], state: State | None) -> QuerySet[Outbox]:
    return rows.filter(state=state) if state else rows
