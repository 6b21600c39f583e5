"""Machines of a product and their tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Query, Router

from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Name, Shown
from flightrules.service.people import queries, services
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.models import Machine
from flightrules.service.people.powers import Power
from flightrules.service.people.rest.answers import SecretAnswer
from flightrules.service.people.rest.tokens import NewToken, NewTokenOut, TokenOut, token_shown

__all__ = ["router"]

router = Router()
_MANAGE = guarded(Power.MANAGE_PEOPLE)


class MachinesAsked(PageAsked):
    """Whose machines are asked for."""

    product: Key


class NewMachine(Asked):
    """A machine to register."""

    name: Name
    product: Key


class MachineOut(Shown):
    """A pipeline or scanner of one product."""

    key: str
    name: str
    product: str
    disabled_at: datetime | None


@router.get("/machines", response=Page[MachineOut], openapi_extra=_MANAGE)
def machines(request: AskedRequest, asked: Query[MachinesAsked]) -> dict[str, Any]:
    """The machines of a product."""
    return page_of(
        queries.machines_of(asked.product, by=request.actor, at=request.asked_at), asked, _machine, cast=UUID
    )


@router.post("/machines", response={201: MachineOut}, openapi_extra=_MANAGE)
@changes_state
def register(request: AskedRequest, body: NewMachine) -> Any:
    """Make a machine of one product known."""
    found = services.register_machine(
        name=body.name, product=body.product, by=request.actor, at=request.asked_at
    )
    return 201, MachineOut(**_machine(found))


@router.post("/machines/{uuid:key}/disable", response=MachineOut, openapi_extra=_MANAGE)
@changes_state
def disable(request: AskedRequest, key: UUID) -> Any:
    """Shut a machine out for good."""
    return MachineOut(
        **_machine(services.disable_machine(machine=str(key), by=request.actor, at=request.asked_at))
    )


@router.post("/machines/{uuid:key}/tokens", response={201: NewTokenOut}, openapi_extra=_MANAGE)
@changes_state
def issue(request: AskedRequest, key: UUID, body: NewToken) -> Any:
    """Issue a token for a machine; it may read and bring evidence, nothing more."""
    token, secret = services.issue_machine_token(
        machine=str(key),
        title=body.title,
        scopes=body.scopes,
        days=body.days,
        by=request.actor,
        at=request.asked_at,
    )
    return SecretAnswer(NewTokenOut(**token_shown(token), token=secret), "token")


@router.delete("/machines/{uuid:key}/tokens/{uuid:token}", response=TokenOut, openapi_extra=_MANAGE)
@changes_state
def revoke(request: AskedRequest, key: UUID, token: UUID) -> Any:
    """End a machine's token."""
    found = services.revoke_machine_token(
        machine=str(key), token=str(token), by=request.actor, at=request.asked_at
    )
    return TokenOut(**token_shown(found))


def _machine(one: Machine) -> dict[str, Any]:
    return {"key": str(one.key), "name": one.name, "product": one.product, "disabled_at": one.disabled_at}
