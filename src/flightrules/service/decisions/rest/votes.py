"""REST of votes and quality verdicts; each takes a fresh proof of who signs.

A confirmation in the browser names the act ``vote:go`` (or ``vote:go-with-conditions``, ``vote:no-go``) about
``poll/KEY``, or ``verdict:go`` and its kin about ``release/KEY``, with the dossier's digest.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import StringConstraints

from flightrules.service.decisions import queries, verdicts, votes
from flightrules.service.decisions.rest.sign_offs import SaidIn, SignOffOut, sign_off_out
from flightrules.service.door.changes import changes_state
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router(tags=["votes"])
RoleName = Annotated[str, StringConstraints(pattern=r"^[^\W_][\w -]{0,59}$")]


class VoteIn(SaidIn):
    """A vote in one of the roles that are asked."""

    role: RoleName


class SignOffsAsked(PageAsked):
    """Which sign-offs."""

    act: Literal["verdict", "vote", "authorisation", "override"] | None = None
    counts: bool | None = None


@router.post("/polls/{uuid:key}/votes", response={201: SignOffOut}, openapi_extra=guarded(Power.SIGN))
@changes_state
def vote(request: AskedRequest, key: UUID, body: VoteIn) -> Any:
    """Vote in a poll."""
    made = votes.vote(poll=str(key), role=body.role, said=body.said(), by=request.actor, at=request.asked_at)
    return 201, sign_off_out(made)


@router.post("/sign-offs/{uuid:key}/change", response={201: SignOffOut}, openapi_extra=guarded(Power.SIGN))
@changes_state
def change_vote(request: AskedRequest, key: UUID, body: SaidIn) -> Any:
    """Take one's vote back and vote anew; both stay on record."""
    made = votes.change_vote(sign_off=str(key), said=body.said(), by=request.actor, at=request.asked_at)
    return 201, sign_off_out(made)


@router.post(
    "/releases/{uuid:key}/quality-verdict", response={201: SignOffOut}, openapi_extra=guarded(Power.SIGN)
)
@changes_state
def sign_verdict(request: AskedRequest, key: UUID, body: SaidIn) -> Any:
    """Sign the quality verdict."""
    made = verdicts.sign_verdict(release=str(key), said=body.said(), by=request.actor, at=request.asked_at)
    return 201, sign_off_out(made)


@router.get("/releases/{uuid:key}/sign-offs", response=Page[SignOffOut], openapi_extra=guarded(Power.READ))
def list_sign_offs(request: AskedRequest, key: UUID, asked: Query[SignOffsAsked]) -> Any:
    """Everything that was signed about a release; with ``counts`` only what was (not) voided."""
    rows = queries.sign_offs(release=str(key), by=request.actor, at=request.asked_at)
    rows = rows.filter(act=asked.act) if asked.act is not None else rows
    rows = rows.filter(voided_at__isnull=asked.counts) if asked.counts is not None else rows
    return page_of(rows, asked, sign_off_out, cast=UUID)


@router.get("/sign-offs/{uuid:key}", response=SignOffOut, openapi_extra=guarded(Power.READ))
def get_sign_off(request: AskedRequest, key: UUID) -> Any:
    """One signature."""
    return sign_off_out(queries.sign_off_of(str(key), by=request.actor, at=request.asked_at))
