"""Delegations and deputies."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Query, Router

from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Line, Moment, Name, Shown
from flightrules.service.people import queries, services
from flightrules.service.people.access import OWN, guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.models import Delegation, Deputy
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router()
_MANAGE = guarded(Power.MANAGE_PEOPLE)


class NewDelegation(Asked):
    """A role to lend."""

    delegate: UUID
    role: Name
    product: Key | None = None
    starts_at: Moment | None = Field(None, description="none for now")
    ends_at: Moment
    reason: Line


class DelegationOut(Shown):
    """A role that was lent."""

    key: str
    holder: str
    delegate: str
    role: str
    product: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None


class NewDeputy(Asked):
    """Who shall stand in for whom."""

    holder: UUID
    deputy: UUID
    role: Name
    product: Key | None = None


class DeputyOut(Shown):
    """Who stands in for whom."""

    key: str
    holder: str
    deputy: str
    role: str
    product: str
    counts_from: datetime
    ended_at: datetime | None


class DeputiesAsked(PageAsked):
    """Whose deputies are asked for."""

    product: Key | None = None


@router.get("/delegations", response=Page[DelegationOut], openapi_extra=OWN)
def delegations(request: AskedRequest, asked: Query[PageAsked]) -> dict[str, Any]:
    """What the caller lent and was lent."""
    return page_of(queries.delegations_of(request.actor.key), asked, _delegation, cast=UUID)


@router.post("/delegations", response={201: DelegationOut}, openapi_extra=OWN)
@changes_state
def delegate(request: AskedRequest, body: NewDelegation) -> Any:
    """Lend a role that the caller holds; needs a fresh proof of who asks."""
    found = services.delegate_role(
        delegate=str(body.delegate),
        role=body.role,
        product=body.product or "",
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        reason=body.reason,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, DelegationOut(**_delegation(found))


@router.post("/delegations/{uuid:key}/end", response=DelegationOut, openapi_extra=OWN)
@changes_state
def end_delegation(request: AskedRequest, key: UUID) -> Any:
    """End a delegation early: by either side, or by who manages people."""
    found = services.end_delegation(delegation=str(key), by=request.actor, at=request.asked_at)
    return DelegationOut(**_delegation(found))


@router.get("/deputies", response=Page[DeputyOut], openapi_extra=guarded(Power.READ))
def deputies(request: AskedRequest, asked: Query[DeputiesAsked]) -> dict[str, Any]:
    """The deputies of a product, or of the office."""
    rows = queries.deputies_of(asked.product or "", by=request.actor, at=request.asked_at)
    return page_of(rows, asked, _deputy, cast=UUID)


@router.post("/deputies", response={201: DeputyOut}, openapi_extra=_MANAGE)
@changes_state
def name_deputy(request: AskedRequest, body: NewDeputy) -> Any:
    """Name a deputy; it counts after the cool-down."""
    found = services.name_deputy(
        holder=str(body.holder),
        deputy=str(body.deputy),
        role=body.role,
        product=body.product or "",
        by=request.actor,
        at=request.asked_at,
    )
    return 201, DeputyOut(**_deputy(found))


@router.post("/deputies/{uuid:key}/end", response=DeputyOut, openapi_extra=_MANAGE)
@changes_state
def end_deputy(request: AskedRequest, key: UUID) -> Any:
    """End a deputyship."""
    return DeputyOut(**_deputy(services.end_deputy(deputy=str(key), by=request.actor, at=request.asked_at)))


def _delegation(one: Delegation) -> dict[str, Any]:
    names = ("role", "product", "reason", "starts_at", "ends_at", "ended_at")
    keys = {"key": str(one.key), "holder": str(one.holder_id), "delegate": str(one.delegate_id)}
    return {**keys, **{name: getattr(one, name) for name in names}}


def _deputy(one: Deputy) -> dict[str, Any]:
    names = ("role", "product", "counts_from", "ended_at")
    keys = {"key": str(one.key), "holder": str(one.holder_id), "deputy": str(one.deputy_id)}
    return {**keys, **{name: getattr(one, name) for name in names}}
