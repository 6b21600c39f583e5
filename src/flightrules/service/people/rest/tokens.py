"""The caller's own API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Query, Router

from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Name, Shown
from flightrules.service.people import queries, services
from flightrules.service.people.access import OWN
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.models import ApiToken
from flightrules.service.people.rest.answers import SecretAnswer

__all__ = ["NewToken", "NewTokenOut", "TokenOut", "router", "token_shown"]

router = Router()


class TokenOut(Shown):
    """A token, without what it opens with."""

    key: str
    title: str
    scopes: list[str]
    product: str = Field(description="the one product that it acts in; empty where it acts in all")
    issued_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="to the minute")
    revoked_at: datetime | None


class NewToken(Asked):
    """A token to issue."""

    title: Name
    scopes: list[str] = Field(min_length=1, max_length=30, description="powers, out of those the owner has")
    days: int = Field(30, ge=1, le=3650)


class NewOwnToken(NewToken):
    """A token of one's own to issue."""

    product: Key | None = Field(None, description="the one product that it acts in; else all of its owner's")


class NewTokenOut(TokenOut):
    """The token, and its secret, shown this once."""

    token: str


@router.get("/tokens", response=Page[TokenOut], openapi_extra=OWN)
def tokens(request: AskedRequest, asked: Query[PageAsked]) -> dict[str, Any]:
    """The tokens of the account that asks."""
    return page_of(queries.tokens_of(request.actor.account_key), asked, token_shown, cast=UUID)


@router.post("/tokens", response={201: NewTokenOut}, openapi_extra=OWN)
@changes_state
def issue(request: AskedRequest, body: NewOwnToken) -> Any:
    """Issue a token; needs a fresh proof of who asks."""
    token, secret = services.issue_token(
        title=body.title,
        scopes=body.scopes,
        days=body.days,
        product=body.product or "",
        by=request.actor,
        at=request.asked_at,
    )
    return SecretAnswer(NewTokenOut(**token_shown(token), token=secret), "token")


@router.delete("/tokens/{uuid:key}", response=TokenOut, openapi_extra=OWN)
@changes_state
def revoke(request: AskedRequest, key: UUID) -> Any:
    """End one of the caller's tokens; who manages people ends anybody's."""
    found = services.revoke_token(token=str(key), by=request.actor, at=request.asked_at)
    return TokenOut(**token_shown(found))


def token_shown(one: ApiToken) -> dict[str, Any]:
    """A token as it is shown."""
    names = ("title", "scopes", "product", "issued_at", "expires_at", "last_used_at", "revoked_at")
    return {"key": str(one.key), **{name: getattr(one, name) for name in names}}
