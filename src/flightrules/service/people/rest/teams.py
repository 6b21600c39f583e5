"""Teams."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Field, Query, Router

from flightrules.service.door.changes import changes_state
from flightrules.service.door.etags import etag, require_match
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Name, Shown
from flightrules.service.people import queries, services
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.models import Team
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router()


class TeamsAsked(PageAsked):
    """Whose teams are asked for."""

    product: Key | None = Field(None, description="none for the teams of the whole office")


class Members(Asked):
    """A team as it shall be."""

    name: Name
    members: list[UUID] = Field(default_factory=list, max_length=500)


class NewTeam(Members):
    """A team to open."""

    product: Key | None = None


class TeamOut(Shown):
    """People who are told and shown together; a team carries no powers."""

    key: str
    name: str
    product: str
    members: list[str]
    changed_at: datetime


@router.get("/teams", response=Page[TeamOut], openapi_extra=guarded(Power.READ))
def teams(request: AskedRequest, asked: Query[TeamsAsked]) -> dict[str, Any]:
    """The teams of a product, or of the office."""
    rows = queries.teams_of(asked.product or "", by=request.actor, at=request.asked_at)
    return page_of(rows, asked, _team, cast=UUID)


@router.post("/teams", response={201: TeamOut}, openapi_extra=guarded(Power.MANAGE_PEOPLE))
@changes_state
def open_team(request: AskedRequest, body: NewTeam) -> Any:
    """Open a team."""
    found = services.open_team(
        name=body.name,
        product=body.product or "",
        members=map(str, body.members),
        by=request.actor,
        at=request.asked_at,
    )
    return 201, TeamOut(**_team(found))


@router.get("/teams/{uuid:key}", response=TeamOut, openapi_extra=guarded(Power.READ))
def team(request: AskedRequest, response: HttpResponse, key: UUID) -> Any:
    """One team."""
    found = queries.team_of(str(key), by=request.actor, at=request.asked_at)
    response["ETag"] = _tag(found)
    return _team(found)


@router.put("/teams/{uuid:key}", response=TeamOut, openapi_extra=guarded(Power.MANAGE_PEOPLE))
@changes_state
def change_team(request: AskedRequest, key: UUID, body: Members) -> Any:
    """Give a team another name and other members."""

    def unchanged(found: Team) -> None:
        require_match(request, _tag(found))

    found = services.change_team(
        team=str(key),
        name=body.name,
        members=map(str, body.members),
        as_read=unchanged,
        by=request.actor,
        at=request.asked_at,
    )
    return TeamOut(**_team(found))


def _team(one: Team) -> dict[str, Any]:
    members = sorted(str(member.key) for member in one.members.all())
    return {
        "key": str(one.key),
        "name": one.name,
        "product": one.product,
        "members": members,
        "changed_at": one.changed_at,
    }


def _tag(one: Team) -> str:
    return etag(one.key, one.changed_at)
