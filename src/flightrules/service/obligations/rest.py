"""REST of obligations: what is owed, by whom and until when; paid in writing, confirmed by another person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import Field

from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Prose
from flightrules.service.obligations import queries, services
from flightrules.service.obligations.acts import command_of, is_for
from flightrules.service.obligations.clock import in_words
from flightrules.service.obligations.models import Obligation
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router(tags=["obligations"])
_OWED = guarded(Power.READ)
"""Whose role owes or confirms it is asked beside this; a machine and a bare token never pay."""


class PaymentIn(Asked):
    """What is owed, written."""

    text: Annotated[Prose, Field(min_length=1)]


class ObligationDraftOut(Schema):
    """A draft of what is owed; empty where the product has nothing to draft it from."""

    text: str


class ObligationFilter(PageAsked):
    """Which debts; all by default."""

    state: queries.ObligationState | None = None
    release: UUID | None = None


class ObligationOut(Schema):
    """A debt with its clock. ``late`` says by how much it was paid late, or is late so far.

    ``waits_for`` is the role that has to do something next: who owes it, then who confirms it; ``yours``
    says whether that is for you to do. ``act`` is the command that alone pays it, where a text does not.
    """

    key: UUID
    product: str
    release: UUID
    version: str
    rule: str
    event: str
    about: str
    what: str
    owner: str
    confirmer: str
    escalates_to: str
    started_at: datetime
    due_at: datetime
    state: str
    late_seconds: int
    late: str
    waits_for: str
    yours: bool
    act: str
    level: int
    level_name: str
    level_at: datetime | None
    paid_at: datetime | None
    paid_by: str
    text: str | None
    confirmed_at: datetime | None
    confirmed_by: str


@router.get(
    "/products/{product}/obligations", response=Page[ObligationOut], openapi_extra=guarded(Power.READ)
)
def list_obligations(request: AskedRequest, product: Key, asked: Query[ObligationFilter]) -> Any:
    """What is and was owed for a product."""
    rows = queries.obligations(
        product=product,
        state=asked.state,
        release=str(asked.release) if asked.release else None,
        by=request.actor,
        at=request.asked_at,
    )
    return page_of(rows, asked, lambda row: _obligation(row, request), cast=UUID)


@router.get("/obligations/{uuid:key}", response=ObligationOut, openapi_extra=guarded(Power.READ))
def get_obligation(request: AskedRequest, key: UUID) -> Any:
    """One debt."""
    row = queries.get_obligation(key=str(key), by=request.actor, at=request.asked_at)
    return _obligation(row, request)


@router.get("/obligations/{uuid:key}/draft", response=ObligationDraftOut, openapi_extra=guarded(Power.READ))
def get_draft(request: AskedRequest, key: UUID) -> Any:
    """What the product drafts for a debt that a decision started, for its owner to read, change and sign."""
    return ObligationDraftOut(text=queries.draft(key=str(key), by=request.actor, at=request.asked_at))


@router.post("/obligations/{uuid:key}/payment", response={201: ObligationOut}, openapi_extra=_OWED)
@changes_state
def pay(request: AskedRequest, key: UUID, body: PaymentIn) -> Any:
    """Write what is owed, in the role that owes it, with a fresh proof of who writes."""
    row = services.pay(key=str(key), text=body.text, by=request.actor, at=request.asked_at)
    return 201, _obligation(row, request)


@router.post("/obligations/{uuid:key}/confirmation", response={201: ObligationOut}, openapi_extra=_OWED)
@changes_state
def confirm(request: AskedRequest, key: UUID) -> Any:
    """Confirm what another person wrote."""
    row = services.confirm(key=str(key), by=request.actor, at=request.asked_at)
    return 201, _obligation(row, request)


def _obligation(row: Obligation, request: AskedRequest) -> ObligationOut:
    at = request.asked_at
    late = queries.late_by(row, at)
    same = set(ObligationOut.model_fields) & {field.name for field in Obligation._meta.get_fields()}  # noqa: SLF001 -- Django's own name for its public face
    plain = {name: getattr(row, name) for name in same - {"release", "text"}}
    return ObligationOut(
        **plain,
        product=row.release.product_id,
        release=row.release_id,
        version=row.release.version,
        state=queries.state_of(row, at),
        late_seconds=int(late.total_seconds()),
        late=in_words(late) if late else "",
        waits_for=queries.waits_for(row),
        yours=is_for(row, by=request.actor, at=at),
        act=command_of(row),
        level_name=str(row.levels[row.level - 1][0]) if row.level else "",
        text=queries.written(row),
    )
