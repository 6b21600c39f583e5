"""REST of waivers, risks and checklists of a release."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from flightrules.service.door.changes import changes_state
from flightrules.service.door.etags import etag, require_match
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Line, Moment, Name, Prose, Shown, WebLink
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.readiness import checklists, queries, risks, waivers
from flightrules.service.readiness.models import ChecklistItem, Risk, Waiver
from flightrules.service.readiness.rest.defects import ApprovalOut
from flightrules.service.readiness.shipped_checklists import SHIPPED

__all__ = ["router"]

router = Router()
_WAIVERS, _RISKS, _CHECKLISTS = ["waivers"], ["risks"], ["checklists"]
Told = Annotated[Prose, Field(min_length=1, max_length=4000)]


class WaiverIn(Asked):
    """A failed criterion to be set aside for this release."""

    criterion: Annotated[Name, Field(max_length=60)]
    reason: Told
    compensating_control: Told
    expires_at: Moment
    role: Name


class RoleIn(Asked):
    """In which role."""

    role: Name


class WaiverReasonIn(Asked):
    """Why."""

    reason: Told


class WaiverOut(Shown):
    """A waiver, who approved it, and whether it still counts."""

    key: UUID
    release: UUID
    criterion: str
    reason: str
    compensating_control: str
    expires_at: datetime
    approved_by: list[ApprovalOut]
    stands: bool
    ended_at: datetime | None


class RiskIn(Asked):
    """Something that may go wrong."""

    title: Annotated[Line, Field(min_length=1)]
    impact: Risk.Level
    probability: Risk.Level
    owner: Name
    review_on: date
    mitigation: Annotated[Prose, Field(max_length=4000)] = ""


class RiskChanged(Asked):
    """What can be changed about a risk; leave out what stays."""

    title: Annotated[Line, Field(min_length=1)] | None = None
    impact: Risk.Level | None = None
    probability: Risk.Level | None = None
    owner: Name | None = None
    review_on: date | None = None
    mitigation: Annotated[Prose, Field(max_length=4000)] | None = None
    state: Risk.State | None = None


class RiskOut(Shown):
    """A risk, what it weighs, and what that asks for."""

    key: UUID
    release: UUID
    title: str
    impact: str
    probability: str
    priority: str
    treatment: str
    owner: str
    review_on: date
    overdue: bool
    mitigation: str
    state: str
    revision: int


class RisksAsked(PageAsked):
    """Which risks."""

    state: Risk.State | None = None


class ChecklistIn(Asked):
    """A shipped checklist by its name, or a team's own with its items."""

    checklist: Annotated[Name, Field(max_length=60)]
    items: Annotated[tuple[Annotated[Line, Field(min_length=1)], ...], Field(max_length=200)] = ()


class ItemChanged(Asked):
    """What can be changed about an item; leave out what stays."""

    owner: Annotated[Line, Field(max_length=120)] | None = None
    evidence: WebLink | None = None
    done: bool | None = None


class ChecklistItemOut(Shown):
    """One item of a checklist."""

    key: UUID
    release: UUID
    checklist: str
    place: int
    text: str
    owner: str
    evidence: str
    done: bool
    done_at: datetime | None
    done_by: str
    revision: int


class ItemsAsked(PageAsked):
    """Which items."""

    checklist: str | None = Field(None, max_length=60)
    done: bool | None = None


@router.get(
    "/releases/{uuid:key}/waivers",
    response=Page[WaiverOut],
    tags=_WAIVERS,
    openapi_extra=guarded(Power.READ),
)
def list_waivers(request: AskedRequest, key: UUID, asked: Query[PageAsked]) -> Any:
    """The waivers of a release, ended ones among them."""
    rows = queries.waivers(release=str(key), by=request.actor, at=request.asked_at)
    return page_of(rows, asked, lambda one: _waiver(one, request.asked_at), cast=UUID)


@router.post(
    "/releases/{uuid:key}/waivers",
    response={201: WaiverOut},
    tags=_WAIVERS,
    openapi_extra=guarded(Power.WAIVE),
)
@changes_state
def grant_waiver(request: AskedRequest, key: UUID, body: WaiverIn) -> Any:
    """Set a criterion aside for this release."""
    terms = waivers.WaiverTerms(body.criterion, body.reason, body.compensating_control, body.expires_at)
    made = waivers.grant_waiver(
        release=str(key), terms=terms, role=body.role, by=request.actor, at=request.asked_at
    )
    return 201, _waiver(made, request.asked_at)


@router.post(
    "/waivers/{uuid:key}/approvals",
    response={201: WaiverOut},
    tags=_WAIVERS,
    openapi_extra=guarded(Power.WAIVE),
)
@changes_state
def approve_waiver(request: AskedRequest, key: UUID, body: RoleIn) -> Any:
    """Say yes to a waiver as a further person, in a further role."""
    made = waivers.approve_waiver(key=str(key), role=body.role, by=request.actor, at=request.asked_at)
    return 201, _waiver(made, request.asked_at)


@router.post(
    "/waivers/{uuid:key}/end",
    response={201: WaiverOut},
    tags=_WAIVERS,
    openapi_extra=guarded(Power.WAIVE),
)
@changes_state
def end_waiver(request: AskedRequest, key: UUID, body: WaiverReasonIn) -> Any:
    """Take a waiver back before it expires."""
    made = waivers.end_waiver(key=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    return 201, _waiver(made, request.asked_at)


@router.get(
    "/releases/{uuid:key}/risks", response=Page[RiskOut], tags=_RISKS, openapi_extra=guarded(Power.READ)
)
def list_risks(request: AskedRequest, key: UUID, asked: Query[RisksAsked]) -> Any:
    """The risk register of a release."""
    rows = queries.risks(release=str(key), by=request.actor, at=request.asked_at)
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    return page_of(rows, asked, lambda one: _risk(one, request.asked_at), cast=UUID)


@router.post(
    "/releases/{uuid:key}/risks",
    response={201: RiskOut},
    tags=_RISKS,
    openapi_extra=guarded(Power.MANAGE_READINESS),
)
@changes_state
def record_risk(request: AskedRequest, key: UUID, body: RiskIn) -> Any:
    """Put a risk into the register."""
    facts = risks.RiskFacts(**body.model_dump())
    return 201, _risk(
        risks.record_risk(release=str(key), facts=facts, by=request.actor, at=request.asked_at),
        request.asked_at,
    )


@router.get("/risks/{uuid:key}", response=RiskOut, tags=_RISKS, openapi_extra=guarded(Power.READ))
def get_risk(request: AskedRequest, response: HttpResponse, key: UUID) -> Any:
    """One risk."""
    found = queries.visible(Risk, key, by=request.actor, at=request.asked_at)
    response["ETag"] = _tag(found)
    return _risk(found, request.asked_at)


@router.patch(
    "/risks/{uuid:key}", response=RiskOut, tags=_RISKS, openapi_extra=guarded(Power.MANAGE_READINESS)
)
@changes_state
def change_risk(request: AskedRequest, key: UUID, body: RiskChanged) -> Any:
    """Review, treat or close a risk."""
    require_match(request, _tag(queries.visible(Risk, key, by=request.actor, at=request.asked_at)))
    return _risk(
        risks.change_risk(key=str(key), changes=_sent(body), by=request.actor, at=request.asked_at),
        request.asked_at,
    )


@router.get("/checklists", response=dict[str, list[str]], tags=_CHECKLISTS, openapi_extra=guarded(Power.READ))
def list_shipped_checklists(request: AskedRequest) -> Any:
    """The checklists as they come."""
    queries.require_reader(by=request.actor, at=request.asked_at)
    return {name: list(items) for name, items in SHIPPED.items()}


@router.get(
    "/releases/{uuid:key}/checklist-items",
    response=Page[ChecklistItemOut],
    tags=_CHECKLISTS,
    openapi_extra=guarded(Power.READ),
)
def list_items(request: AskedRequest, key: UUID, asked: Query[ItemsAsked]) -> Any:
    """The checklists of a release."""
    rows = queries.checklist_items(release=str(key), by=request.actor, at=request.asked_at)
    if asked.checklist is not None:
        rows = rows.filter(checklist=asked.checklist)
    if asked.done is not None:
        rows = rows.filter(done_at__isnull=not asked.done)
    return page_of(rows, asked, _item, cast=UUID)


@router.post(
    "/releases/{uuid:key}/checklists",
    response={201: list[ChecklistItemOut]},
    tags=_CHECKLISTS,
    openapi_extra=guarded(Power.MANAGE_READINESS),
)
@changes_state
def start_checklist(request: AskedRequest, key: UUID, body: ChecklistIn) -> Any:
    """Give a release a checklist."""
    made = checklists.start_checklist(
        release=str(key), checklist=body.checklist, items=body.items, by=request.actor, at=request.asked_at
    )
    return 201, [_item(one).model_dump(mode="json") for one in made]


@router.get(
    "/checklist-items/{uuid:key}",
    response=ChecklistItemOut,
    tags=_CHECKLISTS,
    openapi_extra=guarded(Power.READ),
)
def get_item(request: AskedRequest, response: HttpResponse, key: UUID) -> Any:
    """One item."""
    found = queries.visible(ChecklistItem, key, by=request.actor, at=request.asked_at)
    response["ETag"] = _tag(found)
    return _item(found)


@router.patch(
    "/checklist-items/{uuid:key}",
    response=ChecklistItemOut,
    tags=_CHECKLISTS,
    openapi_extra=guarded(Power.MANAGE_READINESS),
)
@changes_state
def change_item(request: AskedRequest, key: UUID, body: ItemChanged) -> Any:
    """Give an item an owner or evidence, tick it, or take the tick away."""
    require_match(request, _tag(queries.visible(ChecklistItem, key, by=request.actor, at=request.asked_at)))
    return _item(
        checklists.change_item(key=str(key), changes=_sent(body), by=request.actor, at=request.asked_at)
    )


def _sent(body: Schema) -> dict[str, Any]:
    return {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}


def _tag(one: Risk | ChecklistItem) -> str:
    return etag(type(one).__name__, one.key, one.revision)


def _waiver(one: Waiver, at: datetime) -> WaiverOut:
    named = {
        name: getattr(one, name)
        for name in WaiverOut.model_fields
        if name not in ("release", "approved_by", "stands")
    }
    given = sorted(one.approvals.all(), key=lambda each: (each.at, each.pk))
    return WaiverOut(
        **named,
        release=one.release_id,
        approved_by=[ApprovalOut(role=each.role, person=each.person, at=each.at) for each in given],
        stands=one.ended_at is None and one.expires_at > at,
    )


def _risk(one: Risk, at: datetime) -> RiskOut:
    computed = ("release", "priority", "treatment", "overdue")
    named = {name: getattr(one, name) for name in RiskOut.model_fields if name not in computed}
    weight = risks.priority(one.impact, one.probability)
    return RiskOut(
        **named,
        release=one.release_id,
        priority=weight,
        treatment=risks.TREATMENT[weight],
        overdue=one.state == Risk.State.OPEN and one.review_on < at.date(),
    )


def _item(one: ChecklistItem) -> ChecklistItemOut:
    named = {
        name: getattr(one, name) for name in ChecklistItemOut.model_fields if name not in ("release", "done")
    }
    return ChecklistItemOut(**named, release=one.release_id, done=one.done_at is not None)
