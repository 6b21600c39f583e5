"""Whether the board's approval of a change stands, and a change as the rules of its way look at it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from flightrules.engine.change_lifecycle import (
    TEMPLATE_FIELDS,
    Change,
    ChangeState,
    Rollback,
    Standing,
    Type,
    deviations,
)
from flightrules.engine.dossier import differences
from flightrules.rules.governance import DecisionTimes
from flightrules.service.board.lookups import undecided
from flightrules.service.board.models import BoardAnswer, ChangeRequest
from flightrules.service.board.shown import digest_of, shown_of
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.records import blobs
from flightrules.service.releases.authorship import authors_of

__all__ = [
    "WAITING",
    "Approval",
    "answer_of",
    "approval_of_change",
    "as_change",
    "deviates",
    "in_use",
    "reasons_against",
    "valid_until",
]

WAITING = (ChangeState.AUTHORIZE, ChangeState.SCHEDULED)
"""In which states a change may be approved and still not under way."""

_APPROVAL, _TEMPLATE = timedelta(days=30), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Approval:
    """The board's last word on a change.

    Attributes:
        outcome: ``approved``, ``rejected``, or ``template`` for a standard change.
        stands: whether it is an approval of exactly what is there now.
        reasons: what has changed since, or why it is none.
        shown: SHA-256 of what the board was shown.
        valid_until: until when the change has to be begun, or standard changes may follow the template.
    """

    change: str
    type: str
    outcome: str
    stands: bool
    reasons: tuple[str, ...]
    shown: str
    by: str
    role: str
    rationale: str
    at: datetime
    valid_until: datetime


def answer_of(change: ChangeRequest) -> BoardAnswer | None:
    """The last answer of the board."""
    rows = BoardAnswer.objects.filter(change=change).select_related("item__change__release__product")
    return rows.order_by("-at", "-key").first()


def approval_of_change(change: ChangeRequest, at: datetime) -> Approval | None:
    """The approval of a change, or of the template that a standard change follows; None without an answer."""
    if change.type == Type.STANDARD and change.template is not None:
        answer = answer_of(change.template)
        reasons = _template_reasons(change, at)
        outcome = "template"
    else:
        answer = answer_of(change)
        reasons = reasons_against(answer, at) if answer else ()
        outcome = answer.outcome if answer else ""
    if answer is None:
        return None
    return Approval(
        change=str(change.key),
        type=change.type,
        outcome=outcome,
        stands=not reasons,
        reasons=reasons,
        shown=answer.shown,
        by=answer.by,
        role=answer.role,
        rationale=answer.rationale,
        at=answer.at,
        valid_until=valid_until(answer),
    )


def in_use(template: ChangeRequest, at: datetime) -> bool:
    """Whether standard changes may follow the template now."""
    answer = answer_of(template)
    usable = template.is_template and template.state == ChangeState.SCHEDULED
    return usable and answer is not None and not reasons_against(answer, at)


def deviates(change: ChangeRequest) -> tuple[str, ...]:
    """Fields in which a change is not like its template; none where it has none."""
    if change.template is None:
        return ()
    one, other = ({name: getattr(row, name) for name in TEMPLATE_FIELDS} for row in (change.template, change))
    return deviations(one, other)


def as_change(row: ChangeRequest, at: datetime) -> Change:
    """The change as ``engine.change_lifecycle`` judges it."""
    answer = answer_of(row)
    approvers = [one["person"] for one in answer.voters if one["choice"] == "approve"] if answer else []
    waits = row.state == ChangeState.SCHEDULED and row.release is not None
    return Change(
        type=Type(row.type),
        state=ChangeState(row.state),
        category=row.category,
        reason=row.reason,
        risk=row.risk,
        impact=row.impact,
        security_impact=row.security_impact,
        rollback=Rollback(
            row.rollback_owner,
            row.rollback_minutes,
            row.rollback_steps,
            row.rollback_link or row.rollback_digest,
        ),
        communication=row.communication,
        implementation=row.implementation,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        is_template=row.is_template,
        follows_template=row.template is not None and in_use(row.template, at) and not deviates(row),
        approval=_standing(answer, at),
        undecided=undecided(row.release, at) if waits and row.release else "",
        requester=row.requester,
        implementer=row.implementer,
        authors=authors_of(row.release).people if row.release is not None else (),
        chair=answer.by if answer else "",
        approvers=tuple(approvers),
        outcome=row.outcome,
        review=row.review,
    )


def _standing(answer: BoardAnswer | None, at: datetime) -> Standing:
    if answer is None or answer.outcome != BoardAnswer.Outcome.APPROVED:
        return Standing.NONE
    return Standing.STALE if reasons_against(answer, at) else Standing.STANDING


def valid_until(answer: BoardAnswer) -> datetime:
    """When an approval ends by itself: with the window of the change, and never later than the agreed age.

    ``governance.decisions`` agrees on it; without that 30 days, and 365 for a template of standard changes.
    """
    change = answer.item.change
    edition = edition_in_force(change.product_id)
    times = DecisionTimes() if edition is None else rulebook_of(edition).governance.decisions
    if change.is_template:
        return answer.at + (times.template_counts_for or _TEMPLATE)
    end = answer.at + (times.board_counts_for or _APPROVAL)
    windows = (change.closes_at, change.release.closes_at if change.release else None)
    return min([end, *(one for one in windows if one is not None)])


def _ended(answer: BoardAnswer, at: datetime) -> tuple[str, ...]:
    """Whether it ended by itself before it was used; a change that is under way keeps its approval."""
    ends = valid_until(answer)
    if at < ends or answer.item.change.state not in WAITING:
        return ()
    return (f"the approval was valid until {ends:%Y-%m-%d %H:%M} UTC",)


def reasons_against(answer: BoardAnswer, at: datetime) -> tuple[str, ...]:
    """Why an answer is no approval of what is there now."""
    if answer.outcome != BoardAnswer.Outcome.APPROVED:
        return ("the board rejected it",)
    if answer.lapsed_at is not None:
        return tuple(answer.lapsed_because.split("\n"))
    ended = _ended(answer, at)
    if ended:
        return ended
    now = shown_of(answer.item)
    if digest_of(now) == answer.shown:
        return ()
    then = json.loads(blobs.intact_bytes(answer.shown))
    return tuple(map(str, differences(then, now))) or ("what was shown has changed",)


def _template_reasons(change: ChangeRequest, at: datetime) -> tuple[str, ...]:
    template = change.template
    if template is None or not in_use(template, at):
        return ("its template is not approved as it stands, or not in use",)
    return tuple(f"{name} is not as in its template" for name in deviates(change))
