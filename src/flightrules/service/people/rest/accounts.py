"""Accounts: closed and opened again one by one; the person stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Query, Router

from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Address, Asked, Prose, Shown
from flightrules.service.people import queries, services
from flightrules.service.people.access import OWN, guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.models import Account
from flightrules.service.people.powers import Power
from flightrules.service.people.rest.answers import InvitedOut, invited

__all__ = ["router"]

router = Router()
_MANAGE = guarded(Power.MANAGE_PEOPLE)


class AccountOut(Shown):
    """A way to sign in."""

    key: str
    person: str
    email: str
    is_active: bool
    opened_at: datetime
    locked_until: datetime | None
    awaits_vouching: bool = Field(
        description="it signs nothing before somebody vouched that it is its person's"
    )


class Further(Asked):
    """Where a further account signs in."""

    email: Address


class Why(Asked):
    """A reason that goes on record."""

    reason: Prose


@router.get("/people/{uuid:key}/accounts", response=Page[AccountOut], openapi_extra=_MANAGE)
def accounts(request: AskedRequest, key: UUID, asked: Query[PageAsked]) -> dict[str, Any]:
    """The accounts of one person."""
    owner = queries.person_of(str(key), by=request.actor, at=request.asked_at)
    return page_of(owner.accounts.all(), asked, _account, key="key", cast=UUID)


@router.post("/people/{uuid:key}/accounts", response={201: InvitedOut}, openapi_extra=_MANAGE)
@changes_state
def invite_again(request: AskedRequest, key: UUID, body: Further) -> Any:
    """Invite a person to open a further account: still one person, and one voice."""
    code = services.invite_again(person=str(key), email=body.email, by=request.actor, at=request.asked_at)
    return invited(str(key), code)


@router.post("/accounts/{uuid:key}/disable", response=AccountOut, openapi_extra=_MANAGE)
@changes_state
def disable(request: AskedRequest, key: UUID, body: Why) -> Any:
    """Close one account; its sessions and tokens end now."""
    found = services.disable_account(
        account=str(key), reason=body.reason, by=request.actor, at=request.asked_at
    )
    return AccountOut(**_account(found))


@router.post("/accounts/{uuid:key}/enable", response=AccountOut, openapi_extra=_MANAGE)
@changes_state
def enable(request: AskedRequest, key: UUID) -> Any:
    """Open a closed account again, and unlock it."""
    found = services.enable_account(account=str(key), by=request.actor, at=request.asked_at)
    return AccountOut(**_account(found))


@router.post("/accounts/{uuid:key}/vouch", response=AccountOut, openapi_extra=OWN)
@changes_state
def vouch(request: AskedRequest, key: UUID) -> Any:
    """Say that a further account is its person's: that person does, or a second one who manages people."""
    found = services.vouch_for_account(account=str(key), by=request.actor, at=request.asked_at)
    return AccountOut(**_account(found))


def _account(one: Account) -> dict[str, Any]:
    names = ("email", "is_active", "opened_at", "locked_until", "awaits_vouching")
    return {
        "key": str(one.key),
        "person": str(one.person_id),
        **{name: getattr(one, name) for name in names},
    }
