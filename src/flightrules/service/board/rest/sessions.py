"""REST of board sessions: called, attended, items scored, voted on and answered, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from flightrules.service.board import queries, sessions, voting
from flightrules.service.board.models import (
    AgendaItem,
    Attendance,
    BoardAnswer,
    BoardVote,
    Scorecard,
    Session,
)
from flightrules.service.board.rest.changes import Digest, Told
from flightrules.service.board.shown import digest_of, shown_of
from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Moment, Name, Shown, WebLink
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["AttendanceIn", "AttendanceOut", "attendance", "router"]

router = Router(tags=["board"])
_ITEM = "/board-items/{uuid:key}"


class SessionIn(Asked):
    """A board called together."""

    kind: Session.Kind = Session.Kind.REGULAR
    body: Annotated[Name, Field(max_length=60)] = "cab"
    starts_at: Moment
    minutes: Annotated[int, Field(ge=5, le=480)] = 60
    agenda: Annotated[list[UUID], Field(min_length=1, max_length=50)] = Field(
        description="change requests, in order"
    )


class AttendanceIn(Asked):
    """One comes, or goes."""

    action: Literal["join", "leave"]


class RatingIn(Asked):
    """One area; a word alone is no evidence."""

    rating: Literal["green", "amber", "red"]
    rationale: Annotated[Told, Field(min_length=1)]
    evidence: WebLink | None = None
    evidence_sha256: Digest | None = None


class ScorecardIn(Asked):
    """The five areas."""

    risk: RatingIn
    testing: RatingIn
    business_impact: RatingIn
    rollback: RatingIn
    operations: RatingIn


class BoardVoteIn(Asked):
    """A member's voice on what they have before them."""

    choice: BoardVote.Choice
    shown_sha256: Digest
    reason: Told = ""
    role: Annotated[str, Field(max_length=60)] = Field("", description="the seat, for who has several")


class AnswerIn(Asked):
    """The board's answer."""

    outcome: BoardAnswer.Outcome
    rationale: Annotated[Told, Field(min_length=1)]
    shown_sha256: Digest


class AttendanceOut(Shown):
    """Who was there, in which invited roles, from when to when."""

    person: str
    roles: list[str]
    joined_at: datetime
    left_at: datetime | None


class VoteOut(Shown):
    """A voice, and whether it counts now."""

    person: str
    role: str
    through: str
    choice: str
    reason: str
    shown_sha256: str
    at: datetime
    counts: bool


class AnswerOut(Shown):
    """What the board said."""

    outcome: str
    rationale: str
    by: str
    role: str
    shown_sha256: str
    voters: list[dict[str, str]]
    at: datetime


class AgendaItemOut(Shown):
    """One item: what is shown of it, by its digest, and what the board made of it."""

    key: UUID
    session: UUID
    change_request: UUID
    title: str
    place: int
    minutes: int
    shown_sha256: str
    shown: dict[str, Any]
    scorecard: dict[str, Any] | None
    votes: list[VoteOut]
    quorum: int
    answer: AnswerOut | None


class AgendaPlaceOut(Shown):
    """An item by its place on the agenda."""

    key: UUID
    change_request: UUID
    place: int
    minutes: int


class SessionOut(Shown):
    """A session as it was called, and who came."""

    key: UUID
    product: str
    kind: str
    body: str
    chair: str
    members: list[str]
    quorum: int
    starts_at: datetime
    minutes: int
    called_by: str
    held_at: datetime | None
    agenda: list[AgendaPlaceOut]
    attendance: list[AttendanceOut]


class SessionsAsked(PageAsked):
    """Which sessions."""

    held: bool | None = None


@router.get(
    "/products/{product}/board-sessions", response=Page[SessionOut], openapi_extra=guarded(Power.READ)
)
def list_sessions(request: AskedRequest, product: Key, asked: Query[SessionsAsked]) -> Any:
    """The board sessions of a product."""
    rows = queries.sessions(product=product, by=request.actor, at=request.asked_at)
    if asked.held is not None:
        rows = rows.filter(held_at__isnull=not asked.held)
    return page_of(rows, asked, _session, cast=UUID)


@router.post(
    "/products/{product}/board-sessions",
    response={201: SessionOut},
    openapi_extra=guarded(Power.MANAGE_RELEASES),
)
@changes_state
def call_session(request: AskedRequest, product: Key, body: SessionIn) -> Any:
    """Call the board together."""
    sitting = sessions.Sitting(
        body.kind.value, body.starts_at, body.minutes, tuple(map(str, body.agenda)), body.body
    )
    made = sessions.call_session(product=product, sitting=sitting, by=request.actor, at=request.asked_at)
    return 201, _session(made)


@router.get("/board-sessions/{uuid:key}", response=SessionOut, openapi_extra=guarded(Power.READ))
def get_session(request: AskedRequest, key: UUID) -> Any:
    """One session."""
    return _session(queries.session_of(str(key), by=request.actor, at=request.asked_at))


@router.post(
    "/board-sessions/{uuid:key}/attendance",
    response={201: SessionOut},
    openapi_extra=guarded(Power.SIT_ON_BOARD),
)
@changes_state
def attend_session(request: AskedRequest, key: UUID, body: AttendanceIn) -> Any:
    """Come, or go."""
    made = sessions.attend_session(
        key=str(key), joins=body.action == "join", by=request.actor, at=request.asked_at
    )
    return 201, _session(made)


@router.post(
    "/board-sessions/{uuid:key}/closure",
    response={201: SessionOut},
    openapi_extra=guarded(Power.MANAGE_RELEASES),
)
@changes_state
def close_session(request: AskedRequest, key: UUID) -> Any:
    """Close the session."""
    return 201, _session(sessions.close_session(key=str(key), by=request.actor, at=request.asked_at))


@router.get(_ITEM, response=AgendaItemOut, openapi_extra=guarded(Power.READ))
def get_item(request: AskedRequest, key: UUID) -> Any:
    """One item as members have it before them."""
    return _item(queries.item_of(str(key), by=request.actor, at=request.asked_at), request.asked_at)


@router.post(
    f"{_ITEM}/scorecards", response={201: AgendaItemOut}, openapi_extra=guarded(Power.MANAGE_READINESS)
)
@changes_state
def score_change(request: AskedRequest, key: UUID, body: ScorecardIn) -> Any:
    """Fill the scorecard, each area on evidence."""
    areas = {
        name.replace("_", "-"): voting.Rating(
            one.rating, one.rationale, one.evidence or "", one.evidence_sha256 or ""
        )
        for name in ScorecardIn.model_fields
        for one in (getattr(body, name),)
    }
    voting.score_change(item=str(key), areas=areas, by=request.actor, at=request.asked_at)
    return 201, _again(key, request)


@router.post(f"{_ITEM}/votes", response={201: AgendaItemOut}, openapi_extra=guarded(Power.SIT_ON_BOARD))
@changes_state
def vote_on_change(request: AskedRequest, key: UUID, body: BoardVoteIn) -> Any:
    """Vote, in one seat, on exactly what you were shown."""
    voting.vote_on_change(
        item=str(key),
        choice=body.choice.value,
        shown=body.shown_sha256,
        reason=body.reason,
        role=body.role,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _again(key, request)


@router.post(f"{_ITEM}/answer", response={201: AgendaItemOut}, openapi_extra=guarded(Power.SIT_ON_BOARD))
@changes_state
def answer_change(request: AskedRequest, key: UUID, body: AnswerIn) -> Any:
    """Give the board's answer, as its chair."""
    voting.answer_change(
        item=str(key),
        outcome=body.outcome.value,
        rationale=body.rationale,
        shown=body.shown_sha256,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _again(key, request)


def attendance(rows: list[Attendance]) -> list[AttendanceOut]:
    """Who came, in order."""
    return [
        AttendanceOut(person=one.person, roles=one.roles, joined_at=one.joined_at, left_at=one.left_at)
        for one in sorted(rows, key=lambda one: (one.joined_at, one.person))
    ]


def _again(key: UUID, request: AskedRequest) -> AgendaItemOut:
    return _item(queries.item_of(str(key), by=request.actor, at=request.asked_at), request.asked_at)


def _session(one: Session) -> SessionOut:
    made = ("product", "agenda", "attendance")
    named = {name: getattr(one, name) for name in SessionOut.model_fields if name not in made}
    items = sorted(one.items.all(), key=lambda each: each.place)
    return SessionOut(
        **named,
        product=one.product_id,
        agenda=[
            AgendaPlaceOut(
                key=each.key, change_request=each.change_id, place=each.place, minutes=each.minutes
            )
            for each in items
        ],
        attendance=attendance(list(one.attendance.all())),
    )


def _item(one: AgendaItem, at: datetime) -> AgendaItemOut:
    shown = shown_of(one)
    digest = digest_of(shown)
    answer = BoardAnswer.objects.filter(item=one).first()
    counted = {each.key for each in voting.counted_votes(one, answer.shown if answer else digest, at)}
    votes = BoardVote.objects.filter(item=one).order_by("at", "key")
    scorecard = Scorecard.objects.filter(item=one, voided_at__isnull=True).first()
    return AgendaItemOut(
        key=one.key,
        session=one.session_id,
        change_request=one.change_id,
        title=one.change.title,
        place=one.place,
        minutes=one.minutes,
        shown_sha256=digest,
        shown=shown,
        scorecard=scorecard.areas if scorecard else None,
        votes=[_vote(each, each.key in counted) for each in votes],
        quorum=one.session.quorum,
        answer=_answer(answer) if answer else None,
    )


def _vote(one: BoardVote, counts: bool) -> VoteOut:
    names = ("person", "role", "through", "choice", "reason", "at")
    return VoteOut(**{name: getattr(one, name) for name in names}, shown_sha256=one.shown, counts=counts)


def _answer(one: BoardAnswer) -> AnswerOut:
    names = ("outcome", "rationale", "by", "role", "voters", "at")
    return AnswerOut(**{name: getattr(one, name) for name in names}, shown_sha256=one.shown)
