"""REST of decisions: taken with a fresh proof, looked at with whether they stand, taken back.

A confirmation in the browser names the act ``authorisation:go`` (``authorisation:go-with-conditions`` for a
CONDITIONAL GO, else ``:no-go``, ``:deferred``, ``:cancelled``) about ``poll/KEY`` and the dossier's digest.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from flightrules.service.decisions import decisions, queries, standing
from flightrules.service.decisions.models import Decision
from flightrules.service.decisions.rest.sign_offs import Conditions, Digest
from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Prose, Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router(tags=["decisions"])


class DecidedIn(Asked):
    """What is decided on the dossier that was seen."""

    outcome: Literal["GO", "CONDITIONAL GO", "NO-GO", "DEFERRED", "CANCELLED"]
    dossier: Digest
    reason: Prose = ""
    conditions: Conditions = Field(default_factory=list)


class DecisionReasonIn(Asked):
    """Why."""

    reason: Annotated[Prose, Field(min_length=1)]


class DecisionOut(Shown):
    """A decision; its record holds everything about it."""

    key: UUID
    release: UUID
    moment: str
    outcome: str
    poll: UUID | None
    override: UUID | None
    dossier: str
    environment: str
    artefacts: dict[str, str]
    conditions: list[str]
    record: str
    by: str
    role: str
    at: datetime
    valid_until: datetime
    voided_at: datetime | None
    voided_because: str


class DecisionNow(DecisionOut):
    """A decision, and whether it lets the release go at this moment."""

    stands: bool
    because: list[str]


class ReopenedOut(Shown):
    """A release that can be worked on again."""

    key: UUID
    state: str


class OutcomeOut(Shown):
    """What stands about a release: the quality verdict, and what was decided last; empty for nothing."""

    release: UUID
    version: str
    state: str
    verdict: str
    outcome: str
    moment: str
    decided_at: datetime | None


class DecisionsAsked(PageAsked):
    """Which decisions."""

    moment: Literal["authorisation", "final"] | None = None


@router.post("/polls/{uuid:key}/decision", response={201: DecisionOut}, openapi_extra=guarded(Power.SIGN))
@changes_state
def decide(request: AskedRequest, key: UUID, body: DecidedIn) -> Any:
    """Decide a poll, as who is accountable for the authorisation."""
    said = decisions.Decided(body.outcome, body.dossier, body.reason, list(body.conditions))
    return 201, _decision(decisions.decide(poll=str(key), said=said, by=request.actor, at=request.asked_at))


@router.get("/releases/{uuid:key}/decisions", response=Page[DecisionOut], openapi_extra=guarded(Power.READ))
def list_decisions(request: AskedRequest, key: UUID, asked: Query[DecisionsAsked]) -> Any:
    """What was decided about a release."""
    rows = queries.decisions(release=str(key), by=request.actor, at=request.asked_at)
    rows = rows.filter(moment=asked.moment) if asked.moment is not None else rows
    return page_of(rows, asked, _decision, cast=UUID)


@router.get("/products/{product}/outcomes", response=Page[OutcomeOut], openapi_extra=guarded(Power.READ))
def list_outcomes(request: AskedRequest, product: Key, asked: Query[PageAsked]) -> Any:
    """Each release of a product with its quality verdict and its last decision that were not voided."""
    rows = queries.outcomes(product=product, by=request.actor, at=request.asked_at)
    return page_of(rows, asked, _outcome, cast=UUID)


@router.get("/decisions/{uuid:key}", response=DecisionNow, openapi_extra=guarded(Power.READ))
def get_decision(request: AskedRequest, key: UUID) -> Any:
    """One decision, and whether it still stands: everything that it rests on is looked at again."""
    found = queries.decision_of(str(key), by=request.actor, at=request.asked_at)
    stands, because = standing.standing_of_decision(found, request.asked_at)
    return DecisionNow(**_decision(found).model_dump(), stands=stands, because=list(because))


@router.post(
    "/releases/{uuid:key}/reopening",
    response={201: ReopenedOut},
    openapi_extra=guarded(Power.MANAGE_RELEASES),
)
@changes_state
def reopen_release(request: AskedRequest, key: UUID, body: DecisionReasonIn) -> Any:
    """Take a decided release back into test; what let it go is voided."""
    row = standing.reopen_release(release=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    return 201, ReopenedOut(key=row.key, state=row.state)


def _decision(one: Decision) -> DecisionOut:
    made = ("release", "poll", "override")
    named = {name: getattr(one, name) for name in DecisionOut.model_fields if name not in made}
    return DecisionOut(**named, release=one.release_id, poll=one.poll_id, override=one.override_id)


def _outcome(row: Any) -> OutcomeOut:
    said = {name: getattr(row, name) or "" for name in ("verdict", "outcome", "moment")}
    return OutcomeOut(
        release=row.key, version=row.version, state=row.state, decided_at=row.decided_at, **said
    )
