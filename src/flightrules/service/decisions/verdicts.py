"""The quality verdict: signed by who answers for quality and nobody else; overridden, never changed."""

from __future__ import annotations

from datetime import datetime

from flightrules.engine.quorum import Choice
from flightrules.service.decisions.asking import asking_of
from flightrules.service.decisions.begun import require_begun
from flightrules.service.decisions.confirmers import require_confirmable
from flightrules.service.decisions.counting import carried_to, live_verdict
from flightrules.service.decisions.dossiers import Dossier, dossier_of, keep
from flightrules.service.decisions.hindrances import raised
from flightrules.service.decisions.involved import require_own_seat, require_separate
from flightrules.service.decisions.meaning import checked_conditions, checked_reason, is_clear, meaning_of
from flightrules.service.decisions.models import SignOff
from flightrules.service.decisions.refreshing import void
from flightrules.service.decisions.seats import escalation, is_eligible, on_record, require_seat
from flightrules.service.decisions.signing import Word, require_current, sign, terms_of
from flightrules.service.decisions.situation import gate_standings
from flightrules.service.decisions.telling import contacts
from flightrules.service.decisions.votes import Said, require_complete
from flightrules.service.door.refusals import ConflictError
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = ["sign_verdict"]

_OPEN = ("GO", "CONDITIONAL GO")


@act
def sign_verdict(*, release: str, said: Said, by: Actor, at: datetime) -> SignOff:
    """Sign the quality verdict on a release, in the role that is accountable for it.

    One verdict stands at a time. Once another dossier lies there, the former one is superseded on record.

    Raises:
        DeniedError: E_POWER, E_CONSULTED_ONLY, E_ROLE_NOT_HELD, E_DELEGATION_EXPIRED, E_SELF_APPROVAL,
            E_ATTESTOR_IS_SIGNER, E_AUTHOR_IS_SIGNER, E_PROOF_OF_MACHINE.
        ConflictError: E_RELEASE_STATE, E_NO_RULEBOOK, E_DOSSIER_STALE, E_DISTINCT_PERSONS, E_VERDICT_STANDS,
            E_ACCEPTANCE_MISSING, E_GATE_SHUT, E_RUN_STALE.
        InvalidError: as for a vote. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    row = locked(release, by, at)
    dossier = dossier_of(row, at)
    asking = asking_of(dossier.book, row)
    seat = require_seat(asking.verdict, row, escalation(contacts(dossier.book)), by=by, at=at)
    require_open(row)
    require_begun(row, dossier.book)
    require_separate(seat, dossier.inputs, by=by, at=at)
    votes = SignOff.objects.filter(poll__release=row, poll__closed_at__isnull=True, voided_at__isnull=True)
    require_own_seat(seat, asking.verdict, [one for one in votes if one.role != asking.verdict], row, by=by)
    require_current(said.dossier, dossier, row)
    conditions = checked_conditions(said.conditions, said.choice)
    require_confirmable(conditions, row, at)
    reason = checked_reason(said.reason, said.choice)
    require_complete(dossier, said.choice)
    _require_founded(dossier, said.choice, at)
    keep(dossier)
    _supersede(row, dossier, by=by, at=at)
    word = Word(
        act=SignOff.Act.VERDICT,
        about=f"release/{row.key}",
        choice=said.choice,
        meaning=meaning_of("Quality verdict", said.choice, clear=is_clear(dossier, raised(row))),
        terms=terms_of(reason=said.reason, conditions=said.conditions),
        reason=reason,
        conditions=conditions,
    )
    return sign(row, seat, asking.verdict, dossier, word, by=by, at=at)


def _require_founded(dossier: Dossier, choice: str, at: datetime) -> None:
    """No GO on a gate that is shut: that is what an override is for, with both signatures."""
    if choice == Choice.NO_GO:
        return
    row = dossier.inputs.release
    for gate in gate_standings(dossier, at):
        if gate.stale:
            raise on_record(
                ConflictError(
                    "E_RUN_STALE",
                    f"the gate {gate.gate}: {gate.stale}",
                    hint=f"run the gate again (flightrules judge --gate {gate.gate})",
                ),
                row,
            )
        if gate.outcome not in _OPEN:
            raise on_record(
                ConflictError(
                    "E_GATE_SHUT",
                    f"the gate {gate.gate} is {gate.outcome or 'not judged'}",
                    hint="sign NO-GO; the rest is an override with two signatures",
                ),
                row,
            )


def _supersede(row: Release, dossier: Dossier, *, by: Actor, at: datetime) -> None:
    former = live_verdict(row)
    if former is None:
        return
    counts = former.dossier == dossier.digest or former.pk in carried_to(dossier.digest, None)
    if counts and is_eligible(former, row, at):
        raise on_record(
            ConflictError(
                "E_VERDICT_STANDS",
                f"the verdict {former.choice} stands on exactly this dossier",
                hint="it is signed again on another dossier, or overridden",
            ),
            row,
        )
    void(former, row, "superseded: another verdict was signed on what is there now", dossier, by=by, at=at)
