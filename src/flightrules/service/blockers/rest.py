"""REST of blockers: raised against a release, resolved, accepted with a mitigation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field, StringConstraints

from flightrules.rules.authority import EscalationLevel
from flightrules.service.blockers import queries, services
from flightrules.service.blockers.ageing import levels_of, overdue_since
from flightrules.service.blockers.models import Blocker
from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Name, Prose, Shown, WebLink
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.readiness.shown import Grounds
from flightrules.service.releases.queries import get_release

__all__ = ["router"]

router = Router(tags=["blockers"])
Told = Annotated[Prose, Field(min_length=1, max_length=4000)]
_SAME = (
    *("key", "state", "title", "raised_by", "raised_at", "escalated_to", "overruled_by", "overruled_at"),
    *("ended_by", "ended_at", "ended_in", "said", "owner", "ended_defect", "ended_shown"),
)
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class EvidenceIn(Asked):
    """Where it can be seen: a link, or the SHA-256 of evidence of the release."""

    evidence: WebLink | None = None
    evidence_sha256: Digest | None = None

    def cited(self) -> dict[str, str]:
        """As the services take it."""
        return {"link": self.evidence or "", "digest": self.evidence_sha256 or ""}


class BlockerIn(EvidenceIn):
    """What is held against the release; ``business_impact`` in words and numbers."""

    title: Annotated[Name, Field(max_length=200)]
    business_impact: Told
    again: UUID | None = Field(None, description="an ended blocker that is raised again")


class ResolutionIn(EvidenceIn):
    """What was done about it; of everybody but the one who raised it also what shows that.

    A link is on record as claimed; evidence, a gate run that opens its gate or a defect that was closed since
    the blocker was raised are looked at.
    """

    said: Told
    gate_run: UUID | None = None
    defect: Annotated[Name, Field(max_length=60)] | None = None

    def grounds(self) -> Grounds:
        """As the services take it."""
        return Grounds(**self.cited(), gate_run=str(self.gate_run or ""), defect=self.defect or "")


class MitigationIn(Asked):
    """What makes it bearable, and who sees to it."""

    mitigation: Told
    owner: Name


class BlockerOut(Shown):
    """A blocker, how old it is, which override overruled it, and how it ended."""

    key: UUID
    release: UUID
    state: str
    title: str
    business_impact: str
    evidence: str
    evidence_sha256: str
    again: UUID | None
    raised_by: str
    raised_at: datetime
    age_seconds: int
    overdue: bool
    escalated_to: int
    overruled_by: UUID | None
    overruled_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    ended_in: str
    said: str
    owner: str
    ended_evidence: str
    ended_evidence_sha256: str
    ended_gate_run: UUID | None
    ended_defect: str
    ended_shown: str = Field(description="word, claimed, evidence, gate-run or defect")


class BlockersAsked(PageAsked):
    """Which blockers."""

    state: Blocker.State | None = None


@router.get("/releases/{uuid:key}/blockers", response=Page[BlockerOut], openapi_extra=guarded(Power.READ))
def list_blockers(request: AskedRequest, key: UUID, asked: Query[BlockersAsked]) -> Any:
    """The blockers of a release, ended ones among them."""
    release = get_release(key=str(key), by=request.actor, at=request.asked_at)
    rows, levels = queries.blockers(release), cache(lambda: levels_of(release.product_id))
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    return page_of(rows, asked, lambda one: _shown(one, request.asked_at, levels()), cast=UUID)


@router.post("/releases/{uuid:key}/blockers", response={201: BlockerOut}, openapi_extra=guarded(Power.BLOCK))
@changes_state
def raise_blocker(request: AskedRequest, key: UUID, body: BlockerIn) -> Any:
    """Hold something against a release."""
    made = services.raise_blocker(
        release=str(key),
        objection=services.Objection(body.title, body.business_impact, **body.cited()),
        again=str(body.again) if body.again else None,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _blocker(made, request.asked_at)


@router.get("/blockers/{uuid:key}", response=BlockerOut, openapi_extra=guarded(Power.READ))
def get_blocker(request: AskedRequest, key: UUID) -> Any:
    """One blocker."""
    found = queries.blocker_of(str(key), by=request.actor, at=request.asked_at)
    return _blocker(found, request.asked_at)


@router.post(
    "/blockers/{uuid:key}/resolution", response={201: BlockerOut}, openapi_extra=guarded(Power.BLOCK)
)
@changes_state
def resolve_blocker(request: AskedRequest, key: UUID, body: ResolutionIn) -> Any:
    """Say that it is gone. Of another person's blocker: show it, as one who may accept blockers."""
    made = services.resolve_blocker(
        key=str(key),
        resolution=services.Resolution(body.said, body.grounds()),
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _blocker(made, request.asked_at)


@router.post(
    "/blockers/{uuid:key}/acceptance", response={201: BlockerOut}, openapi_extra=guarded(Power.ACCEPT)
)
@changes_state
def accept_blocker(request: AskedRequest, key: UUID, body: MitigationIn) -> Any:
    """Sign for it with a mitigation; not what you raised yourself."""
    made = services.accept_blocker(
        key=str(key),
        mitigation=services.Mitigation(body.mitigation, body.owner),
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _blocker(made, request.asked_at)


def _blocker(one: Blocker, at: datetime) -> BlockerOut:
    return _shown(one, at, levels_of(one.release.product_id))


def _shown(one: Blocker, at: datetime, levels: Sequence[EscalationLevel]) -> BlockerOut:
    due = overdue_since(levels, one.raised_at)
    until = one.ended_at or one.overruled_at or at
    return BlockerOut(
        **{name: getattr(one, name) for name in _SAME},
        release=one.release_id,
        business_impact=one.impact,
        evidence=one.link,
        evidence_sha256=one.digest,
        again=one.again_id,
        age_seconds=int((until - one.raised_at).total_seconds()),
        overdue=due is not None and until > due,
        ended_evidence=one.ended_link,
        ended_evidence_sha256=one.ended_digest,
        ended_gate_run=one.ended_run,
    )
