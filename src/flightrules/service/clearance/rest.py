"""REST of clearance: may this artefact go there now, what shows that conditions hold, the signed answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from flightrules.service.clearance import queries, services
from flightrules.service.clearance.answer import WAITING, Clearance
from flightrules.service.clearance.attestations import attestation_of
from flightrules.service.clearance.models import ConditionReading
from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.problems import problem
from flightrules.service.door.refusals import InvalidError
from flightrules.service.door.schemas import Asked, Line, Moment, Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router(tags=["clearance"])

Digest = Annotated[str, StringConstraints(pattern=r"^(?:sha256:)?[0-9a-f]{64}$")]
Place = Annotated[Line, Field(min_length=1, max_length=60)]
Product = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,60}$")]
Share = Annotated[
    Decimal | None, Field(ge=0, le=100, description="share of users a new flag is set to, in %")
]
_FORBIDDEN, _CONFLICT, _PRECONDITION = 403, 409, 412
_TYPE = "application/vnd.in-toto+dsse"


class ClearanceAsked(Schema):
    """Which artefact, and where to."""

    artefact: Digest
    environment: Place
    product: Product = ""
    flag_percent: Share = None
    strict: bool = Field(False, description="answer 409 or 412 where it is not open")


class FlaggerMetadata(Schema):
    """What a canary's webhook says in `metadata`, which whoever deploys has written."""

    model_config = ConfigDict(extra="forbid")

    artefact: Digest | None = None
    environment: Place | None = None
    product: Product = ""
    flag_percent: Share = None


class ClearancePost(BaseModel):
    """The question of a deployment tool; a webhook of Flagger asks in `metadata` and says more beside it."""

    model_config = ConfigDict(extra="allow")

    artefact: Digest | None = None
    environment: Place | None = None
    product: Product = ""
    flag_percent: Share = None
    metadata: FlaggerMetadata = Field(default_factory=FlaggerMetadata)

    def asked(self) -> queries.Asked:
        """As the queries take it.

        Raises:
            InvalidError: E_INVALID_BODY.
        """
        if "metadata" not in self.model_fields_set:
            _refuse_unknown(self.model_extra or ())
        names = ("artefact", "environment", "product", "flag_percent")
        both = [(getattr(self, name), getattr(self.metadata, name)) for name in names]
        if any(mine != theirs and not {mine, theirs} & {None, ""} for mine, theirs in both):
            raise InvalidError(
                "E_INVALID_BODY", "the question and its `metadata` name different things", hint="send one"
            )
        artefact, environment, product, flag = (
            theirs if mine in (None, "") else mine for mine, theirs in both
        )
        if artefact is None or environment is None:
            raise InvalidError(
                "E_INVALID_BODY",
                "the question names no artefact or no environment",
                hint="send both, or both in `metadata`",
            )
        return queries.Asked(_hex(artefact), environment, product or "", flag)


class DataOut(Shown):
    """What Argo's web metric looks at: ``jsonPath: "{$.data}"``."""

    ok: bool
    state: str
    score: int


class ClearanceReasonOut(Shown):
    """Why not, and what to do."""

    code: str
    text: str
    fix: str


class ConditionOut(Shown):
    """A condition of the decision as it stands now: MET, UNMET or UNPROVEN."""

    text: str
    state: str
    reason: str
    taken_at: datetime | None


class ClearedDecisionOut(Shown):
    """The decision that the answer rests on."""

    key: UUID
    outcome: str
    moment: str
    environment: str
    dossier: str
    record: str
    at: datetime
    valid_until: datetime


class ClearedReleaseOut(Shown):
    """The release that ships the artefact."""

    key: UUID
    product: str
    version: str


class ClearanceOut(Shown):
    """Whether it is open, and everything that the answer rests on."""

    open: bool
    state: str
    data: DataOut
    artefact: str
    environment: str
    basis: str
    reasons: list[ClearanceReasonOut]
    conditions: list[ConditionOut]
    remarks: list[str]
    decision: ClearedDecisionOut | None
    release: ClearedReleaseOut | None
    as_of: datetime


class VerdictOut(Shown):
    """How a release stands at the environment that it is meant for."""

    data: DataOut
    environment: str
    reasons: list[ClearanceReasonOut]
    as_of: datetime


class ReadingIn(Asked):
    """What was read of a condition: `flag NAME`, `reading NAME` or `backup of NAME`."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.+-]{1,40}$")]
    unit: Annotated[str, StringConstraints(pattern=r"^(?:%|[A-Za-z][A-Za-z/]{0,19})?$")] = ""
    taken_at: Moment
    evidence_sha256: Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{64})?$")] = ""


class ConfirmationIn(Asked):
    """What a person confirms in a role, in the words of the decision."""

    condition: Annotated[Line, Field(min_length=1, max_length=300)]
    holds: bool = True


class ReadingOut(Shown):
    """A reading as it came."""

    key: UUID
    name: str
    value: str
    unit: str
    taken_at: datetime
    received_at: datetime
    brought_by: str
    role: str
    evidence_sha256: str


class ReadingsAsked(PageAsked):
    """Which readings."""

    name: str | None = Field(None, max_length=300)


@router.get("/clearance", response=ClearanceOut, openapi_extra=guarded(Power.READ))
def get_clearance(request: AskedRequest, asked: Query[ClearanceAsked]) -> Any:
    """May this artefact go to this environment now? Looking writes nothing."""
    _refuse_unknown(set(request.GET) - set(ClearanceAsked.model_fields))
    question = queries.Asked(_hex(asked.artefact), asked.environment, asked.product, asked.flag_percent)
    found = queries.clearance(asked=question, by=request.actor, at=request.asked_at)
    if asked.strict and not found.is_open:
        return _refusal(found)
    return _clearance(found)


@router.post("/clearance", response=ClearanceOut, openapi_extra=guarded(Power.READ))
@changes_state
def ask_clearance(request: AskedRequest, body: ClearancePost) -> Any:
    """The same, put on record: 200 only where it is open, so that a webhook may look at the status alone."""
    found = services.answer(asked=body.asked(), by=request.actor, at=request.asked_at)
    return _clearance(found) if found.is_open else _refusal(found)


@router.get("/releases/{uuid:key}/verdict", response=VerdictOut, openapi_extra=guarded(Power.READ))
def get_release_clearance(request: AskedRequest, key: UUID) -> Any:
    """How a release stands where it is meant to go, for tools that look at `data`."""
    found = queries.verdict(release=str(key), by=request.actor, at=request.asked_at)
    worst = next((one for one in found if not one.is_open), found[0])
    answer = _clearance(worst)
    return VerdictOut(
        data=answer.data, environment=answer.environment, reasons=answer.reasons, as_of=answer.as_of
    )


@router.get("/decisions/{uuid:key}/attestation", openapi_extra=guarded(Power.READ))
def get_attestation(request: AskedRequest, key: UUID) -> HttpResponse:
    """The signed answer for the decision's artefacts and environment: a DSSE bundle, verified offline."""
    data = attestation_of(decision=str(key), by=request.actor, at=request.asked_at)
    return HttpResponse(data, content_type=_TYPE)


@router.get(
    "/releases/{uuid:key}/condition-readings",
    response=Page[ReadingOut],
    openapi_extra=guarded(Power.READ),
)
def list_readings(request: AskedRequest, key: UUID, asked: Query[ReadingsAsked]) -> Any:
    """Everything that was read of the conditions of a release."""
    rows = queries.condition_readings(release=str(key), by=request.actor, at=request.asked_at)
    if asked.name is not None:
        rows = rows.filter(name=asked.name)
    return page_of(rows, asked, _reading, cast=UUID)


@router.post(
    "/releases/{uuid:key}/condition-readings",
    response={201: ReadingOut},
    openapi_extra=guarded(Power.BRING_EVIDENCE),
)
@changes_state
def bring_reading(request: AskedRequest, key: UUID, body: ReadingIn) -> Any:
    """Bring what was measured of a condition."""
    made = services.bring_reading(
        release=str(key),
        facts=services.ReadingFacts(body.name, body.value, body.unit, body.taken_at, body.evidence_sha256),
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _reading(made)


@router.post(
    "/releases/{uuid:key}/condition-confirmations",
    response={201: ReadingOut},
    openapi_extra=guarded(Power.READ),
)
@changes_state
def confirm_condition(request: AskedRequest, key: UUID, body: ConfirmationIn) -> Any:
    """Confirm, in the role that the condition names, what no machine can show."""
    made = services.confirm(
        release=str(key),
        condition=body.condition,
        holds=body.holds,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _reading(made)


def _clearance(found: Clearance) -> ClearanceOut:
    return ClearanceOut(**found.to_json())


def _refusal(found: Clearance) -> HttpResponse:
    """412 where time or people can open it, 403 where nothing is known, else 409; with the whole answer."""
    told = _clearance(found).model_dump(mode="json")
    waits = found.state == WAITING
    return problem(
        _PRECONDITION if waits else _CONFLICT if found.release else _FORBIDDEN,
        "E_CLEARANCE_WAITS" if waits else "E_CLEARANCE_CLOSED",
        "; ".join(one.text for one in found.reasons[:5]),
        hint=found.reasons[0].fix if found.reasons else None,
        clearance=told,
    )


def _reading(row: ConditionReading) -> ReadingOut:
    return ReadingOut(
        key=row.key,
        name=row.name,
        value=row.value,
        unit=row.unit,
        taken_at=row.taken_at,
        received_at=row.received_at,
        brought_by=row.brought_by,
        role=row.role,
        evidence_sha256=row.evidence,
    )


def _refuse_unknown(names: Iterable[str]) -> None:
    """A word that nobody reads is no question: a share of users by another name would go unseen."""
    unknown = sorted(names)
    if unknown:
        raise InvalidError(
            "E_INVALID_BODY",
            f"nothing here is called {unknown[0][:40]!r}",
            hint=f"ask for {', '.join(ClearanceAsked.model_fields)}",
        )


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")
