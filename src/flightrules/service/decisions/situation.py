"""All that a decision about a release rests on at one moment, and what may be decided on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flightrules.engine.decision import Assessment, GateStanding, Hindrance, Situation, assess
from flightrules.engine.quorum import Vote
from flightrules.engine.separation import Involved, Violation, violations
from flightrules.rules.role_words import role_words
from flightrules.service.decisions.asking import Asking, asking_of
from flightrules.service.decisions.counting import Count, count_verdict, count_votes
from flightrules.service.decisions.dossiers import Dossier
from flightrules.service.decisions.hindrances import blockers_in_words, lacks, spoken_verdict
from flightrules.service.decisions.involved import involved_in, kept_apart
from flightrules.service.decisions.models import Poll, SignOff
from flightrules.service.decisions.seats import on_record
from flightrules.service.door.refusals import ConflictError
from flightrules.service.readiness.models import GateRun
from flightrules.service.readiness.queries import Standings
from flightrules.service.releases.queries import Release
from flightrules.values import replace

__all__ = ["CODES", "Found", "found_for", "gate_standings", "refusal_of", "require_judged"]

CODES = {
    Hindrance.RUN_STALE: "E_RUN_STALE",
    Hindrance.DOSSIER_STALE: "E_DOSSIER_STALE",
    Hindrance.QUORUM_LOST: "E_QUORUM_LOST",
    Hindrance.SIGN_OFF_EXPIRED: "E_APPROVAL_EXPIRED",
    Hindrance.SEPARATION: "E_SEPARATION",
    Hindrance.NO_GATE: "E_GATE_SHUT",
    Hindrance.GATE_SHUT: "E_GATE_SHUT",
    Hindrance.BLOCKER_OPEN: "E_BLOCKED",
    Hindrance.LACKING: "E_DECISION_LACKS",
    Hindrance.VERDICT_NO_GO: "E_NO_GO_SAID",
    Hindrance.VOTE_NO_GO: "E_NO_GO_SAID",
    Hindrance.VERDICT_MISSING: "E_VERDICT_MISSING",
    Hindrance.QUORUM_MISSING: "E_QUORUM_MISSING",
}
"""The code of a refused decision, by the first of these kinds that there is a reason of."""

_TAMPERED = ("TAMPERED", "MISSING")
_SAID = 10


@dataclass(frozen=True)
class Found:
    """What was found: who is asked, both counts, every gate, what may be decided, who had which part."""

    asking: Asking
    verdict: Count
    votes: Count
    gates: tuple[GateStanding, ...]
    assessment: Assessment
    involved: Involved

    def signed(self) -> list[SignOff]:
        """The sign-offs that count, the verdict first."""
        return [*self.verdict.counted(), *self.votes.counted()]


def found_for(
    poll: Poll, release: Release, dossier: Dossier, at: datetime, *, conditions: tuple[str, ...] = ()
) -> Found:
    """What may be decided in a poll now; every byte of evidence is looked at again."""
    asking = asking_of(dossier.book, release)
    votes = count_votes(poll, release, dossier, at)
    verdict = _verdict(release, dossier, asking, poll.moment, at)
    gates, involved = gate_standings(dossier, at), involved_in(dossier.inputs, at)
    situation = Situation(
        gates=gates,
        verdict=verdict.tally,
        poll=votes.tally,
        blockers=blockers_in_words(release),
        lacks=lacks(release, at),
        separations=_separations((*verdict.tally.counted, *votes.tally.counted), involved, dossier),
        conditions=conditions,
    )
    return Found(asking, verdict, votes, gates, assess(situation), involved)


def gate_standings(dossier: Dossier, at: datetime) -> tuple[GateStanding, ...]:
    """Every required gate: what it said, and why that cannot be used (any more)."""
    standings = Standings(dossier.inputs.release, dossier.inputs)
    return tuple(
        GateStanding(gate, _outcome(run), _stale(run, standings, at)) for gate, run in dossier.runs.items()
    )


def require_judged(dossier: Dossier, at: datetime) -> None:
    """Refuse to override what was not judged, or not as it is now: nobody could name all that fails.

    Raises:
        ConflictError: E_RUN_STALE.
    """
    for one in gate_standings(dossier, at):
        why = one.stale or ("" if one.outcome else "it was not judged")
        if why:
            stale = ConflictError("E_RUN_STALE", f"the gate {one.gate}: {why}", hint="run it, then ask anew")
            raise on_record(stale, dossier.inputs.release)


def _verdict(release: Release, dossier: Dossier, asking: Asking, moment: str, at: datetime) -> Count:
    """The verdict that was signed; else the word that an emergency goes ahead on."""
    signed = count_verdict(release, dossier, asking, moment, at)
    spoken = None if signed.rows else spoken_verdict(release, asking.verdict, dossier.digest, at)
    return signed if spoken is None else Count(spoken, ())


def refusal_of(outcome: str, found: Found) -> ConflictError:
    """Why this outcome cannot be decided: one code, and every reason in words."""
    reasons = found.assessment.reasons
    kind = next((one for one in CODES if any(each.kind is one for each in reasons)), None)
    if kind is None:
        return _about_conditions(found.assessment.conditions)
    code = CODES[kind]
    if kind is Hindrance.RUN_STALE and any(_is_tampered(one.stale) for one in found.gates):
        code = "E_EVIDENCE_TAMPERED"
    words = [str(one) for one in reasons]
    return ConflictError(
        code,
        f"{outcome} cannot be decided: {'; '.join(words[:_SAID])}",
        hint="NO-GO, DEFERRED or CANCELLED can; a no-go is only overridden by two signatures",
        reasons=[{"kind": one.kind.value, "text": one.text} for one in reasons],
    )


def _about_conditions(conditions: tuple[str, ...]) -> ConflictError:
    if not conditions:
        return ConflictError(
            "E_CONDITIONS_MISSING", "nobody asks for a condition", hint="decide GO, or name one"
        )
    said = "; ".join(conditions[:_SAID])
    return ConflictError(
        "E_CONDITIONS_STATED",
        f"conditions go with it: {said}",
        hint="decide CONDITIONAL GO, or have votes changed",
    )


def _outcome(run: GateRun | None) -> str:
    """What the gate said; in advise mode too, for advice is none to go by that says NO-GO."""
    return "" if run is None else run.outcome


def _stale(run: GateRun | None, standings: Standings, at: datetime) -> str:
    if run is None:
        return ""
    if run.stands_until is not None and run.stands_until <= at:
        return f"what it rests on expired at {run.stands_until:%Y-%m-%d %H:%M} UTC"
    return "; ".join(standings.of(run).reasons[:_SAID])


def _is_tampered(stale: str) -> bool:
    return any(one.strip().startswith(_TAMPERED) for one in stale.split(";"))


def _separations(spoken: tuple[Vote, ...], known: Involved, dossier: Dossier) -> tuple[str, ...]:
    """Who spoke and has had another part since; asked at the vote, and again when it is counted.

    What is signed in a lent seat is the word of its lender as well.
    """
    rules = kept_apart(dossier.book)
    found = []
    for one in spoken:
        parts = replace(known, signers=tuple(sorted(one.speakers)))
        broken = [each for each in violations(parts, rules) if not each.flagged]
        found += [f"{role_words(one.role)}: {_in_words(each)}" for each in broken]
    for person in sorted({each for one in spoken for each in one.speakers}):
        roles = sorted({role_words(one.role) for one in spoken if person in one.speakers})
        if len(roles) > 1:
            found.append(f"one person speaks as {' and '.join(roles)}")
    return tuple(found)


def _in_words(broken: Violation) -> str:
    name = broken.name.replace("_", " ")
    return f"{name} UNKNOWN, not everybody is known" if broken.unknown else name
