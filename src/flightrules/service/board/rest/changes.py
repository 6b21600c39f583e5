"""REST of change requests and of the templates that standard changes follow."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from flightrules.engine.change_lifecycle import ChangeState, Type, lacks, moves
from flightrules.service.board import changes, queries
from flightrules.service.board.models import ChangeRequest
from flightrules.service.board.standing import Approval, approval_of_change, as_change, deviates
from flightrules.service.door.changes import changes_state
from flightrules.service.door.etags import etag, require_match
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Line, LocalMoment, Name, Prose, Shown, WebLink
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["Digest", "Told", "router"]

router = Router(tags=["change requests"])
Told = Annotated[Prose, Field(max_length=4000)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_ONE = "/change-requests/{uuid:key}"


class RollbackIn(Asked):
    """How it is taken back, and what shows that this works."""

    owner: Annotated[Line, Field(max_length=120)] | None = None
    minutes: Annotated[int, Field(ge=1, le=10_000)] | None = None
    steps: Annotated[Line, Field(max_length=2000)] | None = Field(None, description="where they are written")
    evidence: WebLink | None = None
    evidence_sha256: Digest | None = None

    def stated(self) -> dict[str, Any]:
        """As the services take it."""
        table = {
            "rollback_owner": self.owner,
            "rollback_minutes": self.minutes,
            "rollback_steps": self.steps,
            "rollback_link": self.evidence,
            "rollback_digest": self.evidence_sha256,
        }
        return {name: value for name, value in table.items() if value is not None}


class ChangeFactsIn(Asked):
    """What people state about a change; leave out what stays as it is."""

    title: Annotated[Name, Field(max_length=200)] | None = None
    category: Annotated[Line, Field(max_length=60)] | None = None
    reason: Told | None = None
    risk: Told | None = None
    impact: Told | None = None
    security_impact: Told | None = None
    rollback: RollbackIn | None = None
    communication: Told | None = None
    implementation: Told | None = None
    opens_at: LocalMoment | None = None
    closes_at: LocalMoment | None = None
    zone: Annotated[str, StringConstraints(max_length=60)] | None = None

    def stated(self) -> dict[str, Any]:
        """As the services take it."""
        left_out = {"rollback", "type", "template"}
        sent = self.model_dump(exclude_unset=True, exclude=left_out)
        found = {name: value for name, value in sent.items() if value is not None}
        return found | (self.rollback.stated() if self.rollback else {})


class ChangeIn(ChangeFactsIn):
    """What raising a change request takes."""

    title: Annotated[Name, Field(max_length=200)]
    type: Type = Type.NORMAL
    template: UUID | None = Field(None, description="of a standard change")


class TemplateIn(ChangeFactsIn):
    """What standard changes will have in common."""

    title: Annotated[Name, Field(max_length=200)]


class MoveIn(Asked):
    """Where to; what is carried out, reviewed and closed has operations of its own."""

    to: Literal["assess", "authorize", "scheduled", "canceled"]


class OutcomeIn(Asked):
    """How it went."""

    outcome: Literal["successful", "successful-with-issues", "unsuccessful", "rolled-back"]
    notes: Told = ""


class ChangeReviewIn(Asked):
    """What was learnt."""

    review: Annotated[Told, Field(min_length=1)]


class RollbackOut(Shown):
    """How it is taken back."""

    owner: str
    minutes: int | None
    steps: str
    evidence: str
    evidence_sha256: str


class ChangeApprovalOut(Shown):
    """The board's last word, and whether it is about what is there now."""

    outcome: str
    stands: bool
    reasons: list[str]
    shown_sha256: str
    by: str
    role: str
    rationale: str
    at: datetime
    valid_until: datetime


class ChangeRow(Shown):
    """A change request as it is listed."""

    key: UUID
    product: str
    release: UUID | None
    is_template: bool
    template: UUID | None
    type: str
    state: str
    title: str
    category: str
    reason: str
    risk: str
    impact: str
    security_impact: str
    rollback: RollbackOut
    communication: str
    implementation: str
    opens_at: datetime | None
    closes_at: datetime | None
    zone: str
    requester: str
    raised_at: datetime
    implementer: str
    implemented_at: datetime | None
    outcome: str
    notes: str
    review: str
    revision: int


class ChangeOut(ChangeRow):
    """A change request, the board's word on it, and what its next step still needs."""

    deviates: list[str]
    approval: ChangeApprovalOut | None
    moves: dict[str, list[str]] = Field(description="each state that it can go to, with what that lacks")


class ChangesAsked(PageAsked):
    """Which change requests."""

    state: ChangeState | None = None
    type: Type | None = None
    release: UUID | None = None
    template: bool | None = None


@router.get(
    "/products/{product}/change-requests",
    response=Page[ChangeRow],
    openapi_extra=guarded(Power.READ),
)
def list_change_requests(request: AskedRequest, product: Key, asked: Query[ChangesAsked]) -> Any:
    """The change requests of a product, and its templates."""
    rows = queries.change_requests(product=product, by=request.actor, at=request.asked_at)
    filters = {
        "state": asked.state,
        "type": asked.type,
        "release": asked.release,
        "is_template": asked.template,
    }
    rows = rows.filter(**{name: value for name, value in filters.items() if value is not None})
    return page_of(rows, asked, lambda one: ChangeRow(**_row(one)), cast=UUID)


@router.post(
    "/releases/{uuid:key}/change-requests",
    response={201: ChangeOut},
    openapi_extra=guarded(Power.MANAGE_READINESS),
)
@changes_state
def raise_change(request: AskedRequest, key: UUID, body: ChangeIn) -> Any:
    """Ask for the change that a release is."""
    made = changes.raise_change(
        release=str(key),
        kind=body.type.value,
        facts=body.stated(),
        template=str(body.template) if body.template else None,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _change(made, request.asked_at)


@router.post(
    "/products/{product}/change-templates",
    response={201: ChangeOut},
    openapi_extra=guarded(Power.MANAGE_READINESS),
)
@changes_state
def raise_template(request: AskedRequest, product: Key, body: TemplateIn) -> Any:
    """Propose a template for standard changes."""
    made = changes.raise_template(product=product, facts=body.stated(), by=request.actor, at=request.asked_at)
    return 201, _change(made, request.asked_at)


@router.get(_ONE, response=ChangeOut, openapi_extra=guarded(Power.READ))
def get_change(request: AskedRequest, response: HttpResponse, key: UUID) -> Any:
    """One change request."""
    found = queries.change_of(str(key), by=request.actor, at=request.asked_at)
    response["ETag"] = _tag(found)
    return _change(found, request.asked_at)


@router.patch(_ONE, response=ChangeOut, openapi_extra=guarded(Power.MANAGE_READINESS))
@changes_state
def edit_change(request: AskedRequest, key: UUID, body: ChangeFactsIn) -> Any:
    """Change what is stated; an approval goes stale by that."""
    require_match(request, _tag(queries.change_of(str(key), by=request.actor, at=request.asked_at)))
    made = changes.edit_change(key=str(key), changes=body.stated(), by=request.actor, at=request.asked_at)
    return _change(made, request.asked_at)


@router.post(f"{_ONE}/moves", response={201: ChangeOut}, openapi_extra=guarded(Power.MANAGE_READINESS))
@changes_state
def move_change(request: AskedRequest, key: UUID, body: MoveIn) -> Any:
    """Move it on, back, or cancel it."""
    made = changes.move_change(key=str(key), to=body.to, by=request.actor, at=request.asked_at)
    return 201, _change(made, request.asked_at)


@router.post(f"{_ONE}/implementation", response={201: ChangeOut}, openapi_extra=guarded(Power.DEPLOY))
@changes_state
def implement_change(request: AskedRequest, key: UUID) -> Any:
    """Begin to carry it out."""
    made = changes.implement_change(key=str(key), by=request.actor, at=request.asked_at)
    return 201, _change(made, request.asked_at)


@router.post(f"{_ONE}/outcome", response={201: ChangeOut}, openapi_extra=guarded(Power.DEPLOY))
@changes_state
def record_outcome(request: AskedRequest, key: UUID, body: OutcomeIn) -> Any:
    """Say how it went."""
    made = changes.record_outcome(
        key=str(key), outcome=body.outcome, notes=body.notes, by=request.actor, at=request.asked_at
    )
    return 201, _change(made, request.asked_at)


@router.post(f"{_ONE}/closure", response={201: ChangeOut}, openapi_extra=guarded(Power.MANAGE_READINESS))
@changes_state
def close_change(request: AskedRequest, key: UUID, body: ChangeReviewIn) -> Any:
    """Close it with its review."""
    made = changes.close_change(key=str(key), review=body.review, by=request.actor, at=request.asked_at)
    return 201, _change(made, request.asked_at)


def _tag(one: ChangeRequest) -> str:
    return etag("change-request", one.key, one.revision)


def _row(one: ChangeRequest) -> dict[str, Any]:
    made = ("product", "release", "template", "rollback")
    return {name: getattr(one, name) for name in ChangeRow.model_fields if name not in made} | {
        "product": one.product_id,
        "release": one.release_id,
        "template": one.template_id,
        "rollback": RollbackOut(
            owner=one.rollback_owner,
            minutes=one.rollback_minutes,
            steps=one.rollback_steps,
            evidence=one.rollback_link,
            evidence_sha256=one.rollback_digest,
        ),
    }


def _change(one: ChangeRequest, at: datetime) -> ChangeOut:
    seen, approval = as_change(one, at), approval_of_change(one, at)
    return ChangeOut(
        **_row(one),
        deviates=list(deviates(one)),
        approval=_approval(approval) if approval else None,
        moves={str(to): [lack.said for lack in lacks(seen, to, at=at)] for to in sorted(moves(seen))},
    )


def _approval(one: Approval) -> ChangeApprovalOut:
    names = ("outcome", "stands", "by", "role", "rationale", "at", "valid_until")
    same = {name: getattr(one, name) for name in names}
    return ChangeApprovalOut(**same, reasons=list(one.reasons), shown_sha256=one.shown)
