"""REST of evidence: bytes are streamed to the store, what is said about them stands in the address."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import Field, StringConstraints

from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.refusals import InvalidError
from flightrules.service.door.schemas import Asked, Line, Moment, Name, Prose, Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.readiness import intake, queries
from flightrules.service.readiness.models import EvidenceItem
from flightrules.service.records import blobs

__all__ = ["router"]

router = Router(tags=["evidence"])
_BYTES = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Digest = Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{64})?$")]


class EvidenceSaid(Asked):
    """What the sender says about the bytes."""

    method: Name
    name: Annotated[Name, Field(max_length=255)]
    part: EvidenceItem.Part = EvidenceItem.Part.EVIDENCE
    build: Annotated[Line, Field(max_length=200)] = ""
    environment: Annotated[Line, Field(max_length=120)] = ""
    artefact: Digest = ""
    taken_at: Moment | None = None
    sha256: Digest = ""


class EvidenceOut(Shown):
    """Evidence as received."""

    key: UUID
    method: str
    name: str
    part: str
    sha256: str
    size: int
    build: str
    environment: str
    artefact: str
    artefact_by: str
    taken_at: datetime | None
    received_at: datetime
    seen_at: datetime
    brought_by: str
    supersedes: UUID | None
    superseded_at: datetime | None
    tombstoned_at: datetime | None
    tombstone_reason: str
    fewer_tests_accepted_at: datetime | None


class EvidenceAsked(PageAsked):
    """Which evidence."""

    method: str | None = Field(None, max_length=120)
    current: bool | None = None


class EvidenceReasonIn(Asked):
    """Why."""

    reason: Annotated[Prose, Field(min_length=1)]


@router.post(
    "/releases/{uuid:key}/evidence",
    response={200: EvidenceOut, 201: EvidenceOut},
    openapi_extra={**guarded(Power.BRING_EVIDENCE), **_BYTES},
)
def bring_evidence(request: AskedRequest, key: UUID, said: Query[EvidenceSaid]) -> Any:
    """Bring evidence: the body is the file itself. The same bytes twice are one piece of evidence (200)."""
    intake.require_may_bring(release=str(key), by=request.actor, at=request.asked_at)
    digest, size = blobs.store(cast("BinaryIO", request), settings.FLIGHTRULES_EVIDENCE_LIMIT)
    if not size:
        raise InvalidError("E_EMPTY", "the body is empty", hint="send the file with its Content-Length")
    statement = intake.Statement(**said.model_dump())
    item, is_new = intake.take_evidence(
        release=str(key), said=statement, digest=digest, size=size, by=request.actor, at=request.asked_at
    )
    return Status(201 if is_new else 200, _evidence(item))


@router.get("/releases/{uuid:key}/evidence", response=Page[EvidenceOut], openapi_extra=guarded(Power.READ))
def list_evidence(request: AskedRequest, key: UUID, asked: Query[EvidenceAsked]) -> Any:
    """All that was brought for a release; `current=true` leaves out what was superseded."""
    rows = queries.evidence(release=str(key), by=request.actor, at=request.asked_at)
    if asked.method is not None:
        rows = rows.filter(method=asked.method)
    if asked.current is not None:
        rows = rows.filter(superseded_at__isnull=asked.current)
    return page_of(rows, asked, _evidence, cast=UUID)


@router.get("/evidence/{uuid:key}", response=EvidenceOut, openapi_extra=guarded(Power.READ))
def get_evidence(request: AskedRequest, key: UUID) -> Any:
    """One piece of evidence."""
    return _evidence(queries.visible(EvidenceItem, key, by=request.actor, at=request.asked_at))


@router.get("/evidence/{uuid:key}/content", openapi_extra=guarded(Power.READ))
def get_evidence_content(request: AskedRequest, key: UUID) -> HttpResponse:
    """The bytes as received, to be saved; never shown by a browser."""
    item = queries.visible(EvidenceItem, key, by=request.actor, at=request.asked_at)
    from django.http import FileResponse

    queries.require_intact(item.digest)
    answer = FileResponse(
        blobs.open(item.digest), as_attachment=True, filename=item.digest, content_type=_OPAQUE
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return cast("HttpResponse", answer)


@router.post(
    "/evidence/{uuid:key}/tombstone",
    response={201: EvidenceOut},
    openapi_extra=guarded(Power.MANAGE_READINESS),
)
@changes_state
def tombstone_evidence(request: AskedRequest, key: UUID, body: EvidenceReasonIn) -> Any:
    """Take evidence out of the judgement; it stays on record and its method is without data."""
    return 201, _evidence(
        intake.tombstone_evidence(key=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    )


@router.post(
    "/evidence/{uuid:key}/fewer-tests",
    response={201: EvidenceOut},
    openapi_extra=guarded(Power.MANAGE_READINESS),
)
@changes_state
def accept_fewer_tests(request: AskedRequest, key: UUID, body: EvidenceReasonIn) -> Any:
    """Say on record why evidence may hold fewer tests than what it replaced."""
    return 201, _evidence(
        intake.accept_fewer_tests(key=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    )


_OPAQUE = "application/octet-stream"


def _evidence(one: EvidenceItem) -> EvidenceOut:
    return EvidenceOut(
        key=one.key,
        method=one.method,
        name=one.name,
        part=one.part,
        sha256=one.digest,
        size=one.size,
        build=one.build,
        environment=one.environment,
        artefact=one.artefact,
        artefact_by=one.artefact_by,
        taken_at=one.taken_at,
        received_at=one.received_at,
        seen_at=one.seen_at,
        brought_by=one.brought_by,
        supersedes=one.supersedes_id,
        superseded_at=one.superseded_at,
        tombstoned_at=one.tombstoned_at,
        tombstone_reason=one.tombstone_reason,
        fewer_tests_accepted_at=one.fewer_accepted_at,
    )
