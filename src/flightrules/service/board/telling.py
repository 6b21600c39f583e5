"""Who is told by this room: members and guests are invited, requesters hear the board's answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from flightrules.service.board.models import BoardAnswer, ChangeRequest, Meeting, Session
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.services import tell
from flightrules.service.people.powers import stands_for
from flightrules.service.people.queries import badges, holders_of, who_can_sign_in
from flightrules.service.records.actor import SYSTEM

__all__ = ["tell_answer", "tell_lapsed", "tell_meeting", "tell_session"]


def tell_session(session: Session, changes: Sequence[ChangeRequest], at: datetime) -> None:
    """The members of the board."""
    titles = "; ".join(one.title for one in changes)
    versions = ", ".join(one.release.version for one in changes if one.release) or "templates"
    tell(
        Kind.REMINDER,
        product=session.product_id,
        about=f"board-session/{session.key}",
        once=f"board-session/{session.key}",
        context={
            "product": session.product.name,
            "version": versions,
            "what": f"the board sits for {session.minutes} minutes on {titles}",
            "due": f"{session.starts_at:%Y-%m-%d %H:%M} UTC",
            "whom": ", ".join(session.members),
            "otherwise": "without a quorum nothing is approved",
        },
        at=at,
        to=_in_roles(session.product_id, session.members, at),
    )


def tell_answer(answer: BoardAnswer, change: ChangeRequest, at: datetime) -> None:
    """The one who asked for the change."""
    approved = answer.outcome == BoardAnswer.Outcome.APPROVED
    tell(
        Kind.REMINDER,
        product=change.product_id,
        about=f"change-request/{change.key}",
        once=f"board-answer/{answer.key}",
        context={
            "product": change.product.name,
            "version": change.release.version if change.release else "template",
            "what": f"the board has {answer.outcome} {change.title!r}; "
            + ("planning it" if approved else "working on it"),
            "due": "now",
            "whom": "you, who asked for it",
            "otherwise": "it does not move on",
        },
        at=at,
        to=who_can_sign_in([change.requester], at, product=change.product_id),
    )


def tell_lapsed(answer: BoardAnswer, change: ChangeRequest, at: datetime) -> None:
    """The one who asked for the change, and those whose voices it was."""
    voices = [one["person"] for one in answer.voters]
    tell(
        Kind.REMINDER,
        product=change.product_id,
        about=f"change-request/{change.key}",
        once=f"board-answer/{answer.key}/lapsed",
        context={
            "product": change.product.name,
            "version": change.release.version if change.release else "template",
            "what": f"a new approval of {change.title!r} ({answer.lapsed_because})",
            "due": "now, for what the board approved is not what is there any more",
            "whom": "the board",
            "otherwise": "the change is not carried out",
        },
        at=at,
        to=who_can_sign_in({change.requester, answer.by, *voices}, at, product=change.product_id),
    )


def tell_meeting(meeting: Meeting, at: datetime) -> None:
    """Those who are invited."""
    release = meeting.release
    tell(
        Kind.REMINDER,
        product=release.product_id,
        about=f"meeting/{meeting.key}",
        once=f"meeting/{meeting.key}",
        context={
            "product": release.product.name,
            "version": release.version,
            "what": f"the go/no-go meeting of {meeting.minutes} minutes is",
            "due": f"{meeting.starts_at:%Y-%m-%d %H:%M} UTC",
            "whom": ", ".join(meeting.invited),
            "otherwise": "the minutes say who was absent",
        },
        at=at,
        to=_in_roles(release.product_id, meeting.invited, at),
    )


def _in_roles(product: str, roles: Iterable[str], at: datetime) -> list[str]:
    wanted = tuple(roles)
    holders = holders_of(product, by=SYSTEM, at=at).filter(accounts__is_active=True).distinct()
    return [
        one["key"]
        for one in badges(list(holders), at, product)
        if any(stands_for(role, held) for role in wanted for held in one["roles"])
    ]
