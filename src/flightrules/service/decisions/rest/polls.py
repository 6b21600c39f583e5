"""REST of polls: opened, looked at with who is missing, brought up to date, given up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from flightrules.service.decisions import polls, queries
from flightrules.service.decisions.dossiers import changes_since
from flightrules.service.decisions.models import Poll
from flightrules.service.decisions.signing import as_said
from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Prose, Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router(tags=["polls"])
MomentName = Literal["authorisation", "final"]


class PollOpened(Asked):
    """Which of the two decisions is asked for."""

    moment: MomentName = "final"


class PollReasonIn(Asked):
    """Why."""

    reason: Annotated[Prose, Field(min_length=1, max_length=200)]


class AskedOut(Shown):
    """Who is asked."""

    roles: list[str]
    needed: int | None
    required: list[str]
    distinct_people: bool
    verdict: str
    decider: str
    gates: list[str]


class PollOut(Shown):
    """A poll."""

    key: UUID
    release: UUID
    moment: str
    rulebook: int
    dossier: str
    asked: AskedOut
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    closed_because: str


class PollReasonOut(Shown):
    """One reason against going."""

    kind: str
    text: str


class DifferenceOut(Shown):
    """One thing that is not as it was when the poll was last brought up to date."""

    part: str
    what: str
    was: str
    now: str


class PollNow(PollOut):
    """A poll as it stands at this moment: who has spoken, who is missing, and what may be decided."""

    current_dossier: str
    differences: list[DifferenceOut]
    heard: list[str]
    missing: list[str]
    verdict: str
    allowed: list[str]
    conditions: list[str]
    reasons: list[PollReasonOut]


class PollsAsked(PageAsked):
    """Which polls."""

    moment: MomentName | None = None


@router.post(
    "/releases/{uuid:key}/polls", response={201: PollOut}, openapi_extra=guarded(Power.MANAGE_RELEASES)
)
@changes_state
def open_poll(request: AskedRequest, key: UUID, body: PollOpened) -> Any:
    """Ask the required roles; everybody who can vote is told."""
    made = polls.open_poll(release=str(key), moment=body.moment, by=request.actor, at=request.asked_at)
    return 201, _poll(made)


@router.get("/releases/{uuid:key}/polls", response=Page[PollOut], openapi_extra=guarded(Power.READ))
def list_polls(request: AskedRequest, key: UUID, asked: Query[PollsAsked]) -> Any:
    """The polls of a release."""
    rows = queries.polls(release=str(key), by=request.actor, at=request.asked_at)
    rows = rows.filter(moment=asked.moment) if asked.moment is not None else rows
    return page_of(rows, asked, _poll, cast=UUID)


@router.get("/polls/{uuid:key}", response=PollNow, openapi_extra=guarded(Power.READ))
def get_poll(request: AskedRequest, key: UUID) -> Any:
    """One poll, with everything looked at again."""
    found = queries.poll_of(str(key), by=request.actor, at=request.asked_at)
    dossier, now = queries.found_in(found, request.asked_at)
    changes = as_said(changes_since(found.dossier, dossier))
    verdict = next((vote.choice for vote in now.verdict.tally.counted), "")
    return PollNow(
        **_poll(found).model_dump(),
        current_dossier=dossier.digest,
        differences=[DifferenceOut(**one) for one in changes],
        heard=sorted(now.votes.tally.spoken),
        missing=list(now.votes.tally.missing),
        verdict=verdict,
        allowed=sorted(now.assessment.allowed) if found.closed_at is None else [],
        conditions=list(now.assessment.conditions),
        reasons=[PollReasonOut(kind=one.kind.value, text=one.text) for one in now.assessment.reasons],
    )


@router.post("/polls/{uuid:key}/refresh", response=PollOut, openapi_extra=guarded(Power.MANAGE_RELEASES))
@changes_state
def refresh_poll(request: AskedRequest, key: UUID) -> Any:
    """Void what does not count any more and ask again; within seconds it happens by itself, too."""
    return _poll(polls.refresh_poll(key=str(key), by=request.actor, at=request.asked_at))


@router.post(
    "/polls/{uuid:key}/closure", response={201: PollOut}, openapi_extra=guarded(Power.MANAGE_RELEASES)
)
@changes_state
def close_poll(request: AskedRequest, key: UUID, body: PollReasonIn) -> Any:
    """Give a poll up without a decision."""
    closed = polls.close_poll(key=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    return 201, _poll(closed)


def _poll(one: Poll) -> PollOut:
    made = ("release", "rulebook", "asked")
    named = {name: getattr(one, name) for name in PollOut.model_fields if name not in made}
    return PollOut(**named, release=one.release_id, rulebook=one.edition.number, asked=AskedOut(**one.asked))
