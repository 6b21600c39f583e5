"""Reads: channels of a product, and messages on their way."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min

from flightrules.service.door.listing import Listed, Listing
from flightrules.service.jobs.due import State
from flightrules.service.notices.models import Outbox, Subscription
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor

__all__ = ["all_notices", "channels", "counts_by_state", "notices_of", "oldest_due"]

_CHANNELS = Listing(
    Subscription, "key", "product", "title", "channel", "shown", "kinds", "opened_at", "ended_at"
)
_NOTICES = Listing(
    Outbox,
    *("key", "product", "kind", "about", "channel", "state", "attempts", "fault"),
    *("told_at", "next_at", "finished_at"),
)


def channels(by: Actor, product: str, at: datetime) -> Listed:
    """The channels of a product, ended ones too.

    Raises:
        ForeignError, DeniedError: as the power to manage the catalogue asks.
    """
    require(by, Power.MANAGE_CATALOGUE, product=product, at=at)
    return _CHANNELS.where(product=product)


def notices_of(by: Actor, product: str, at: datetime, *, state: State | None = None) -> Listed:
    """What was told about a product, newest last."""
    require(by, Power.READ, product=product, at=at)
    return _NOTICES.where(product=product, **_in_state(state))


def all_notices(by: Actor, at: datetime, *, state: State | None = None) -> Listed:
    """What is on its way anywhere; for those who operate the service."""
    require(by, Power.OPERATE, at=at)
    return _NOTICES.where(**_in_state(state))


def counts_by_state() -> dict[str, int]:
    """How many messages are waiting, done and dead; for metrics."""
    found = Outbox.objects.values_list("state").annotate(count=Count("pk"))
    return dict.fromkeys(State.values, 0) | dict(found)


def oldest_due() -> datetime | None:
    """Since when the longest waiting message is due; for metrics."""
    found: datetime | None = Outbox.objects.filter(state=State.WAITING).aggregate(at=Min("next_at"))["at"]
    return found


def _in_state(state: State | None) -> dict[str, State]:
    return {"state": state} if state else {}
