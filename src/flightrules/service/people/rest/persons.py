"""Persons and their roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Field, Query, Router

from flightrules.service.door.changes import changes_state
from flightrules.service.door.etags import etag, require_match
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Address, Asked, Key, Line, Moment, Name, Shown
from flightrules.service.people import queries, services
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.models import Person, RoleGrant
from flightrules.service.people.powers import Power
from flightrules.service.people.rest.accounts import Why
from flightrules.service.people.rest.answers import InvitedOut, invited

__all__ = ["router"]

router = Router()
_MANAGE = guarded(Power.MANAGE_PEOPLE)


class Badge(Shown):
    """A person as shown beside what they do."""

    key: str
    name: str
    flags: list[str] = Field(description="why the name may mislead; the key and the roles never do")
    roles: list[str] = Field(description="roles that count now, as the office granted them")
    disabled: bool
    erased: bool


class PersonOut(Shown):
    """A person, for who manages people."""

    key: str
    name: str
    email: str
    disabled_at: datetime | None
    erased_at: datetime | None


class ErasedOut(PersonOut):
    """Nobody any more; kept documents that hold the name all the same, by SHA-256."""

    kept_documents: list[str]
    all_looked_at: bool = Field(description="whether every kept document was looked at, or the newest ones")


class RoleAsked(Asked):
    """A role, for one product or for all."""

    role: Name
    product: Key | None = Field(None, description="none for all products")


class Invited(Asked):
    """A person to invite."""

    name: Name
    email: Address
    roles: list[RoleAsked] = Field(default_factory=list, max_length=50)


class Renamed(Asked):
    """Another name."""

    name: Name


class ErasureGround(Asked):
    """The lawful ground; it stays, so it names nobody."""

    ground: Line


class Granted(RoleAsked):
    """A role to grant."""

    expires_at: Moment | None = None


class GrantOut(Shown):
    """A role as it was granted."""

    key: str
    role: str
    product: str
    granted_by: str
    granted_at: datetime
    counts_from: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class PeopleAsked(PageAsked):
    """Which people are asked for."""

    disabled: bool | None = None
    name: str = Field("", max_length=120)


@router.get("/people", response=Page[PersonOut], openapi_extra=_MANAGE)
def people(request: AskedRequest, asked: Query[PeopleAsked]) -> dict[str, Any]:
    """Everybody of the office."""
    rows = queries.people(by=request.actor, at=request.asked_at, disabled=asked.disabled, name=asked.name)
    return page_of(rows, asked, _person, cast=UUID)


@router.post("/people", response={201: InvitedOut}, openapi_extra=_MANAGE)
@changes_state
def invite(request: AskedRequest, body: Invited) -> Any:
    """Invite a person: they open their account behind the link."""
    roles = [(one.role, one.product or "") for one in body.roles]
    person, code = services.invite(
        name=body.name, email=body.email, roles=roles, by=request.actor, at=request.asked_at
    )
    return invited(str(person.key), code)


@router.get("/people/{uuid:key}", response=PersonOut, openapi_extra=_MANAGE)
def person(request: AskedRequest, response: HttpResponse, key: UUID) -> Any:
    """One person."""
    found = queries.person_of(str(key), by=request.actor, at=request.asked_at)
    response["ETag"] = _tag(found)
    return _person(found)


@router.patch("/people/{uuid:key}", response=PersonOut, openapi_extra=_MANAGE)
@changes_state
def rename(request: AskedRequest, key: UUID, body: Renamed) -> Any:
    """Show a person under another name."""
    require_match(request, _tag(queries.person_of(str(key), by=request.actor, at=request.asked_at)))
    found = services.rename_person(person=str(key), name=body.name, by=request.actor, at=request.asked_at)
    return PersonOut(**_person(found))


@router.post("/people/{uuid:key}/disable", response=PersonOut, openapi_extra=_MANAGE)
@changes_state
def disable(request: AskedRequest, key: UUID, body: Why) -> Any:
    """Shut a person out, everywhere, now."""
    found = services.disable_person(
        person=str(key), reason=body.reason, by=request.actor, at=request.asked_at
    )
    return PersonOut(**_person(found))


@router.post("/people/{uuid:key}/enable", response=PersonOut, openapi_extra=_MANAGE)
@changes_state
def enable(request: AskedRequest, key: UUID) -> Any:
    """Let a disabled person in again."""
    found = services.enable_person(person=str(key), by=request.actor, at=request.asked_at)
    return PersonOut(**_person(found))


@router.post("/people/{uuid:key}/erase", response=ErasedOut, openapi_extra=_MANAGE)
@changes_state
def erase(request: AskedRequest, key: UUID, body: ErasureGround) -> Any:
    """Forget who a disabled person was; what they did stays on record."""
    found, kept = services.erase_person(
        person=str(key), reason=body.ground, by=request.actor, at=request.asked_at
    )
    return ErasedOut(kept_documents=list(kept.digests), all_looked_at=kept.all_looked_at, **_person(found))


@router.get("/people/{uuid:key}/roles", response=Page[GrantOut], openapi_extra=_MANAGE)
def roles(request: AskedRequest, key: UUID, asked: Query[PageAsked]) -> dict[str, Any]:
    """Every role that the person has or had."""
    rows = queries.grants_of(str(key), by=request.actor, at=request.asked_at)
    return page_of(rows, asked, _grant, cast=UUID)


@router.post("/people/{uuid:key}/roles", response={201: GrantOut}, openapi_extra=_MANAGE)
@changes_state
def grant(request: AskedRequest, key: UUID, body: Granted) -> Any:
    """Grant a role; it counts after the cool-down."""
    found = services.grant_role(
        person=str(key),
        role=body.role,
        product=body.product or "",
        expires_at=body.expires_at,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, GrantOut(**_grant(found))


@router.delete("/people/{uuid:key}/roles/{uuid:grant}", response=GrantOut, openapi_extra=_MANAGE)
@changes_state
def revoke(request: AskedRequest, key: UUID, grant: UUID) -> Any:
    """Take a role away, now."""
    found = services.revoke_role(person=str(key), grant=str(grant), by=request.actor, at=request.asked_at)
    return GrantOut(**_grant(found))


@router.get(
    "/products/{product}/people", response=Page[Badge], openapi_extra=guarded(Power.READ), tags=["people"]
)
def holders(request: AskedRequest, product: Key, asked: Query[PageAsked]) -> dict[str, Any]:
    """Who holds a role for the product, with what may mislead about their names."""
    rows = queries.holders_of(product, by=request.actor, at=request.asked_at)
    found = page_of(rows, asked, lambda one: one, cast=UUID)
    return {**found, "items": queries.badges(found["items"], request.asked_at, product)}


def _person(one: Person) -> dict[str, Any]:
    return {
        "key": str(one.key),
        "name": one.name,
        "email": one.email,
        "disabled_at": one.disabled_at,
        "erased_at": one.erased_at,
    }


def _tag(one: Person) -> str:
    return etag(one.key, one.name, one.disabled_at, one.erased_at)


def _grant(one: RoleGrant) -> dict[str, Any]:
    names = ("role", "product", "granted_by", "granted_at", "counts_from", "expires_at", "revoked_at")
    return {"key": str(one.key), **{name: getattr(one, name) for name in names}}
