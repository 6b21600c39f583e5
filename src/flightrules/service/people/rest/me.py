"""The caller: who they are, what they may do, and a fresh proof of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Router, Schema

from flightrules.service.door.changes import changes_state
from flightrules.service.door.schemas import Asked
from flightrules.service.people import queries
from flightrules.service.people.access import OWN
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.authentication import remember_proof
from flightrules.service.people.models import Machine
from flightrules.service.people.powers import OF_MACHINES
from flightrules.service.people.proofs import prove
from flightrules.service.people.signing import PROOF_HOLDS, components_needed
from flightrules.service.records.actor import Kind

__all__ = ["router"]

router = Router()


class Held(Schema):
    """A role that the caller holds."""

    role: str
    product: str = Field(description="key of the product; empty for all")
    counts_from: datetime = Field(description="end of the cool-down; before it the role lets its holder look")
    expires_at: datetime | None


class Me(Schema):
    """Who asks."""

    key: str
    kind: str
    name: str
    account: str
    via: str
    scopes: list[str] | None = Field(description="powers that the token may use; none for a session")
    roles: list[Held]
    powers: dict[str, list[str]] = Field(description="product key (empty for the office) to powers")
    proved_at: datetime | None
    components: int = Field(description="that the last proof showed; 2 are all")
    components_needed: int = Field(description="that the next signing in this session takes")


class Proof(Asked):
    """What proves who the caller is."""

    code: str | None = Field(None, max_length=20, description="what the authenticator app shows")
    password: str | None = Field(
        None, max_length=1000, description="with the code it makes all components of a signature"
    )


class Proved(Schema):
    """When the proof was given, and how many components of a signature it showed."""

    proved_at: datetime
    components: int
    signs_until: datetime = Field(description="until then it may sign, once")


@router.get("/me", response=Me, openapi_extra=OWN)
def me(request: AskedRequest) -> dict[str, Any]:
    """Who asks, and what they may do."""
    by = request.actor
    shared = {
        "key": by.key,
        "kind": by.kind.value,
        "account": by.account_key,
        "via": by.via,
        "scopes": sorted(by.scopes) if by.via == "token" else None,
        "proved_at": by.proved_at,
        "components": by.components,
        "components_needed": components_needed(by, request.asked_at),
    }
    if by.kind is Kind.MACHINE:
        machine = Machine.objects.get(pk=by.key)
        powers = {machine.product: sorted(power.value for power in OF_MACHINES)}
        return {**shared, "name": machine.name, "roles": [], "powers": powers}
    told = queries.described(by.key, request.asked_at)
    return {**shared, "name": told["name"], "roles": told["roles"], "powers": told["powers"]}


@router.post("/me/proof", response=Proved, openapi_extra=OWN)
@changes_state
def give_proof(request: AskedRequest, body: Proof) -> Any:
    """Prove again who asks; holds for this token or session until an act wants a fresher one.

    To sign for the first time in a session takes code and password; for each later signing one is enough.
    """
    at = request.asked_at
    by = prove(by=request.actor, code=body.code, password=body.password, at=at)
    remember_proof(request, by, at)
    return Proved(proved_at=at, components=by.components, signs_until=at + PROOF_HOLDS)
