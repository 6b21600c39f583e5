"""REST of releases: opened, edited with If-Match, given artefacts, overridden at entry, withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field, StringConstraints

from flightrules.service.door.changes import changes_state
from flightrules.service.door.etags import etag, require_match
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Line, LocalMoment, Name, Prose, Shown, WebLink
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.releases import authorship, queries, services
from flightrules.service.releases.clock import spans_of, tested_in
from flightrules.service.releases.models import Artefact, Authorship, Release

__all__ = ["router"]

router = Router(tags=["releases"])

Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,59}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Items = Annotated[list[Line], Field(max_length=500)]
Reason = Annotated[Prose, Field(min_length=1)]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$|^$")]


class Ticket(Asked):
    """A link to where the work is described; http or https, nothing that a browser would run."""

    title: Name
    url: WebLink


class ReleaseFactsIn(Asked):
    """What people state about a release; leave out what stays as it is."""

    release_class: Word | None = None
    track: Word | None = None
    target: Word | None = None
    build: Line | None = Field(None, max_length=200)
    justification: Prose | None = None
    security_impact: Prose | None = Field(
        None, description="what it means for security; say so where nothing"
    )
    rollback_method: Prose | None = Field(
        None, description="how to go back; as the rulebook says where empty"
    )
    rollback_owner: Line | None = Field(None, max_length=200, description="who goes back, best a role")
    rollback_minutes: int | None = Field(None, ge=0, le=100_000, description="how long going back takes")
    scope_in: Items | None = None
    scope_out: Items | None = None
    touches: Annotated[list[Word], Field(max_length=50)] | None = None
    tickets: Annotated[list[Ticket], Field(max_length=200)] | None = None
    opens_at: LocalMoment | None = None
    closes_at: LocalMoment | None = None
    zone: Annotated[str, StringConstraints(max_length=60)] | None = None

    def stated(self) -> dict[str, Any]:
        """What was sent; a moment and the minutes can be taken away with null, the rest only replaced."""
        sent = self.model_dump(exclude_unset=True, exclude={"product", "version"})
        return {
            name: value
            for name, value in sent.items()
            if value is not None or name.endswith(("_at", "_minutes"))
        }


class ReleaseOpened(ReleaseFactsIn):
    """What opening a release takes."""

    product: Key
    version: Version


class ArtefactIn(Asked):
    """One thing that is shipped."""

    name: Annotated[Name, Field(max_length=200)]
    sha256: Digest


class ArtefactOut(Shown):
    """An artefact by its digest."""

    name: str
    sha256: str
    added_by: str
    added_at: datetime


Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40,64}$")]
Mail = Annotated[str, StringConstraints(min_length=1, max_length=254)]


class AuthorshipIn(Asked):
    """Who wrote the commits of a release: addresses as git names them, kept only as whom they belong to."""

    base: Commit | None = Field(None, description="the commit that users have now")
    head: Commit
    commits: int = Field(ge=1, le=1_000_000)
    authors: Annotated[list[Mail], Field(min_length=1, max_length=500)]


class AuthorshipOut(Shown):
    """What was stated, and how much of it is known here."""

    key: UUID
    base: str
    head: str
    commits: int
    authors: list[str]
    unknown: int
    stated_by: str
    stated_at: datetime


class ReleaseReasonIn(Asked):
    """Why."""

    reason: Reason


class ClockOut(Shown):
    """The test clock: it runs only while the entry criteria are met or overridden on record."""

    running: bool
    tested_seconds: int
    entry: str
    failing: list[str]
    overridden: list[str]


class ReleaseOut(Shown):
    """A release as stated, and how far it has come."""

    key: UUID
    product: str
    version: str
    state: str
    release_class: str
    track: str
    emergency: str
    target: str
    build: str
    justification: str
    security_impact: str
    rollback_method: str
    rollback_owner: str
    rollback_minutes: int | None
    scope_in: list[str]
    scope_out: list[str]
    touches: list[str]
    tickets: list[dict[str, str]]
    opens_at: datetime | None
    closes_at: datetime | None
    zone: str
    opened_by: str
    opened_at: datetime
    revision: int
    lacks_for_approval: list[str]
    artefacts: list[ArtefactOut]
    test_clock: ClockOut


class ReleasesAsked(PageAsked):
    """Which releases."""

    product: str | None = Field(None, max_length=60)
    state: Release.State | None = None
    version: str | None = Field(None, max_length=60)


@router.get("/releases", response=Page[ReleaseOut], openapi_extra=guarded(Power.READ))
def list_releases(request: AskedRequest, asked: Query[ReleasesAsked]) -> Any:
    """Releases of the products that you may see."""
    rows = queries.releases(by=request.actor, at=request.asked_at)
    for name in ("product", "state", "version"):
        value = getattr(asked, name)
        if value is not None:
            rows = rows.filter(**{name: value})
    agreed = queries.WaysBack()
    return page_of(rows, asked, lambda one: _release(one, request.asked_at, agreed), cast=UUID)


@router.post("/releases", response={201: ReleaseOut}, openapi_extra=guarded(Power.MANAGE_RELEASES))
@changes_state
def open_release(request: AskedRequest, body: ReleaseOpened) -> Any:
    """Open a release."""
    made = services.open_release(
        product=body.product, version=body.version, facts=body.stated(), by=request.actor, at=request.asked_at
    )
    return 201, _release(made, request.asked_at)


@router.get("/releases/{uuid:key}", response=ReleaseOut, openapi_extra=guarded(Power.READ))
def get_release(request: AskedRequest, response: HttpResponse, key: UUID) -> Any:
    """One release."""
    found = queries.get_release(key=str(key), by=request.actor, at=request.asked_at)
    response["ETag"] = _tag(found)
    return _release(found, request.asked_at)


@router.patch("/releases/{uuid:key}", response=ReleaseOut, openapi_extra=guarded(Power.MANAGE_RELEASES))
@changes_state
def edit_release(request: AskedRequest, key: UUID, body: ReleaseFactsIn) -> Any:
    """Change what is stated about an open release."""
    require_match(request, _tag(queries.get_release(key=str(key), by=request.actor, at=request.asked_at)))
    changed = services.edit_release(
        key=str(key), changes=body.stated(), by=request.actor, at=request.asked_at
    )
    return _release(changed, request.asked_at)


@router.get("/releases/{uuid:key}/artefacts", response=list[ArtefactOut], openapi_extra=guarded(Power.READ))
def list_artefacts(request: AskedRequest, key: UUID) -> Any:
    """What is shipped now."""
    return [
        _artefact(one)
        for one in queries.artefacts(queries.get_release(key=str(key), by=request.actor, at=request.asked_at))
    ]


@router.post(
    "/releases/{uuid:key}/artefacts",
    response={201: ArtefactOut},
    openapi_extra=guarded(Power.MANAGE_RELEASES),
)
@changes_state
def add_artefact(request: AskedRequest, key: UUID, body: ArtefactIn) -> Any:
    """Name an artefact; a former one of that name is replaced."""
    made = services.add_artefact(
        key=str(key), name=body.name, digest=body.sha256, by=request.actor, at=request.asked_at
    )
    return 201, _artefact(made)


@router.get(
    "/releases/{uuid:key}/change-authors", response=Page[AuthorshipOut], openapi_extra=guarded(Power.READ)
)
def list_change_authors(request: AskedRequest, key: UUID, asked: Query[PageAsked]) -> Any:
    """Who wrote the change, as it was stated."""
    rows = authorship.authorships(release=str(key), by=request.actor, at=request.asked_at)
    return page_of(rows, asked, _authorship, cast=UUID)


@router.post(
    "/releases/{uuid:key}/change-authors",
    response={201: AuthorshipOut},
    openapi_extra=guarded(Power.BRING_EVIDENCE),
)
@changes_state
def state_change_authors(request: AskedRequest, key: UUID, body: AuthorshipIn) -> Any:
    """State who wrote the change; it can only be added to."""
    change = authorship.Change(body.base or "", body.head, body.commits, tuple(body.authors))
    made = authorship.state_authors(release=str(key), change=change, by=request.actor, at=request.asked_at)
    return 201, _authorship(made)


@router.post(
    "/releases/{uuid:key}/entry-override",
    response={201: ReleaseOut},
    openapi_extra=guarded(Power.OVERRIDE),
)
@changes_state
def override_entry(request: AskedRequest, key: UUID, body: ReleaseReasonIn) -> Any:
    """Start testing although entry criteria fail; on record, with a reason."""
    made = services.override_entry(key=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    return 201, _release(made, request.asked_at)


@router.post(
    "/releases/{uuid:key}/withdrawal",
    response={201: ReleaseOut},
    openapi_extra=guarded(Power.MANAGE_RELEASES),
)
@changes_state
def withdraw_release(request: AskedRequest, key: UUID, body: ReleaseReasonIn) -> Any:
    """Give a release up."""
    made = services.withdraw_release(key=str(key), reason=body.reason, by=request.actor, at=request.asked_at)
    return 201, _release(made, request.asked_at)


def _tag(release: Release) -> str:
    return etag("release", release.key, release.revision)


def _artefact(one: Artefact) -> ArtefactOut:
    return ArtefactOut(name=one.name, sha256=one.digest, added_by=one.added_by, added_at=one.added_at)


def _release(one: Release, at: datetime, agreed: queries.WaysBack | None = None) -> ReleaseOut:
    made = ("product", "artefacts", "lacks_for_approval", "test_clock")
    named = {name: getattr(one, name) for name in ReleaseOut.model_fields if name not in made}
    named |= {"product": one.product_id, "artefacts": [_artefact(each) for each in queries.artefacts(one)]}
    lacks = queries.lacks_for_approval(one, agreed)
    return ReleaseOut(**named, lacks_for_approval=lacks, test_clock=_clock(one, at))


def _authorship(one: Authorship) -> AuthorshipOut:
    return AuthorshipOut(**{name: getattr(one, name) for name in AuthorshipOut.model_fields})


def _clock(one: Release, at: datetime) -> ClockOut:
    spans = spans_of(one)
    return ClockOut(
        running=any(span.stopped_at is None for span in spans),
        tested_seconds=int(tested_in(spans, at).total_seconds()),
        entry=one.entry,
        failing=one.entry_failing,
        overridden=one.entry_overridden,
    )
