"""The way of a change request: seven states, the moves between them, and what each move needs.

The words are those of ServiceNow; ``canceled`` stands beside the seven. Who may move what is not said here;
who may not be whom is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from flightrules.values import frozen

__all__ = [
    "TEMPLATE_FIELDS",
    "Change",
    "ChangeState",
    "Lack",
    "Rollback",
    "Standing",
    "Type",
    "deviations",
    "lacks",
    "may_answer",
    "may_implement",
    "moves",
]


class ChangeState(StrEnum):
    """Where a change request stands."""

    NEW = "new"
    ASSESS = "assess"
    AUTHORIZE = "authorize"
    SCHEDULED = "scheduled"
    IMPLEMENT = "implement"
    REVIEW = "review"
    CLOSED = "closed"
    CANCELED = "canceled"


class Type(StrEnum):
    """ITIL's three: approved once as a template, approved each time, approved fast."""

    STANDARD = "standard"
    NORMAL = "normal"
    EMERGENCY = "emergency"


class Standing(StrEnum):
    """What became of the board's approval."""

    NONE = "none"
    STANDING = "standing"
    STALE = "stale"


_S = ChangeState
_MOVES: dict[ChangeState, frozenset[ChangeState]] = {
    _S.NEW: frozenset({_S.ASSESS, _S.CANCELED}),
    _S.ASSESS: frozenset({_S.AUTHORIZE, _S.CANCELED}),
    _S.AUTHORIZE: frozenset({_S.ASSESS, _S.SCHEDULED, _S.CANCELED}),
    _S.SCHEDULED: frozenset({_S.AUTHORIZE, _S.IMPLEMENT, _S.CANCELED}),
    _S.IMPLEMENT: frozenset({_S.REVIEW}),
    _S.REVIEW: frozenset({_S.CLOSED}),
    _S.CLOSED: frozenset(),
    _S.CANCELED: frozenset(),
}
_AFTER_PLANNING = frozenset({_S.IMPLEMENT, _S.REVIEW, _S.CLOSED})

TEMPLATE_FIELDS = (
    "category",
    "risk",
    "impact",
    "security_impact",
    "rollback_minutes",
    "rollback_steps",
    "communication",
    "implementation",
)
"""What a standard change has in common with its template; one that differs is a normal change."""


@frozen
class Rollback:
    """How it is taken back: by whom, in how many minutes, by which steps, and what shows that it works."""

    owner: str = ""
    minutes: int | None = None
    steps: str = ""
    evidence: str = ""


@frozen
class Change:
    """A change request as far as its way depends on it.

    Attributes:
        is_template: it is the pattern of standard changes and is never carried out itself.
        follows_template: it is exactly like a template whose approval stands.
        approval: of the board, for what it was shown.
        undecided: why its release may not go now; empty where a decision says that it may.
        authors: who wrote what its release brings.
        chair: who answered for the board; ``approvers`` are those who voted for it.
        outcome: how it went; ``review`` is what was learnt.
    """

    type: Type
    state: ChangeState
    category: str = ""
    reason: str = ""
    risk: str = ""
    impact: str = ""
    security_impact: str = ""
    rollback: Rollback = Rollback()
    communication: str = ""
    implementation: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    is_template: bool = False
    follows_template: bool = False
    approval: Standing = Standing.NONE
    undecided: str = ""
    requester: str = ""
    implementer: str = ""
    authors: tuple[str, ...] = ()
    chair: str = ""
    approvers: tuple[str, ...] = ()
    outcome: str = ""
    review: str = ""


@frozen
class Lack:
    """One reason why not, with the code of its class."""

    code: str
    said: str


def moves(change: Change) -> frozenset[ChangeState]:
    """Where it can go from here, whatever that needs."""
    found = _MOVES[change.state]
    if change.type is Type.STANDARD and change.state is _S.NEW:
        found |= {_S.SCHEDULED}  # approved before, as a template
    return found - _AFTER_PLANNING if change.is_template else found


def lacks(change: Change, to: ChangeState, *, at: datetime) -> tuple[Lack, ...]:
    """Everything that a move still needs; nothing where it can be made."""
    if to not in moves(change):
        return (Lack("E_CHANGE_MOVE", f"a change request that is {change.state} does not become {to}"),)
    return tuple(_NEEDS[to](change, at)) if to in _NEEDS else ()


def may_answer(change: Change, person: str) -> Lack | None:
    """Why this person has no voice on the change; None where they have."""
    if not person or person == change.requester:
        return Lack("E_SELF_APPROVAL", "nobody approves their own request")
    if person in change.authors:
        return Lack("E_SELF_APPROVAL", "who wrote the change does not approve it")
    if person == change.implementer:
        return Lack("E_FOUR_EYES", "who carries it out does not approve it")
    return None


def may_implement(change: Change, person: str) -> Lack | None:
    """Why this person does not carry the change out; None where they may.

    Whoever answered for the board, or was the only one to vote for it, does not. The requester does not
    either, but for what was approved as a template, and in an emergency.
    """
    if not person or person == change.chair or change.approvers == (person,):
        return Lack("E_FOUR_EYES", "who approved it does not carry it out")
    if person == change.requester and change.type is Type.NORMAL:
        return Lack("E_FOUR_EYES", "who asked for a normal change does not carry it out")
    return None


def deviations(template: Mapping[str, object], request: Mapping[str, object]) -> tuple[str, ...]:
    """Fields in which a request is not like its template."""
    return tuple(name for name in TEMPLATE_FIELDS if template.get(name) != request.get(name))


def _to_assess(change: Change, _at: datetime) -> Iterator[Lack]:
    yield from _missing(("its category", change.category))


def _to_authorize(change: Change, at: datetime) -> Iterator[Lack]:
    yield from _to_assess(change, at)
    yield from _missing(
        ("the reason", change.reason),
        ("the analysis of its risk", change.risk),
        ("the analysis of its impact", change.impact),
        ("the analysis of its impact on security", change.security_impact),
    )


def _to_scheduled(change: Change, at: datetime) -> Iterator[Lack]:
    yield from _to_authorize(change, at)
    yield from _missing(
        ("the owner of the rollback", change.rollback.owner),
        ("how many minutes the rollback takes", change.rollback.minutes),
        ("the steps of the rollback", change.rollback.steps),
        ("evidence that the rollback was tested", change.rollback.evidence),
        ("the plan of the communication", change.communication),
        ("the plan of the implementation", change.implementation),
    )
    if not change.is_template:
        yield from _missing(("its window", change.opens_at and change.closes_at))
    yield from _unapproved(change)


def _to_implement(change: Change, at: datetime) -> Iterator[Lack]:
    yield from _unapproved(change)
    if change.opens_at is None or change.closes_at is None or not change.opens_at <= at < change.closes_at:
        yield Lack("E_WINDOW_CLOSED", "its window is not open now")
    if change.undecided:
        yield Lack("E_NOT_DECIDED", change.undecided)


def _to_review(change: Change, _at: datetime) -> Iterator[Lack]:
    yield from _missing(("how it went", change.outcome))


def _to_closed(change: Change, at: datetime) -> Iterator[Lack]:
    yield from _to_review(change, at)
    yield from _missing(("what the review found", change.review))


_NEEDS = {
    _S.ASSESS: _to_assess,
    _S.AUTHORIZE: _to_authorize,
    _S.SCHEDULED: _to_scheduled,
    _S.IMPLEMENT: _to_implement,
    _S.REVIEW: _to_review,
    _S.CLOSED: _to_closed,
}


def _unapproved(change: Change) -> Iterator[Lack]:
    if change.type is Type.STANDARD:
        if not change.follows_template:
            yield Lack("E_NOT_APPROVED", "it follows no template whose approval stands")
    elif change.approval is Standing.STALE:
        yield Lack("E_DOSSIER_STALE", "what the board approved is not what is there now")
    elif change.approval is Standing.NONE:
        yield Lack("E_NOT_APPROVED", "the board has not approved it")


def _missing(*parts: tuple[str, object]) -> Iterator[Lack]:
    """Parts that say nothing; a rollback of no minutes is one that nobody timed."""
    for name, value in parts:
        said = value.strip() if isinstance(value, str) else value
        if not said:
            yield Lack("E_CHANGE_LACKS", name)
