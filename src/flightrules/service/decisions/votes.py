"""Votes: one person, one seat, one dossier, proved; changed by withdrawing and voting again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flightrules.engine.quorum import Choice
from flightrules.rules.role_words import role_words
from flightrules.service.decisions.asking import Asking, asking_of, matching
from flightrules.service.decisions.begun import require_begun
from flightrules.service.decisions.confirmers import require_confirmable
from flightrules.service.decisions.counting import WITHDRAWN, live_verdict, live_votes
from flightrules.service.decisions.dossiers import BLOCKS, Dossier, dossier_of, keep
from flightrules.service.decisions.hindrances import raised
from flightrules.service.decisions.involved import require_own_seat, require_separate
from flightrules.service.decisions.meaning import checked_conditions, checked_reason, is_clear, meaning_of
from flightrules.service.decisions.models import Carried, Poll, SignOff
from flightrules.service.decisions.polls import locked_poll, require_open_poll
from flightrules.service.decisions.refreshing import refresh, void
from flightrules.service.decisions.seats import escalation, on_record, require_seat
from flightrules.service.decisions.signing import Word, require_current, sign, terms_of
from flightrules.service.decisions.telling import contacts
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError
from flightrules.service.people.seats import Seat
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import act
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release

__all__ = ["Said", "change_vote", "require_complete", "vote"]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says, on exactly which dossier.

    Attributes:
        choice: ``go``, ``go-with-conditions`` or ``no-go``.
        dossier: SHA-256 of what the person saw.
        reason: why; a no-go cannot do without.
        conditions: sentences in the language of conditions of deployment.
    """

    choice: str
    dossier: str
    reason: str = ""
    conditions: list[str] = field(default_factory=list)


@act
def vote(*, poll: str, role: str, said: Said, by: Actor, at: datetime) -> SignOff:
    """Vote in a role that is asked, with a proof of who votes.

    Raises:
        DeniedError: E_POWER, E_CONSULTED_ONLY, E_ROLE_NOT_HELD, E_DELEGATION_EXPIRED, E_SELF_APPROVAL,
            E_ATTESTOR_IS_SIGNER, E_AUTHOR_IS_SIGNER, E_PROOF_OF_MACHINE.
        ConflictError: E_POLL_CLOSED, E_RELEASE_STATE, E_DOSSIER_STALE, E_DISTINCT_PERSONS, E_DUPLICATE_SEAT,
            E_SIGNED_ALREADY, E_ACCEPTANCE_MISSING, E_CONDITION_ROLE.
        InvalidError: E_REASON, E_CONDITIONS_MISSING, E_CONDITIONS_STATED, E_CONDITION and its kin.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    found, row = locked_poll(poll, by, at)
    return _voted(found, row, role, said, by=by, at=at)


@act
def change_vote(*, sign_off: str, said: Said, by: Actor, at: datetime) -> SignOff:
    """Take one's vote back and vote anew in the same role; both stay on record.

    Raises:
        ForeignError: E_NO_SUCH. DeniedError: E_NOT_YOURS. ConflictError: E_SIGN_OFF_VOID; and as ``vote``.
    """
    former = SignOff.objects.filter(pk=sign_off, act=SignOff.Act.VOTE).first()
    if former is None or former.poll_id is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    poll, row = locked_poll(str(_poll_of(former)), by, at)
    if former.person != by.key:
        raise on_record(DeniedError("E_NOT_YOURS", "a vote is changed by who gave it"), row)
    former.refresh_from_db()
    if former.voided_at is not None:
        raise on_record(ConflictError("E_SIGN_OFF_VOID", f"it does not count: {former.voided_because}"), row)
    require_open_poll(poll, row)
    void(former, row, WITHDRAWN, tag=Tag.SIGN_OFF_WITHDRAWN, by=by, at=at)
    return _voted(poll, row, former.role, said, by=by, at=at)


def require_complete(dossier: Dossier, choice: str) -> None:
    """Refuse that quality says GO while an open defect blocks: every one that counts has its record first.

    Raises:
        ConflictError: E_ACCEPTANCE_MISSING, naming them.
    """
    blocking = [one["number"] for one in dossier.content["defects"] if one["decision"] == BLOCKS]
    if choice != Choice.NO_GO and blocking:
        raise on_record(
            ConflictError(
                "E_ACCEPTANCE_MISSING",
                f"no complete acceptance record for {', '.join(blocking[:10])}",
                hint="mend them, or have each accepted in all roles that the severity policy asks for",
            ),
            dossier.inputs.release,
        )


def _voted(poll: Poll, row: Release, role: str, said: Said, *, by: Actor, at: datetime) -> SignOff:
    dossier = dossier_of(row, at)
    asking = asking_of(dossier.book, row)
    asked, seat = _seat(asking, role, dossier, row, by, at)
    require_open_poll(poll, row)
    require_begun(row, dossier.book)
    require_separate(seat, dossier.inputs, by=by, at=at)
    refresh(poll, row, dossier, by=by, at=at)
    _require_unheard(poll, row, seat, asked, by)
    require_current(said.dossier, dossier, row)
    conditions = checked_conditions(said.conditions, said.choice)
    require_confirmable(conditions, row, at)
    reason = checked_reason(said.reason, said.choice)
    if asked == asking.verdict:
        require_complete(dossier, said.choice)
    keep(dossier)
    clear = is_clear(dossier, raised(row))
    word = Word(
        act=SignOff.Act.VOTE,
        about=f"poll/{poll.key}",
        choice=said.choice,
        meaning=meaning_of(f"Vote as {role_words(asked)}", said.choice, clear=clear),
        terms=terms_of(reason=said.reason, conditions=said.conditions, role=role),
        reason=reason,
        conditions=conditions,
        poll=poll,
    )
    return sign(row, seat, asked, dossier, word, by=by, at=at)


def _seat(
    asking: Asking, role: str, dossier: Dossier, row: Release, by: Actor, at: datetime
) -> tuple[str, Seat]:
    path = escalation(contacts(dossier.book))
    asked = matching(role, asking.roles)
    if not asked and by.kind is Kind.PERSON:
        raise on_record(
            DeniedError(
                "E_CONSULTED_ONLY",
                f"{role_words(role[:60])} is not asked; asked are {', '.join(map(role_words, asking.roles))}",
                hint=path,
            ),
            row,
        )
    return asked, require_seat(asked, row, path, by=by, at=at)


def _require_unheard(poll: Poll, row: Release, seat: Seat, role: str, by: Actor) -> None:
    """One voice a person and a seat; the quality verdict is a signature of somebody, too."""
    votes, verdict = live_votes(poll), live_verdict(row)
    if any(one.person == by.key and one.role == role for one in votes):
        raise on_record(
            ConflictError("E_SIGNED_ALREADY", "you have voted", hint="change the vote that stands"), row
        )
    require_own_seat(seat, role, votes, row, by=by)
    if verdict is not None and verdict.role != role:
        require_own_seat(seat, role, [verdict], row, by=by)


def _poll_of(one: SignOff) -> object:
    """Where a vote counts: in its own poll, or in the open one that it was carried into."""
    into = Carried.objects.filter(sign_off=one, poll__closed_at__isnull=True).values_list(
        "poll_id", flat=True
    )
    return into.first() or one.poll_id
