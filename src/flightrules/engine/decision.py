"""What may be decided on what is known: machines give verdicts, people decide, nobody decides past either.

NO-GO, DEFERRED and CANCELLED may be decided at any time: not to go needs no proof. To go needs every gate
open and standing, the quality verdict, the votes of those who were asked, no open blocker, and nothing
lacking. GO BY OVERRIDE is no outcome of a poll; ``engine.override`` says when it may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from flightrules.engine.quorum import Choice, Tally, Uncounted, Vote
from flightrules.rules.role_words import role_words
from flightrules.values import frozen

__all__ = ["Assessment", "GateStanding", "Hindrance", "Outcome", "Reason", "Situation", "assess"]


class Outcome(StrEnum):
    """What people decide about a release."""

    GO = "GO"
    CONDITIONAL_GO = "CONDITIONAL GO"
    NO_GO = "NO-GO"
    DEFERRED = "DEFERRED"
    CANCELLED = "CANCELLED"
    GO_BY_OVERRIDE = "GO BY OVERRIDE"


class Hindrance(StrEnum):
    """The kinds of reasons against going."""

    NO_GATE = "no_gate"
    GATE_SHUT = "gate_shut"
    RUN_STALE = "run_stale"
    VERDICT_MISSING = "verdict_missing"
    VERDICT_NO_GO = "verdict_no_go"
    QUORUM_MISSING = "quorum_missing"
    QUORUM_LOST = "quorum_lost"
    SIGN_OFF_EXPIRED = "sign_off_expired"
    DOSSIER_STALE = "dossier_stale"
    VOTE_NO_GO = "vote_no_go"
    BLOCKER_OPEN = "blocker_open"
    LACKING = "lacking"
    SEPARATION = "separation"


@frozen
class Reason:
    """One reason against going: its kind and a sentence."""

    kind: Hindrance
    text: str

    def __str__(self) -> str:
        return self.text


@frozen
class GateStanding:
    """A required gate: ``outcome`` empty where it was not judged, ``stale`` why that cannot be used."""

    gate: str
    outcome: str = ""
    stale: str = ""
    conditions: tuple[str, ...] = ()


@frozen
class Situation:
    """All that a decision rests on at one moment.

    Attributes:
        gates: every required gate.
        verdict: the count of the quality verdict, of which one role is asked.
        poll: the count of the votes.
        blockers: objections that are open, in words.
        lacks: what must be there first (the board's approval, points of an emergency), in words.
        separations: names of broken separations of duties that are not merely flagged.
        conditions: what the one who decides asks for beside the votes.
    """

    gates: tuple[GateStanding, ...]
    verdict: Tally
    poll: Tally
    blockers: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    separations: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


@frozen
class Assessment:
    """What may be decided now, why not more, and which conditions go with it."""

    allowed: frozenset[Outcome]
    reasons: tuple[Reason, ...]
    conditions: tuple[str, ...]


_ALWAYS = frozenset({Outcome.NO_GO, Outcome.DEFERRED, Outcome.CANCELLED})
_OPEN = frozenset({"GO", "CONDITIONAL GO"})
_LOST = {
    Uncounted.ROLE_LOST: Hindrance.QUORUM_LOST,
    Uncounted.EXPIRED: Hindrance.SIGN_OFF_EXPIRED,
    Uncounted.OTHER_DOSSIER: Hindrance.DOSSIER_STALE,
}
_WHY = {
    Uncounted.ROLE_LOST: "who signed may no longer speak for it",
    Uncounted.EXPIRED: "the signature is too old",
    Uncounted.OTHER_DOSSIER: "what was signed is not what lies here now",
}


def assess(situation: Situation) -> Assessment:
    """Every outcome that may be decided, and every reason against going; pure and total."""
    reasons = tuple(_against(situation))
    conditions = _conditions(situation)
    going = Outcome.CONDITIONAL_GO if conditions else Outcome.GO
    allowed = _ALWAYS if reasons else _ALWAYS | {going}
    return Assessment(allowed, reasons, conditions)


def _against(situation: Situation) -> Iterator[Reason]:
    yield from _gates(situation.gates)
    yield from _count(situation.verdict, Hindrance.VERDICT_MISSING, "the quality verdict")
    for vote in situation.verdict.against:
        yield Reason(Hindrance.VERDICT_NO_GO, f"the quality verdict is {_word(vote)}")
    yield from _count(situation.poll, Hindrance.QUORUM_MISSING, "the poll")
    for vote in situation.poll.against:
        yield Reason(Hindrance.VOTE_NO_GO, f"{role_words(vote.role)} voted {_word(vote)}")
    for kind, said in (
        (Hindrance.BLOCKER_OPEN, situation.blockers),
        (Hindrance.LACKING, situation.lacks),
        (Hindrance.SEPARATION, situation.separations),
    ):
        yield from (Reason(kind, one) for one in said)


def _gates(gates: tuple[GateStanding, ...]) -> Iterator[Reason]:
    if not gates:
        yield Reason(Hindrance.NO_GATE, "no gate is required, so nothing was judged")
    for one in gates:
        if one.stale:
            yield Reason(Hindrance.RUN_STALE, f"the gate {one.gate}: {one.stale}")
        elif one.outcome not in _OPEN:
            yield Reason(Hindrance.GATE_SHUT, f"the gate {one.gate} is {one.outcome or 'not judged'}")


def _count(count: Tally, kind: Hindrance, what: str) -> Iterator[Reason]:
    """Why the count is not complete: what was lost first, for that is what somebody has to do again."""
    if count.complete:
        return
    for vote, why in count.uncounted:
        if why in _LOST and vote.role not in count.spoken:
            yield Reason(_LOST[why], f"{what}: {role_words(vote.role)} does not count, {_WHY[why]}")
    missing = (
        ", ".join(map(role_words, count.missing))
        or f"{count.ask.quorum - len(count.spoken)} more than are asked"
    )
    yield Reason(kind, f"{what} waits for {missing}")


def _conditions(situation: Situation) -> tuple[str, ...]:
    said = [one for gate in situation.gates for one in gate.conditions]
    said += [*situation.verdict.conditions, *situation.poll.conditions, *situation.conditions]
    return tuple(dict.fromkeys(said))


def _word(vote: Vote) -> str:
    return "NO-GO" if vote.choice == Choice.NO_GO else vote.choice.upper()
