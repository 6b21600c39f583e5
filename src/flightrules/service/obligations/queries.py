"""Reads of obligations. What is overdue is asked of the clock, whether or not a worker has noted it yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from flightrules.service.catalogue.queries import get_product
from flightrules.service.door.refusals import ForeignError
from flightrules.service.obligations.lookups import draft_of
from flightrules.service.obligations.models import Obligation
from flightrules.service.obligations.telling import waits_for
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.queries import opened

__all__ = [
    "Obligation",
    "ObligationState",
    "draft",
    "get_obligation",
    "late_by",
    "obligations",
    "of_release",
    "overdue",
    "state_of",
    "unconfirmed",
    "unpaid",
    "waits_for",
    "written",
]


class ObligationState(StrEnum):
    """Where a debt stands at a moment; one that was paid late says so beside it, for ever."""

    DUE = "due"
    OVERDUE = "overdue"
    PAID = "paid"
    CONFIRMED = "confirmed"


def obligations(
    *, product: str, by: Actor, at: datetime, state: ObligationState | None = None, release: str | None = None
) -> QuerySet[Obligation]:
    """What is and was owed for a product."""
    get_product(key=product, by=by, at=at)
    rows = Obligation.objects.filter(release__product_id=product).select_related("release")
    if release is not None:
        rows = rows.filter(release_id=release)
    return rows if state is None else rows.filter(_in_state(state, at))


def get_obligation(*, key: str, by: Actor, at: datetime) -> Obligation:
    """One debt.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    row = Obligation.objects.select_related("release").filter(pk=key).first()
    if row is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    require(by, Power.READ, product=row.release.product_id, at=at)
    return row


def of_release(release: UUID | str) -> QuerySet[Obligation]:
    """What one release owes and owed, for rooms that have asked for the power already."""
    return Obligation.objects.filter(release_id=release).select_related("release").order_by("due_at", "rule")


def overdue(*, product: str, at: datetime) -> QuerySet[Obligation]:
    """Debts of a product that were due before this moment and are not paid, longest due first."""
    rows = Obligation.objects.filter(_in_state(ObligationState.OVERDUE, at), release__product_id=product)
    return rows.select_related("release").order_by("due_at")


def unpaid(*, product: str, track: str | None = None) -> QuerySet[Obligation]:
    """Debts of a product that are not paid, due or overdue; of one track's releases, or of all."""
    rows = Obligation.objects.filter(paid_at__isnull=True, release__product_id=product)
    rows = rows if track is None else rows.filter(track=track)
    return rows.select_related("release").order_by("due_at")


def unconfirmed(*, product: str) -> QuerySet[Obligation]:
    """What was written and waits for its confirmation."""
    rows = Obligation.objects.filter(paid_at__isnull=False, confirmed_at__isnull=True)
    return rows.filter(release__product_id=product).exclude(confirmer="").select_related("release")


def state_of(row: Obligation, at: datetime) -> ObligationState:
    """Where the debt stands; paid is confirmed only where somebody else has confirmed it."""
    if row.paid_at is not None:
        return ObligationState.CONFIRMED if row.confirmed_at is not None else ObligationState.PAID
    return ObligationState.OVERDUE if row.due_at < at else ObligationState.DUE


def late_by(row: Obligation, at: datetime) -> timedelta:
    """How late it was paid, or is so far; zero where it was in time."""
    return max(timedelta(0), (row.paid_at or at) - row.due_at)


def draft(*, key: str, by: Actor, at: datetime) -> str:
    """What the product proposes to write for a debt, from what started it; empty where it has none.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    row = get_obligation(key=key, by=by, at=at)
    return draft_of(row.about)


def written(row: Obligation) -> str | None:
    """The text as it was written; None where there is none, or it was erased."""
    return opened(row.text) if row.text else None


def _in_state(state: ObligationState, at: datetime) -> Q:
    paid, confirmed = Q(paid_at__isnull=False), Q(confirmed_at__isnull=False)
    return {
        ObligationState.DUE: ~paid & Q(due_at__gte=at),
        ObligationState.OVERDUE: ~paid & Q(due_at__lt=at),
        ObligationState.PAID: paid,
        ObligationState.CONFIRMED: paid & confirmed,
    }[state]
