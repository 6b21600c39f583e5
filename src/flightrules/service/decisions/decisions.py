"""Decisions: taken by who is accountable, on what was signed, with everything looked at again at that moment.

To go needs all that ``engine.decision`` asks for; not to go can be decided at any time. A go at the final
poll decides the release, an authorisation leaves it open, a no-go sends it back to test with what it takes to
return.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flightrules.engine.decision import Outcome
from flightrules.rules.role_words import role_words
from flightrules.service.decisions.asking import max_age
from flightrules.service.decisions.confirmers import require_confirmable
from flightrules.service.decisions.dossiers import Dossier, dossier_of, keep
from flightrules.service.decisions.hindrances import raised
from flightrules.service.decisions.involved import require_own_seat, require_separate
from flightrules.service.decisions.meaning import checked_conditions, checked_reason, is_clear, meaning_of
from flightrules.service.decisions.models import GOING, Decision, Moment, Poll, SignOff
from flightrules.service.decisions.polls import locked_poll, require_open_poll, sweep_poll
from flightrules.service.decisions.record import keep_record, record_of
from flightrules.service.decisions.recording import move_release, put_on_record, supersede
from flightrules.service.decisions.seats import escalation, on_record, require_seat
from flightrules.service.decisions.signing import Word, require_current, sign, terms_of
from flightrules.service.decisions.situation import Found, found_for, refusal_of
from flightrules.service.decisions.telling import contacts, tell_decided
from flightrules.service.door.refusals import ConflictError
from flightrules.service.emergencies.services import after_decision
from flightrules.service.obligations.services import start
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act
from flightrules.service.releases.queries import Release
from flightrules.service.releases.states import require_open

__all__ = ["Decided", "decide", "record_decision"]

_CHOICES = {
    Outcome.GO: SignOff.Choice.GO,
    Outcome.CONDITIONAL_GO: SignOff.Choice.GO_WITH_CONDITIONS,
    Outcome.NO_GO: SignOff.Choice.NO_GO,
    Outcome.DEFERRED: SignOff.Choice.DEFERRED,
    Outcome.CANCELLED: SignOff.Choice.CANCELLED,
}
_LOST = frozenset({"E_DOSSIER_STALE", "E_QUORUM_LOST", "E_APPROVAL_EXPIRED"})


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decides, on exactly which dossier.

    Attributes:
        outcome: any of ``engine.decision.Outcome`` but GO BY OVERRIDE.
        dossier: SHA-256 of what the person saw.
        reason: why; whatever does not go cannot do without.
        conditions: what is asked for beside the votes, in the language of conditions of deployment.
    """

    outcome: str
    dossier: str
    reason: str = ""
    conditions: list[str] = field(default_factory=list)


def decide(*, poll: str, said: Decided, by: Actor, at: datetime) -> Decision:
    """Decide a poll, as ``record_decision`` does.

    Where that is refused because votes do not count any more, those are voided on record and asked again.
    """
    try:
        return record_decision(poll=poll, said=said, by=by, at=at)
    except ConflictError as refusal:
        if refusal.code in _LOST:
            sweep_poll(poll, at)
        raise


@act
def record_decision(*, poll: str, said: Decided, by: Actor, at: datetime) -> Decision:
    """Decide, in the role that is accountable for the authorisation, with a proof of who decides.

    Raises:
        DeniedError: E_POWER, E_CONSULTED_ONLY, E_ROLE_NOT_HELD, E_DELEGATION_EXPIRED, E_SELF_APPROVAL,
            E_ATTESTOR_IS_SIGNER, E_AUTHOR_IS_SIGNER, E_PROOF_OF_MACHINE.
        ConflictError: E_POLL_CLOSED, E_RELEASE_STATE, E_DISTINCT_PERSONS, E_WINDOW_PASSED, E_DOSSIER_STALE,
            E_QUORUM_LOST, E_APPROVAL_EXPIRED, E_RUN_STALE, E_EVIDENCE_TAMPERED, E_GATE_SHUT,
            E_BLOCKED, E_DECISION_LACKS, E_NO_GO_SAID, E_VERDICT_MISSING, E_QUORUM_MISSING,
            E_SEPARATION, E_CONDITIONS_STATED, E_CONDITIONS_MISSING, E_CONDITION_ROLE.
        InvalidError: E_REASON, E_CONDITIONS_STATED, E_CONDITION and its kin.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    asked, row = locked_poll(poll, by, at)
    dossier = dossier_of(row, at)
    conditions = checked_conditions(said.conditions, said.outcome)
    found = found_for(asked, row, dossier, at, conditions=tuple(conditions))
    role = found.asking.decider
    seat = require_seat(role, row, escalation(contacts(dossier.book)), by=by, at=at)
    require_open_poll(asked, row)
    require_open(row)
    require_separate(seat, dossier.inputs, by=by, at=at, known=found.involved)
    require_own_seat(seat, role, [one for one in found.signed() if one.role != role], row, by=by)
    _require_in_time(asked, row, said.outcome, at)
    if said.outcome not in found.assessment.allowed:
        raise on_record(refusal_of(said.outcome, found), row)
    if said.outcome in GOING:
        require_confirmable(found.assessment.conditions, row, at)
    require_current(said.dossier, dossier, row)
    word = Word(
        act=SignOff.Act.AUTHORISATION,
        about=f"poll/{asked.key}",
        choice=_CHOICES[Outcome(said.outcome)],
        meaning=meaning_of(
            f"{_title(asked)} as {role_words(role)}", said.outcome, clear=is_clear(dossier, raised(row))
        ),
        terms=terms_of(reason=said.reason, conditions=said.conditions),
        reason=checked_reason(said.reason, said.outcome),
        conditions=conditions,
    )
    keep(dossier)
    signed = sign(row, seat, role, dossier, word, by=by, at=at)
    return _recorded(asked, row, dossier, found, signed, said.outcome, by=by, at=at)


def _recorded(  # noqa: PLR0913 -- all that a decision is made of
    poll: Poll,
    row: Release,
    dossier: Dossier,
    found: Found,
    signed: SignOff,
    outcome: str,
    *,
    by: Actor,
    at: datetime,
) -> Decision:
    goes = outcome in GOING
    decision = Decision(
        release=row,
        moment=poll.moment,
        outcome=outcome,
        poll=poll,
        dossier=dossier.digest,
        environment=row.target,
        artefacts={one["name"]: one["sha256"] for one in dossier.content["artefacts"]},
        conditions=list(found.assessment.conditions) if goes else [],
        by=by.key,
        role=signed.role,
        at=at,
        valid_until=_valid_until(poll, row, dossier, at) if goes else at,
    )
    cautions = _cautions(poll, row, dossier, found, at)
    decision.record = keep_record(record_of(decision, signed, dossier, found, row, cautions))
    if goes:
        supersede(decision, row, by=by, at=at)
    decision.save(force_insert=True)
    poll.closed_at, poll.closed_because = at, f"decided: {outcome}"
    poll.save(update_fields=["closed_at", "closed_because"])
    move_release(row, decision, dossier, by=by, at=at)
    start(event="decision", release=row, by=by, at=at, about=f"decision/{decision.key}")
    if outcome == Outcome.NO_GO:
        start(event="no-go", release=row, by=by, at=at, about=f"decision/{decision.key}")
    if goes and poll.moment == Moment.FINAL:
        after_decision(row, by=by, at=at, about=f"decision/{decision.key}")
    reasons = [str(one) for one in found.assessment.reasons]
    people = {by.key, row.opened_by, *(one.person for one in found.signed())}
    tell_decided(decision, row, dossier.book, reasons, people, at)
    put_on_record(decision, signed, row, found, by=by, at=at)
    return decision


def _require_in_time(poll: Poll, row: Release, outcome: str, at: datetime) -> None:
    """No going once the window is over; an authorisation is given before it opens."""
    end = row.closes_at
    if poll.moment == Moment.AUTHORISATION:
        end = row.opens_at
    if outcome in GOING and end is not None and at >= end:
        raise on_record(
            ConflictError(
                "E_WINDOW_PASSED",
                f"the window was until {end:%Y-%m-%d %H:%M} UTC",
                hint="agree on another window",
            ),
            row,
        )


def _valid_until(poll: Poll, row: Release, dossier: Dossier, at: datetime) -> datetime:
    """Until the window closes, signatures grow too old, or, at the final poll, evidence expires."""
    ends = [at + max_age(dossier.book, poll.moment)]
    ends += [row.closes_at] if row.closes_at is not None else []
    if poll.moment == Moment.FINAL:
        expiries = [run.stands_until for run in dossier.runs.values() if run is not None]
        ends += [end for end in expiries if end is not None and end > at]
    return min(ends)


def _cautions(poll: Poll, row: Release, dossier: Dossier, found: Found, at: datetime) -> tuple[str, ...]:
    """What is out of the ordinary and does not forbid it."""
    times, ahead = dossier.book.governance.decisions, (row.opens_at or at) - at
    is_early = poll.moment == Moment.AUTHORISATION
    latest: timedelta | None = times.authorise_latest
    checks = (
        (
            is_early and times.authorise_earliest is not None and ahead > times.authorise_earliest,
            "authorised earlier before the window than was agreed",
        ),
        (
            is_early and latest is not None and ahead < latest,
            "authorised later before the window than was agreed",
        ),
        (
            not is_early and times.final_poll is not None and ahead > times.final_poll,
            "decided earlier before the window than the final poll was agreed for",
        ),
        (
            not is_early and (times.authorise_earliest or latest) is not None and not _is_authorised(row),
            "decided without an authorisation before",
        ),
        (dossier.book.advise, "the rulebook is in advise mode: its gates block no pipeline"),
    )
    unread = [
        f"{role_words(one.role)} signed without having been handed the dossier"
        for one in found.signed()
        if not one.opened_at
    ]
    return (*(said for holds, said in checks if holds), *unread)


def _is_authorised(row: Release) -> bool:
    return Decision.objects.filter(
        release=row, moment=Moment.AUTHORISATION, outcome__in=GOING, voided_at__isnull=True
    ).exists()


def _title(poll: Poll) -> str:
    return "Authorisation" if poll.moment == Moment.AUTHORISATION else "Final decision"
