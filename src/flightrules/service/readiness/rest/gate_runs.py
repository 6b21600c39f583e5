"""REST of gate runs: asked for, looked at, and the report that came of each."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.readiness import queries, runs
from flightrules.service.readiness.models import GateRun
from flightrules.service.readiness.overview import overview
from flightrules.service.readiness.printing import report_in_print

__all__ = ["router"]

router = Router(tags=["gate runs"])
GateName = Annotated[str, StringConstraints(max_length=60)]
_TYPES = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


class RunAsked(Asked):
    """Which gate, and what CI found itself; the exit gate where none is named."""

    gate: GateName | None = None
    claim: Annotated[str, Field(max_length=1_000_000)] | None = None


class ClaimOut(Shown):
    """What CI claims; no measurement of the service."""

    outcome: str
    rulebook: str
    as_of: str
    statuses: dict[str, str]
    keys: list[str]
    verified_by: str = Field("", description="id of a machine's key that signed it; empty where none did")


class RunOut(Shown):
    """A gate run: the service's own verdict, and beside it what CI claimed."""

    key: UUID
    release: UUID
    gate: str
    kind: str
    state: str
    fault: str
    rulebook: int
    asked_by: str
    asked_at: datetime
    judged_at: datetime | None
    outcome: str
    advise: bool
    opens: bool
    counts: dict[str, int]
    statuses: dict[str, str]
    blockers: list[str]
    cautions: list[str]
    evidence: list[str]
    inputs: str
    reports: dict[str, str]
    claim: ClaimOut | None
    differences: list[str]


class RunWithStanding(RunOut):
    """A run, and whether it can be relied on now."""

    stands: bool
    because: list[str]


class GateOut(Shown):
    """How one gate of the rulebook in force stands."""

    gate: str
    title: str
    kind: str
    run: UUID | None
    outcome: str
    stands: bool
    because: list[str]


class OverviewOut(Shown):
    """All that bears on a release's readiness, in one answer."""

    release: UUID
    product: str
    version: str
    state: str
    rulebook: int | None
    gates: list[GateOut]
    blockers: list[str]
    cautions: list[str]
    differences: list[str]
    defects: dict[str, int]
    accepted: list[str]
    risks: dict[str, int]
    overdue: list[str]
    checklists: dict[str, str]
    lacks_for_approval: list[str]
    said_before: list[str]


class RunsAsked(PageAsked):
    """Which runs."""

    gate: GateName | None = None
    state: Literal["waiting", "done", "dead"] | None = None


@router.post(
    "/releases/{uuid:key}/gate-runs",
    response={201: RunOut, 202: RunOut},
    openapi_extra=guarded(Power.BRING_EVIDENCE, Power.MANAGE_RELEASES),
)
@changes_state
def ask_gate_run(request: AskedRequest, key: UUID, body: RunAsked) -> Any:
    """Have a gate judged: at once where that is little work (201), in the worker where it is much (202)."""
    run = runs.ask_gate_run(
        release=str(key), gate=body.gate, claim=body.claim, by=request.actor, at=request.asked_at
    )
    return (201 if run.judged_at else 202), _run(run)


@router.get("/releases/{uuid:key}/gate-runs", response=Page[RunOut], openapi_extra=guarded(Power.READ))
def list_gate_runs(request: AskedRequest, key: UUID, asked: Query[RunsAsked]) -> Any:
    """All gate runs of a release."""
    rows = queries.gate_runs(release=str(key), by=request.actor, at=request.asked_at)
    for name in ("gate", "state"):
        value = getattr(asked, name)
        if value is not None:
            rows = rows.filter(**{name: value})
    return page_of(rows, asked, _run, cast=UUID)


@router.get("/gate-runs/{uuid:key}", response=RunWithStanding, openapi_extra=guarded(Power.READ))
def get_gate_run(request: AskedRequest, key: UUID) -> Any:
    """One run, and whether it still stands: every byte that it read is looked at again."""
    run = queries.run_of(key, by=request.actor, at=request.asked_at)
    standing = queries.standing_of(run)
    return RunWithStanding(**_run(run).model_dump(), stands=standing.stands, because=list(standing.reasons))


@router.get("/gate-runs/{uuid:key}/report.{form}", openapi_extra=guarded(Power.READ))
def get_report(request: AskedRequest, key: UUID, form: Literal["json", "md", "html", "pdf"]) -> HttpResponse:
    """The readiness report as it was made when the gate was judged."""
    run = queries.visible(GateRun, key, by=request.actor, at=request.asked_at)
    data = report_in_print(run) if form == "pdf" else queries.report_bytes(run, form)
    answer = HttpResponse(data, content_type=_TYPES[form])
    answer["ETag"] = f'"{sha256(data).hexdigest()}"'
    answer["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    return answer


@router.get("/releases/{uuid:key}/readiness", response=OverviewOut, openapi_extra=guarded(Power.READ))
def get_readiness(request: AskedRequest, key: UUID) -> Any:
    """How ready a release is, gate by gate, and what speaks against it."""
    return OverviewOut(**overview(release=str(key), by=request.actor, at=request.asked_at))


def _run(one: GateRun) -> RunOut:
    named = {
        name: getattr(one, name)
        for name in RunOut.model_fields
        if name not in ("release", "rulebook", "opens", "claim")
    }
    opens = bool(one.judged_at) and (one.advise or one.outcome in ("GO", "CONDITIONAL GO"))
    return RunOut(
        **named,
        release=one.release_id,
        rulebook=one.edition.number,
        opens=opens,
        claim=ClaimOut(**one.claim) if one.claim else None,
    )
