"""REST of overrides: what would have to be named, asked for, received, signed, given up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from flightrules.service.decisions import overrides
from flightrules.service.decisions.models import Override, SignOff
from flightrules.service.decisions.override_queries import (
    draft,
    override_of,
    overrides_of,
    shortfalls,
    statement,
)
from flightrules.service.decisions.rest.sign_offs import signer_of
from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Line, Prose, Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router(tags=["overrides"])
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Role = Annotated[str, StringConstraints(pattern=r"^[^\W_][\w -]{0,59}$")]
Reason = Annotated[Prose, Field(min_length=1, max_length=4000)]


class OverrideDraftOut(Shown):
    """What stands against going now, by name, and who would have to sign."""

    dossier: str
    criteria: list[str]
    defects: list[str]
    blockers: list[str]
    quality: list[str]
    authorities: list[str]
    forbidden: str


class OverrideIn(Asked):
    """The asking: ``accepts`` names every criterion, defect and blocker of the draft."""

    accepts: Annotated[list[Line], Field(max_length=2000)]
    reason: Reason


class ReceiptIn(Asked):
    """That the risk statement was received, by the SHA-256 of what was read."""

    role: Role
    statement: Digest


class SignatureIn(Asked):
    """One side's signature: ``agree``, or for quality ``dissent-acknowledged``."""

    role: Role
    choice: Annotated[str, StringConstraints(max_length=40)]
    dossier: Digest
    reason: Annotated[Prose, Field(max_length=4000)] = ""


class GivenUpIn(Asked):
    """Why it is given up."""

    reason: Reason


class OverrideSignatureOut(Shown):
    """A signature: who, when, with which meaning."""

    key: UUID
    role: str
    person: str
    name: str
    through: str
    choice: str
    meaning: str
    at: datetime


class OverrideOut(Shown):
    """An override as it stands; ``lacks`` is what is missing before it decides."""

    key: UUID
    release: UUID
    decision: UUID
    dossier: str
    criteria: list[str]
    defects: list[str]
    blockers: list[str]
    statement: str
    asked_by: str
    asked_at: datetime
    answer_due_at: datetime
    escalated_at: datetime | None
    receipt_by: str
    receipt_at: datetime | None
    signatures: list[OverrideSignatureOut]
    lacks: list[str]
    closed_at: datetime | None
    closed_because: str


@router.get(
    "/releases/{uuid:key}/override-draft", response=OverrideDraftOut, openapi_extra=guarded(Power.READ)
)
def show_draft(request: AskedRequest, key: UUID) -> Any:
    """What an override of this release would have to name, and who would sign it."""
    return OverrideDraftOut(**draft(release=str(key), by=request.actor, at=request.asked_at))


@router.get("/releases/{uuid:key}/overrides", response=Page[OverrideOut], openapi_extra=guarded(Power.READ))
def list_overrides(request: AskedRequest, key: UUID, asked: Query[PageAsked]) -> Any:
    """All overrides that were ever asked for, with what became of each."""
    rows = overrides_of(release=str(key), by=request.actor, at=request.asked_at)
    return page_of(rows, asked, lambda row: _out(row, request.asked_at), cast=UUID)


@router.post(
    "/releases/{uuid:key}/overrides", response={201: OverrideOut}, openapi_extra=guarded(Power.OVERRIDE)
)
@changes_state
def ask(request: AskedRequest, key: UUID, body: OverrideIn) -> Any:
    """Ask for the override of the no-go that stands; the risk statement is drafted with it."""
    made = overrides.ask_override(
        release=str(key), accepts=body.accepts, reason=body.reason, by=request.actor, at=request.asked_at
    )
    return 201, _out(made, request.asked_at)


@router.get("/overrides/{uuid:key}", response=OverrideOut, openapi_extra=guarded(Power.READ))
def show(request: AskedRequest, key: UUID) -> Any:
    """One override."""
    return _out(override_of(str(key), by=request.actor, at=request.asked_at), request.asked_at)


@router.get(
    "/overrides/{uuid:key}/statement",
    openapi_extra={**guarded(Power.READ), "responses": {200: {"description": "OK"}}},
)
def show_statement(request: AskedRequest, key: UUID) -> HttpResponse:
    """The risk statement as it was drafted: the very bytes whose SHA-256 the authority confirms."""
    return HttpResponse(
        statement(str(key), by=request.actor, at=request.asked_at), content_type="application/json"
    )


@router.post("/overrides/{uuid:key}/receipt", response=OverrideOut, openapi_extra=guarded(Power.OVERRIDE))
@changes_state
def receive(request: AskedRequest, key: UUID, body: ReceiptIn) -> Any:
    """Confirm, as the overriding authority, that the risk statement was received and read."""
    done = overrides.confirm_receipt(
        key=str(key), role=body.role, statement=body.statement, by=request.actor, at=request.asked_at
    )
    return _out(done, request.asked_at)


@router.post(
    "/overrides/{uuid:key}/signatures", response={201: OverrideOut}, openapi_extra=guarded(Power.OVERRIDE)
)
@changes_state
def sign(request: AskedRequest, key: UUID, body: SignatureIn) -> Any:
    """Sign one side; with the second one the release is GO BY OVERRIDE."""
    done, _ = overrides.sign_override(
        key=str(key), **body.model_dump(), by=request.actor, at=request.asked_at
    )
    return 201, _out(done, request.asked_at)


@router.post("/overrides/{uuid:key}/end", response=OverrideOut, openapi_extra=guarded(Power.OVERRIDE))
@changes_state
def end(request: AskedRequest, key: UUID, body: GivenUpIn) -> Any:
    """Give the asking up; the no-go stays."""
    done = overrides.end_override(key=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    return _out(done, request.asked_at)


def _out(row: Override, at: datetime) -> OverrideOut:
    others = ("release", "decision", "signatures", "lacks")
    named = {name: getattr(row, name) for name in OverrideOut.model_fields if name not in others}
    return OverrideOut(
        **named,
        release=row.release_id,
        decision=row.of_id,
        signatures=[_signature(one) for one in row.sign_offs.all() if one.voided_at is None],
        lacks=shortfalls(row, at),
    )


def _signature(one: SignOff) -> OverrideSignatureOut:
    named = {name: getattr(one, name) for name in OverrideSignatureOut.model_fields if name != "name"}
    return OverrideSignatureOut(**named, name=signer_of(one))
