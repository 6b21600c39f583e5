"""Confirmations in the browser, for who signs from the command line or with a passkey alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from ninja import Field, Router
from pydantic import StringConstraints

from flightrules.service.door.changes import changes_state
from flightrules.service.door.schemas import Asked, Prose, Shown
from flightrules.service.people.access import OWN
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.confirmations import ConfirmationState, asked_by, confirm_in_browser, state_of
from flightrules.service.people.models import Confirmation

__all__ = ["router"]

router = Router()
TermName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_0-9]{0,39}$")]


class NewConfirmation(Asked):
    """What is to be confirmed."""

    act: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z:-]{1,39}$")] = Field(
        description="what is signed, such as vote:go or accept-blocker"
    )
    about: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,39}/[A-Za-z0-9._-]{1,79}$")] = Field(
        description="kind/key of what it is about, such as release/KEY"
    )
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="SHA-256 of what is signed"
    )
    terms: dict[TermName, Prose] | None = Field(
        None,
        max_length=30,
        description="what the digest is over, as texts; shown where it is confirmed",
    )


class ConfirmationOut(Shown):
    """Where it stands; ``code`` is shown in the browser too, so that two askings can be told apart."""

    key: str
    act: str
    about: str
    digest: str
    url: str
    code: str
    state: ConfirmationState
    asked_at: datetime
    expires_at: datetime


@router.post("/confirmations", response={201: ConfirmationOut}, openapi_extra=OWN)
@changes_state
def ask(request: AskedRequest, body: NewConfirmation) -> Any:
    """Ask to confirm one act on one digest in the browser; it holds for this token, once, five minutes."""
    made = confirm_in_browser(
        what=body.act,
        about=body.about,
        digest=body.digest,
        terms=body.terms,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _shown(made, request.asked_at)


@router.get("/confirmations/{uuid:key}", response=ConfirmationOut, openapi_extra=OWN)
def confirmation(request: AskedRequest, key: UUID) -> Any:
    """Whether it was confirmed; told to the token that asked, and to nobody else."""
    return _shown(asked_by(str(key), request.actor), request.asked_at)


def _shown(one: Confirmation, at: datetime) -> ConfirmationOut:
    base = settings.FLIGHTRULES_BASE_URL.rstrip("/")
    return ConfirmationOut(
        key=str(one.key),
        act=one.act,
        about=one.about,
        digest=one.digest,
        url=base + reverse("confirm", args=[one.key]),
        code=one.code,
        state=state_of(one, at),
        asked_at=one.asked_at,
        expires_at=one.expires_at,
    )
