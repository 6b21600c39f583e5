"""Machines of a product and their tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field, StringConstraints

from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Name, Shown
from flightrules.service.people import queries, services
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.models import Machine, MachineIdentity, MachineKey
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


Issuer = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{1,290}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,298}[!-~])?$")]
Subject = Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,498}[!-~])?$")]
Claim = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.:/-]{0,59}$")]


class IdentityIn(Asked):
    """Tokens that are to stand for a machine."""

    issuer: Issuer
    audience: Word
    subject: Subject = Field(description="in full, or a beginning that ends in :* or /*")
    claims: dict[Claim, Word] = Field(default_factory=dict, max_length=20)


class IdentityOut(Shown):
    """Tokens that stand for a machine."""

    key: UUID
    issuer: str
    audience: str
    subject: str
    claims: dict[str, str]
    added_by: str
    added_at: datetime
    ended_at: datetime | None


class KeyIn(Asked):
    """A public key in PEM, as ``flightrules keygen`` writes it."""

    pem: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class KeyOut(Shown):
    """A public key with which a machine signs."""

    key: UUID
    keyid: str
    pem: str
    added_by: str
    added_at: datetime
    ended_at: datetime | None


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


@router.get("/machines/{uuid:key}/tokens", response=Page[TokenOut], openapi_extra=_MANAGE)
def tokens(request: AskedRequest, key: UUID, asked: Query[PageAsked]) -> dict[str, Any]:
    """The tokens of a machine; what they open is not kept."""
    rows = queries.tokens_of_machine(str(key), by=request.actor, at=request.asked_at)
    return page_of(rows, asked, token_shown, cast=UUID)


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


@router.get("/machines/{uuid:key}/identities", response=Page[IdentityOut], openapi_extra=_MANAGE)
def identities(request: AskedRequest, key: UUID, asked: Query[PageAsked]) -> dict[str, Any]:
    """Which tokens of outside providers stand for a machine."""
    rows = queries.identities_of(str(key), by=request.actor, at=request.asked_at)
    return page_of(rows, asked, _identity, cast=UUID)


@router.post("/machines/{uuid:key}/identities", response={201: IdentityOut}, openapi_extra=_MANAGE)
@changes_state
def add_identity(request: AskedRequest, key: UUID, body: IdentityIn) -> Any:
    """Let a provider's tokens stand for a machine; they are exchanged at /oauth/token."""
    made = services.add_identity(
        machine=str(key), trust=services.Trust(**body.model_dump()), by=request.actor, at=request.asked_at
    )
    return 201, _identity(made)


@router.delete("/machines/{uuid:key}/identities/{uuid:identity}", response=IdentityOut, openapi_extra=_MANAGE)
@changes_state
def end_identity(request: AskedRequest, key: UUID, identity: UUID) -> Any:
    """Let them stand for it no more, and end what was given out for them."""
    return _identity(
        services.end_identity(machine=str(key), identity=str(identity), by=request.actor, at=request.asked_at)
    )


@router.get("/machines/{uuid:key}/keys", response=Page[KeyOut], openapi_extra=_MANAGE)
def public_keys(request: AskedRequest, key: UUID, asked: Query[PageAsked]) -> dict[str, Any]:
    """With which keys a machine signs what it claims."""
    return page_of(
        queries.machine_keys(str(key), by=request.actor, at=request.asked_at), asked, _key, cast=UUID
    )


@router.post("/machines/{uuid:key}/keys", response={201: KeyOut}, openapi_extra=_MANAGE)
@changes_state
def add_key(request: AskedRequest, key: UUID, body: KeyIn) -> Any:
    """Let what a key signed count as said by the machine."""
    return 201, _key(services.add_key(machine=str(key), pem=body.pem, by=request.actor, at=request.asked_at))


@router.delete("/machines/{uuid:key}/keys/{uuid:public}", response=KeyOut, openapi_extra=_MANAGE)
@changes_state
def end_key(request: AskedRequest, key: UUID, public: UUID) -> Any:
    """Let it count no more."""
    return _key(services.end_key(machine=str(key), public=str(public), by=request.actor, at=request.asked_at))


def _key(one: MachineKey) -> KeyOut:
    return KeyOut(**{name: getattr(one, name) for name in KeyOut.model_fields})


def _identity(one: MachineIdentity) -> IdentityOut:
    return IdentityOut(**{name: getattr(one, name) for name in IdentityOut.model_fields})


def _machine(one: Machine) -> dict[str, Any]:
    return {"key": str(one.key), "name": one.name, "product": one.product, "disabled_at": one.disabled_at}
