"""REST of go/no-go meetings: called, attended, closed, and their minutes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from flightrules.service.board import meetings, queries
from flightrules.service.board.models import Meeting
from flightrules.service.board.rest.sessions import AttendanceIn, AttendanceOut, attendance
from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Line, Moment, Name, Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.readiness.people_names import names_of

__all__ = ["router"]

router = Router(tags=["go/no-go meetings"])
_TYPES = {"json": "application/json", "md": "text/markdown; charset=utf-8"}


class MeetingIn(Asked):
    """A go/no-go meeting; the agenda is always the same five items."""

    starts_at: Moment
    minutes: Annotated[int, Field(ge=5, le=240)] = 30
    invited: Annotated[list[Name], Field(max_length=20)] = Field(
        default=[], description="roles; those of the rulebook where it is left out"
    )


class ClosingIn(Asked):
    """What has to be addressed first, where it was deferred."""

    addressed_first: Annotated[tuple[Annotated[Line, Field(min_length=1)], ...], Field(max_length=50)] = ()


class MeetingOut(Shown):
    """A meeting, who came, who was absent, and what came out."""

    key: UUID
    release: UUID
    agenda: list[dict[str, Any]]
    invited: list[str]
    starts_at: datetime
    minutes: int
    called_by: str
    opened_at: datetime | None
    closed_at: datetime | None
    outcome: str
    addressed_first: list[str]
    minutes_sha256: str
    markdown_sha256: str
    attendance: list[AttendanceOut]
    absent: list[str]


class MinutesOut(Shown):
    """The minutes as they were kept, and the names that their keys stand for today."""

    minutes: dict[str, Any]
    names: dict[str, str]


class MeetingsAsked(PageAsked):
    """Which meetings."""

    closed: bool | None = None


@router.get("/releases/{uuid:key}/meetings", response=Page[MeetingOut], openapi_extra=guarded(Power.READ))
def list_meetings(request: AskedRequest, key: UUID, asked: Query[MeetingsAsked]) -> Any:
    """The go/no-go meetings of a release."""
    rows = queries.meetings(release=str(key), by=request.actor, at=request.asked_at)
    if asked.closed is not None:
        rows = rows.filter(closed_at__isnull=not asked.closed)
    return page_of(rows, asked, _meeting, cast=UUID)


@router.post(
    "/releases/{uuid:key}/meetings",
    response={201: MeetingOut},
    openapi_extra=guarded(Power.MANAGE_RELEASES),
)
@changes_state
def call_meeting(request: AskedRequest, key: UUID, body: MeetingIn) -> Any:
    """Invite to a go/no-go meeting."""
    calling = meetings.Calling(body.starts_at, body.minutes, tuple(body.invited))
    made = meetings.call_meeting(release=str(key), calling=calling, by=request.actor, at=request.asked_at)
    return 201, _meeting(made)


@router.get("/meetings/{uuid:key}", response=MeetingOut, openapi_extra=guarded(Power.READ))
def get_meeting(request: AskedRequest, key: UUID) -> Any:
    """One meeting."""
    return _meeting(queries.meeting_of(str(key), by=request.actor, at=request.asked_at))


@router.post(
    "/meetings/{uuid:key}/attendance",
    response={201: MeetingOut},
    openapi_extra=guarded(Power.SIT_ON_BOARD),
)
@changes_state
def attend_meeting(request: AskedRequest, key: UUID, body: AttendanceIn) -> Any:
    """Come, or go."""
    made = meetings.attend_meeting(
        key=str(key), joins=body.action == "join", by=request.actor, at=request.asked_at
    )
    return 201, _meeting(made)


@router.post(
    "/meetings/{uuid:key}/closure",
    response={201: MeetingOut},
    openapi_extra=guarded(Power.MANAGE_RELEASES),
)
@changes_state
def close_meeting(request: AskedRequest, key: UUID, body: ClosingIn) -> Any:
    """Close the meeting; its minutes are kept."""
    made = meetings.close_meeting(
        key=str(key),
        addressed_first=body.addressed_first,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _meeting(made)


@router.get("/meetings/{uuid:key}/minutes", response=MinutesOut, openapi_extra=guarded(Power.READ))
def get_minutes(request: AskedRequest, key: UUID) -> Any:
    """The minutes with names beside their keys; a person who was erased has none."""
    found = queries.meeting_of(str(key), by=request.actor, at=request.asked_at)
    minutes = json.loads(queries.minutes_bytes(found, "json"))
    keys = {one["person"] for one in minutes["attendance"]} | {one["actor"] for one in minutes["acts"]}
    known = names_of({key for key in keys if _is_key(key)}, request.asked_at)
    return MinutesOut(minutes=minutes, names=known)


@router.get("/meetings/{uuid:key}/minutes.{form}", response={200: None}, openapi_extra=guarded(Power.READ))
def download_minutes(request: AskedRequest, key: UUID, form: Literal["json", "md"]) -> HttpResponse:
    """The minutes, byte for byte as they were kept when the meeting was closed."""
    found = queries.meeting_of(str(key), by=request.actor, at=request.asked_at)
    return HttpResponse(queries.minutes_bytes(found, form), content_type=_TYPES[form])


def _is_key(text: str) -> bool:
    """The service itself acts too, and is no person."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _meeting(one: Meeting) -> MeetingOut:
    made = ("release", "attendance", "absent", "minutes_sha256", "markdown_sha256")
    named = {name: getattr(one, name) for name in MeetingOut.model_fields if name not in made}
    came = list(one.attendance.all())
    there = {role for each in came for role in each.roles}
    return MeetingOut(
        **named,
        release=one.release_id,
        minutes_sha256=one.minutes_digest,
        markdown_sha256=one.markdown_digest,
        attendance=attendance(came),
        absent=[role for role in one.invited if role not in there],
    )
