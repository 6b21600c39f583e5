"""REST of notices: channels of a product, what was told, and what was given up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from ninja import Field, Query, Router, Schema

from flightrules.service.door.answers import SecretAnswer
from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Line, Name, Shown
from flightrules.service.jobs.due import State
from flightrules.service.notices import queries, services
from flightrules.service.notices.events import answer as follow
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.models import Channel, Outbox, Subscription
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router(tags=["notices"])


class ChannelAsked(Asked):
    """A channel to be subscribed."""

    title: Name
    channel: Channel
    address: Line = Field(..., description="mail address, or the https:// address that the chat shows")
    kinds: list[Kind] = Field([], max_length=len(Kind), description="empty for all")


class ChannelShown(Shown):
    """A channel; its address is not shown again, for it may be a secret itself."""

    key: str
    product: str
    title: str
    channel: str
    host: str
    kinds: list[str]
    opened_at: str
    ended_at: str | None


class ChannelOpened(ChannelShown):
    """A channel just subscribed, with the secret of its signatures: shown this once."""

    secret: str = Field(description="empty for channels without signatures, and when asked again")


class NoticeShown(Shown):
    """One message to one recipient through one channel."""

    key: str
    product: str
    kind: str
    about: str
    channel: str
    state: str
    attempts: int
    fault: str
    told_at: str
    next_at: str | None
    finished_at: str | None


class NoticesAsked(PageAsked):
    """Which notices are asked for."""

    state: State | None = None


class EventsAsked(Schema):
    """Which ledger is followed, and from where."""

    product: Key
    after: int | None = Field(None, ge=-1, le=2**53, description="number of the last entry seen")


@router.get(
    "/products/{product}/channels", response=Page[ChannelShown], openapi_extra=guarded(Power.MANAGE_CATALOGUE)
)
def list_channels(request: AskedRequest, product: Key, asked: Query[PageAsked]) -> dict[str, Any]:
    """The channels of a product, ended ones too."""
    rows = queries.channels(request.actor, product, request.asked_at)
    return page_of(rows, asked, _channel, cast=UUID)


@router.post(
    "/products/{product}/channels",
    response={201: ChannelOpened},
    openapi_extra=guarded(Power.MANAGE_CATALOGUE),
)
@changes_state
def open_channel(request: AskedRequest, product: Key, asked: ChannelAsked) -> SecretAnswer:
    """Subscribe a channel. A webhook's secret is in this answer and nowhere else."""
    made, secret = services.open_channel(
        product=product,
        title=asked.title,
        channel=asked.channel,
        address=asked.address,
        kinds=asked.kinds,
        by=request.actor,
        at=request.asked_at,
    )
    return SecretAnswer(ChannelOpened(**_channel(made).model_dump(), secret=secret), "secret")


@router.delete(
    "/products/{product}/channels/{key}",
    response={204: None},
    openapi_extra=guarded(Power.MANAGE_CATALOGUE),
)
@changes_state
def end_channel(request: AskedRequest, product: Key, key: UUID) -> tuple[int, None]:
    """End a channel; its address and secret are forgotten."""
    services.end_channel(product=product, key=str(key), by=request.actor, at=request.asked_at)
    return 204, None


@router.post(
    "/products/{product}/channels/{key}/trial",
    response={202: NoticeShown},
    openapi_extra=guarded(Power.MANAGE_CATALOGUE),
)
@changes_state
def try_channel(request: AskedRequest, product: Key, key: UUID) -> tuple[int, Shown]:
    """Send a trial notice through a channel."""
    row = services.try_channel(product=product, key=str(key), by=request.actor, at=request.asked_at)
    return 202, _notice(row)


@router.get("/products/{product}/notices", response=Page[NoticeShown], openapi_extra=guarded(Power.READ))
def list_notices(request: AskedRequest, product: Key, asked: Query[NoticesAsked]) -> dict[str, Any]:
    """What was told about a product; ``?state=dead`` for what was given up."""
    rows = queries.notices_of(request.actor, product, request.asked_at, state=asked.state)
    return page_of(_columns(rows), asked, _notice, key="key", cast=UUID)


@router.get("/notices", response=Page[NoticeShown], openapi_extra=guarded(Power.OPERATE))
def list_all_notices(request: AskedRequest, asked: Query[NoticesAsked]) -> dict[str, Any]:
    """What is on its way anywhere, without what it says."""
    rows = queries.all_notices(request.actor, request.asked_at, state=asked.state)
    return page_of(_columns(rows), asked, _notice, key="key", cast=UUID)


@router.post("/notices/{key}/resend", response={202: NoticeShown}, openapi_extra=guarded(Power.OPERATE))
@changes_state
def send_again(request: AskedRequest, key: UUID) -> tuple[int, Shown]:
    """Try a message that was given up again from the beginning."""
    row = services.send_again(key=str(key), by=request.actor, at=request.asked_at)
    return 202, _notice(row)


@router.get(
    "/events",
    openapi_extra={
        **guarded(Power.READ),
        "responses": {200: {"description": "Server-Sent Events", "content": {"text/event-stream": {}}}},
    },
)
def events(request: AskedRequest, asked: Query[EventsAsked]) -> HttpResponseBase:
    """The product's ledger as it grows: one event an entry, its sequence number as id.

    Without ``after`` or ``Last-Event-ID`` the stream begins with the next entry. A client that comes back
    with the last id that it saw misses nothing. Comments keep the line open; after some minutes the server
    ends the stream and the client comes back.
    """
    return follow(request, asked.product, asked.after)


def _channel(row: Subscription) -> ChannelShown:
    return ChannelShown(
        key=str(row.key),
        product=row.product,
        title=row.title,
        channel=row.channel,
        host=row.shown,
        kinds=row.kinds,
        opened_at=row.opened_at.isoformat(),
        ended_at=row.ended_at.isoformat() if row.ended_at else None,
    )


def _columns(rows: QuerySet[Outbox]) -> QuerySet[Any]:
    """What a list shows, and no more: with whole rows a list of twenty took a sixth longer."""
    return rows.values_list(*NoticeShown.model_fields, named=True)


def _notice(row: Any) -> NoticeShown:
    return NoticeShown(
        key=str(row.key),
        product=row.product,
        kind=row.kind,
        about=row.about,
        channel=row.channel,
        state=row.state,
        attempts=row.attempts,
        fault=row.fault,
        told_at=row.told_at.isoformat(),
        next_at=row.next_at.isoformat() if row.next_at else None,
        finished_at=row.finished_at.isoformat() if row.finished_at else None,
    )
