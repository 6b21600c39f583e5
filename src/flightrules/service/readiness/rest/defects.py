"""REST of the defect register and of what is shipped all the same."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from flightrules.service.door.changes import changes_state
from flightrules.service.door.etags import etag, require_match
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Line, Moment, Name, Prose, Shown, WebLink
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.readiness import defects, queries, register_reviews
from flightrules.service.readiness.models import Acceptance, Defect, RegisterReview

__all__ = ["router"]

router = Router(tags=["defects"])
Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/#-]{0,59}$")]
Told = Annotated[Prose, Field(min_length=1, max_length=4000)]


class DefectIn(Asked):
    """A known defect."""

    number: Number
    title: Annotated[Line, Field(min_length=1)]
    severity: Name
    state: Defect.State = Defect.State.OPEN
    standing: Defect.Standing = Defect.Standing.BEING_FIXED
    url: WebLink | None = None
    owner: Annotated[Line, Field(max_length=120)] = ""
    affected_users: Annotated[Prose, Field(max_length=4000)] = ""
    workaround: Annotated[Prose, Field(max_length=4000)] = ""


class DefectChanged(Asked):
    """What can be changed about a defect; leave out what stays."""

    title: Annotated[Line, Field(min_length=1)] | None = None
    severity: Name | None = None
    state: Defect.State | None = None
    standing: Defect.Standing | None = None
    url: WebLink | None = None
    owner: Annotated[Line, Field(max_length=120)] | None = None
    affected_users: Annotated[Prose, Field(max_length=4000)] | None = None
    workaround: Annotated[Prose, Field(max_length=4000)] | None = None


class TermsIn(Asked):
    """What an acceptance says; defect, title, severity and who accepted are known."""

    affected_users: Told
    business_impact: Told
    mitigation: Told
    monitoring: Told
    resolution_target: date
    expires_at: Moment


class AcceptanceIn(Asked):
    """For which release, in which role; terms are left out to agree to those that stand, or stood before."""

    release: UUID
    role: Name
    terms: TermsIn | None = None


class AcceptanceEndedIn(Asked):
    """Why it is taken back; it goes on record as a commitment."""

    reason: Told


class ApprovalOut(Shown):
    """One person's yes."""

    role: str
    person: str
    at: datetime


class AcceptanceOut(Shown):
    """A defect shipped on purpose: what was said, by whom, for the how many-th time."""

    key: UUID
    release: UUID
    version: str
    severity: str
    affected_users: str
    business_impact: str
    mitigation: str
    monitoring: str
    resolution_target: date
    expires_at: datetime
    roles: list[str]
    accepted_by: list[ApprovalOut]
    missing: list[str]
    time: int
    stands: bool
    voided_because: str


class DefectOut(Shown):
    """A defect, how it stands, and its acceptances."""

    key: UUID
    product: str
    number: str
    title: str
    severity: str
    state: str
    standing: str
    url: str
    owner: str
    affected_users: str
    workaround: str
    recorded_at: datetime
    changed_at: datetime
    revision: int
    acceptances: list[AcceptanceOut]


class RegisterReviewIn(Asked):
    """What there is to say about it, if anything."""

    note: Annotated[Prose, Field(max_length=4000)] = ""


class ReviewOut(Shown):
    """Who said that the register was complete, and what it held then."""

    key: UUID
    by: str
    at: datetime
    note: str
    listed: int
    open: dict[str, int]


class DefectsAsked(PageAsked):
    """Which defects."""

    state: Defect.State | None = None
    severity: str | None = Field(None, max_length=60)
    number: str | None = Field(None, max_length=60)


@router.get("/products/{product}/defects", response=Page[DefectOut], openapi_extra=guarded(Power.READ))
def list_defects(request: AskedRequest, product: str, asked: Query[DefectsAsked]) -> Any:
    """The register of a product."""
    rows = queries.defects(product=product, by=request.actor, at=request.asked_at)
    for name in ("state", "severity", "number"):
        value = getattr(asked, name)
        if value is not None:
            rows = rows.filter(**{name: value})
    return page_of(rows, asked, lambda one: _defect(one, request.asked_at), cast=UUID)


@router.post(
    "/products/{product}/defects",
    response={201: DefectOut},
    openapi_extra=guarded(Power.MANAGE_READINESS),
)
@changes_state
def record_defect(request: AskedRequest, product: str, body: DefectIn) -> Any:
    """Put a defect into the register."""
    facts = defects.DefectFacts(**{**body.model_dump(), "url": body.url or ""})
    return 201, _defect(
        defects.record_defect(product=product, facts=facts, by=request.actor, at=request.asked_at),
        request.asked_at,
    )


@router.get("/defects/{uuid:key}", response=DefectOut, openapi_extra=guarded(Power.READ))
def get_defect(request: AskedRequest, response: HttpResponse, key: UUID) -> Any:
    """One defect."""
    found = queries.visible(Defect, key, by=request.actor, at=request.asked_at)
    response["ETag"] = _tag(found)
    return _defect(found, request.asked_at)


@router.patch("/defects/{uuid:key}", response=DefectOut, openapi_extra=guarded(Power.MANAGE_READINESS))
@changes_state
def change_defect(request: AskedRequest, key: UUID, body: DefectChanged) -> Any:
    """Change a defect; a worse severity voids every acceptance of the milder one."""
    require_match(request, _tag(queries.visible(Defect, key, by=request.actor, at=request.asked_at)))
    sent = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    return _defect(
        defects.change_defect(key=str(key), changes=sent, by=request.actor, at=request.asked_at),
        request.asked_at,
    )


@router.post(
    "/defects/{uuid:key}/acceptances",
    response={201: AcceptanceOut},
    openapi_extra=guarded(Power.ACCEPT),
)
@changes_state
def accept_defect(request: AskedRequest, key: UUID, body: AcceptanceIn) -> Any:
    """Accept a defect for one release, in one role."""
    terms = defects.Terms(**body.terms.model_dump()) if body.terms else None
    made = defects.accept_defect(
        key=str(key),
        release=str(body.release),
        role=body.role,
        terms=terms,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _acceptance(made, request.asked_at)


@router.post(
    "/acceptances/{uuid:key}/end", response={201: AcceptanceOut}, openapi_extra=guarded(Power.ACCEPT)
)
@changes_state
def end_acceptance(request: AskedRequest, key: UUID, body: AcceptanceEndedIn) -> Any:
    """Take an acceptance back before it expires; the defect counts again."""
    made = defects.end_acceptance(key=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    return 201, _acceptance(made, request.asked_at)


@router.get(
    "/releases/{uuid:key}/register-reviews", response=Page[ReviewOut], openapi_extra=guarded(Power.READ)
)
def list_register_reviews(request: AskedRequest, key: UUID, asked: Query[PageAsked]) -> Any:
    """Who has confirmed for this release that the register of defects is complete."""
    return page_of(
        queries.register_reviews(release=str(key), by=request.actor, at=request.asked_at),
        asked,
        _review,
        cast=UUID,
    )


@router.post(
    "/releases/{uuid:key}/register-reviews",
    response={201: ReviewOut},
    openapi_extra=guarded(Power.MANAGE_READINESS),
)
@changes_state
def confirm_register(request: AskedRequest, key: UUID, body: RegisterReviewIn) -> Any:
    """Confirm that the register of defects, as it stands, is complete for this release."""
    made = register_reviews.confirm_register(
        release=str(key), note=body.note, by=request.actor, at=request.asked_at
    )
    return 201, _review(made)


def _tag(defect: Defect) -> str:
    return etag("defect", defect.key, defect.revision)


def _review(one: RegisterReview) -> ReviewOut:
    return ReviewOut(**{name: getattr(one, name) for name in ReviewOut.model_fields})


def _defect(one: Defect, at: datetime) -> DefectOut:
    named = {
        name: getattr(one, name) for name in DefectOut.model_fields if name not in ("product", "acceptances")
    }
    accepted = sorted(queries.acceptances_of(one), key=lambda each: (each.opened_at, each.key))
    return DefectOut(
        **named, product=one.product_id, acceptances=[_acceptance(each, at) for each in accepted]
    )


def _acceptance(one: Acceptance, at: datetime) -> AcceptanceOut:
    named = {
        name: getattr(one, name)
        for name in AcceptanceOut.model_fields
        if name not in ("release", "version", "accepted_by", "missing", "stands")
    }
    given = sorted(one.approvals.all(), key=lambda each: (each.at, each.pk))
    have = {each.role for each in given}
    return AcceptanceOut(
        **named,
        release=one.release_id,
        version=one.release.version,
        accepted_by=[ApprovalOut(role=each.role, person=each.person, at=each.at) for each in given],
        missing=[role for role in one.roles if role not in have],
        stands=bool(one.complete_at) and not one.voided_at and one.expires_at > at,
    )
