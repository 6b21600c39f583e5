"""REST of emergencies: classified, throttled and lifted, the list point by point, and the written word."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Line, Moment, Prose, WebLink
from flightrules.service.emergencies import queries, services
from flightrules.service.emergencies.models import Classification, Confirmation, Throttling
from flightrules.service.emergencies.points import Place, Point
from flightrules.service.emergencies.words import givers, track_of
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power, role_key
from flightrules.service.records.queries import opened

__all__ = ["router"]

router = Router(tags=["emergencies"])
_BY_ROLE = guarded(Power.READ)
"""Which role confirms a point is asked beside this; a machine and a bare token never do."""

Reason = Annotated[Prose, Field(min_length=1)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$|^$")]
PointName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$|^$")]


class ClassificationIn(Asked):
    """The written word; paths are files, or folders with a final slash, from the root of the repository."""

    reason: Reason
    reference: Annotated[Line, Field(min_length=1, max_length=60)]
    paths: Annotated[list[Annotated[Line, Field(min_length=1)]], Field(min_length=1, max_length=50)]
    authors: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    hotfix_of: Annotated[Line, Field(max_length=60)] = ""
    track: Word = ""


class EmergencyReasonIn(Asked):
    """Why."""

    reason: Reason


class TextIn(Asked):
    """What is signed off, in writing."""

    text: Reason


class PointIn(Asked):
    """What is confirmed; which of it is needed depends on the point."""

    text: Prose = ""
    link: WebLink | None = None
    digest: Digest = ""
    person: UUID | None = None
    said_at: Moment | None = None
    until: Moment | None = None
    seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None


class WordOut(Schema):
    """Somebody's confirmation."""

    key: UUID
    point: str
    by: str
    role: str
    at: datetime
    said_by: str
    said_at: datetime | None
    until: datetime | None
    seconds: int | None
    link: str
    digest: str
    text: str | None


class PointOut(Schema):
    """One point of the list as it stands; ``asked`` are the roles whose word it is, none for anybody's."""

    point: str
    title: str
    met: bool
    why: str
    measured: bool
    asked: list[str]
    word: WordOut | None


class ApproversOut(Schema):
    """Who approves, how many of them, and who must be among them."""

    roles: list[str]
    needed: int
    required: list[str]


class EmergencyOut(Schema):
    """A classification with its list."""

    key: UUID
    release: UUID
    version: str
    track: str
    reference: str
    reason: str | None
    hotfix_of: UUID | None
    paths: list[str]
    authors: list[str]
    classified_by: str
    role: str
    at: datetime
    share: str
    lifted: UUID | None
    points: list[PointOut]
    lacks: list[str]
    approvers: ApproversOut | None


class ThrottlingOut(Schema):
    """A classification that the share stopped."""

    key: UUID
    release: UUID
    version: str
    asked_by: str
    role: str
    share: str
    at: datetime
    lifted_at: datetime | None
    lifted_by: str
    lifted_role: str
    lift_until: datetime | None


class FiguresOut(Schema):
    """The share of emergencies if one more were let in, with how it is worked out, and what was stopped."""

    share: str
    emergencies: int
    releases: int
    share_per_cent: str
    limit_per_cent: str
    exceeded: bool
    throttled: int
    lifted: int
    debts: list[UUID]


@router.post(
    "/releases/{uuid:key}/emergency",
    response={201: EmergencyOut},
    openapi_extra=guarded(Power.CLASSIFY_EMERGENCY),
)
@changes_state
def classify(request: AskedRequest, key: UUID, body: ClassificationIn) -> Any:
    """Classify a release as an emergency, in writing and signed."""
    sent = body.model_dump() | {"authors": [str(one) for one in body.authors]}
    one = services.classify(
        release=str(key), stated=services.Stated(**sent), by=request.actor, at=request.asked_at
    )
    return 201, _emergency(one, request)


@router.get("/releases/{uuid:key}/emergency", response=EmergencyOut, openapi_extra=guarded(Power.READ))
def get_emergency(request: AskedRequest, key: UUID) -> Any:
    """The classification of a release and each point of its list."""
    one, found = queries.points(release=str(key), by=request.actor, at=request.asked_at)
    return _emergency(one, request, found)


@router.post(
    "/releases/{uuid:key}/emergency/end",
    response={201: EmergencyOut},
    openapi_extra=guarded(Power.CLASSIFY_EMERGENCY),
)
@changes_state
def end(request: AskedRequest, key: UUID, body: EmergencyReasonIn) -> Any:
    """Take the classification back before the decision."""
    one = services.end(release=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    return 201, _emergency(one, request, [])


@router.post("/releases/{uuid:key}/emergency/points/{point}", response={201: WordOut}, openapi_extra=_BY_ROLE)
@changes_state
def confirm_point(request: AskedRequest, key: UUID, point: PointName, body: PointIn) -> Any:
    """Confirm one point of the list: ``reviewed``, ``qa-agreed``, ``rollback-tested``, ``on-call`` ..."""
    sent = body.model_dump()
    sent |= {"link": body.link or "", "person": str(body.person) if body.person else ""}
    given = services.confirm_point(
        release=str(key), point=point, said=services.Said(**sent), by=request.actor, at=request.asked_at
    )
    return 201, _word(given)


@router.post(
    "/releases/{uuid:key}/emergency/written-sign-off", response={201: WordOut}, openapi_extra=_BY_ROLE
)
@changes_state
def sign_off_in_writing(request: AskedRequest, key: UUID, body: TextIn) -> Any:
    """The QA lead's written sign-off of what went ahead on their word."""
    given = services.sign_off_in_writing(
        release=str(key), text=body.text, by=request.actor, at=request.asked_at
    )
    return 201, _word(given)


@router.get("/products/{product}/emergencies", response=FiguresOut, openapi_extra=guarded(Power.READ))
def get_figures(request: AskedRequest, product: Key) -> Any:
    """How often the product takes the emergency track, and what stops the next one."""
    found = queries.figures(product=product, by=request.actor, at=request.asked_at)
    late = queries.debts(product, request.asked_at)
    return FiguresOut(
        share=str(found.share),
        emergencies=found.share.emergencies,
        releases=found.share.releases,
        share_per_cent=str(round(found.share.per_cent, 2)),
        limit_per_cent=str(found.share.limit),
        exceeded=found.share.is_exceeded,
        throttled=found.throttled,
        lifted=found.lifted,
        debts=[one.key for one in late],
    )


@router.get(
    "/products/{product}/emergency-throttlings",
    response=Page[ThrottlingOut],
    openapi_extra=guarded(Power.READ),
)
def list_throttlings(request: AskedRequest, product: Key, asked: Query[PageAsked]) -> Any:
    """Every time that the share stopped a classification."""
    rows = queries.throttlings(product=product, by=request.actor, at=request.asked_at)
    return page_of(rows, asked, _throttling, cast=UUID)


@router.post(
    "/emergency-throttlings/{uuid:key}/lift",
    response={201: ThrottlingOut},
    openapi_extra=guarded(Power.OVERRIDE),
)
@changes_state
def lift(request: AskedRequest, key: UUID, body: EmergencyReasonIn) -> Any:
    """Let one emergency through although the share is exceeded, as a second authority in another role."""
    row = services.lift(key=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    return 201, _throttling(row)


def _emergency(one: Classification, request: AskedRequest, found: list[Place] | None = None) -> EmergencyOut:
    if found is None:
        _, found = queries.points(release=str(one.release_id), by=request.actor, at=request.asked_at)
    ask = queries.approvers(one.release)
    return EmergencyOut(
        key=one.key,
        release=one.release_id,
        version=one.release.version,
        track=one.track,
        reference=one.reference,
        reason=opened(one.reason),
        hotfix_of=one.hotfix_of_id,
        paths=one.paths,
        authors=one.authors,
        classified_by=one.classified_by,
        role=one.role,
        at=one.at,
        share=one.share,
        lifted=one.lifted_id,
        points=[_place(place, one) for place in found],
        lacks=list(queries.lacks_for_decision(one.release, request.asked_at)),
        approvers=ApproversOut(roles=list(ask.roles), needed=ask.quorum, required=list(ask.required))
        if ask is not None
        else None,
    )


def _place(one: Place, of: Classification) -> PointOut:
    roles = givers(track_of(of)) if one.point == Point.QA_AGREED else ()
    return PointOut(
        point=one.point,
        title=one.title,
        met=one.met,
        why=one.why,
        measured=one.measured,
        asked=[role_key(role) for role in roles],
        word=_word(one.word) if one.word is not None else None,
    )


def _word(one: Confirmation) -> WordOut:
    named = {name: getattr(one, name) for name in WordOut.model_fields if name != "text"}
    return WordOut(**named, text=opened(one.text) if one.text else None)


def _throttling(one: Throttling) -> ThrottlingOut:
    named = {
        name: getattr(one, name) for name in ThrottlingOut.model_fields if name not in ("release", "version")
    }
    return ThrottlingOut(**named, release=one.release_id, version=one.release.version)
