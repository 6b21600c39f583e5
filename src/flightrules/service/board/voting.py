"""The board at work: five areas scored on evidence, members' voices, and the answer of the chair.

A voice and an answer are of exactly what was shown: who gives one says its digest. The answer is an approval
of the change and never the decision to go live.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flightrules.engine.change_lifecycle import ChangeState, may_answer
from flightrules.engine.separation import Voice, count_voices
from flightrules.ledger.canonical import canonical_bytes
from flightrules.rules.exceptions import says_nothing
from flightrules.rules.role_words import role_words
from flightrules.service.board import telling
from flightrules.service.board.bodies import seats_on
from flightrules.service.board.models import AgendaItem, BoardAnswer, BoardVote, ChangeRequest, Scorecard
from flightrules.service.board.refusing import about, locked_change, refuse_lacks, require_classified
from flightrules.service.board.sessions import require_sitting
from flightrules.service.board.shown import digest_of, shown_of, store_shown
from flightrules.service.board.standing import as_change
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError, InvalidError
from flightrules.service.people.access import is_known
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.powers import Power
from flightrules.service.people.seats import Seat, speakers
from flightrules.service.readiness.cited import require_cited
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag

__all__ = ["AREAS", "RATINGS", "Rating", "answer_change", "counted_votes", "score_change", "vote_on_change"]

AREAS = ("risk", "testing", "business-impact", "rollback", "operations")
RATINGS = ("green", "amber", "red")


@dataclass(frozen=True, slots=True)
class Rating:
    """One area: how it is rated, on which evidence, and why."""

    rating: str
    rationale: str
    link: str = ""
    digest: str = ""


@act
def score_change(*, item: str, areas: Mapping[str, Rating], by: Actor, at: datetime) -> Scorecard:
    """Fill the scorecard of an item, all five areas on evidence; another one takes its place.

    Raises:
        InvalidError: E_SCORECARD, E_EVIDENCE_NEEDED, E_EVIDENCE_UNKNOWN.
        ConflictError: E_SESSION_HELD, E_BOARD_ANSWERED.
    """
    found = _locked_item(item, Power.MANAGE_READINESS, by=by, at=at)
    if set(areas) != set(AREAS):
        raise InvalidError("E_SCORECARD", f"a scorecard rates {', '.join(AREAS)}, each once")
    for name in AREAS:
        _require_rated(name, areas[name], found.change)
    rows = {
        name: {
            "rating": one.rating,
            "link": one.link,
            "sha256": one.digest,
            "rationale": one.rationale,
        }
        for name, one in areas.items()
    }
    Scorecard.objects.filter(item=found, voided_at__isnull=True).update(voided_at=at)
    digest = hashlib.sha256(canonical_bytes(rows)).hexdigest()
    made = Scorecard.objects.create(item=found, areas=rows, digest=digest, by=by.key, at=at)
    told = {
        "ratings": {name: areas[name].rating for name in AREAS},
        "evidence": sorted(one.digest for one in areas.values() if one.digest),
        "digest": digest,
    }
    _record(Tag.CHANGE_SCORED, found, told, by=by, at=at)
    return made


@act
def vote_on_change(
    *, item: str, choice: str, shown: str, reason: str = "", role: str = "", by: Actor, at: datetime
) -> BoardVote:
    """A member's voice, signed; given anew where what it was given on has changed.

    Args:
        item: key of the agenda item.
        choice: ``approve``, ``reject`` or ``abstain``.
        shown: SHA-256 of what the member has before them.
        reason: why; needed to reject.
        role: the seat, where the person has several.
        by: who.
        at: when.

    Raises:
        DeniedError: E_CONSULTED_ONLY, E_SELF_APPROVAL, E_FOUR_EYES. InvalidError: E_RATIONALE.
        ConflictError: E_DOSSIER_STALE, E_SCORECARD, E_SIGNED_ALREADY, E_DUPLICATE_SEAT, E_DISTINCT_PERSONS,
            E_BOARD_ANSWERED, E_SESSION_HELD. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    found = _locked_item(item, Power.SIT_ON_BOARD, by=by, at=at)
    member, seat = _seat(found, role, by, at)
    current = _require_shown(found, shown)
    _require_free(found, member, seat, by, current, at)
    if choice == BoardVote.Choice.REJECT and says_nothing(reason):
        raise InvalidError("E_RATIONALE", "who rejects says why")
    proof = require_signing_proof(
        by, at=at, act=f"board-vote:{choice}", about=f"change-request/{found.change_id}", digest=current
    )
    made = BoardVote.objects.create(
        item=found,
        person=by.key,
        role=member,
        holder=seat.holder,
        through=seat.through,
        choice=choice,
        reason=reason,
        shown=current,
        components=proof.components,
        proved_at=proof.proved_at,
        at=at,
    )
    told = {**_signed(made), "choice": choice, "person": by.key}
    told |= {"reason": commit_to(reason, about=by.key)} if reason else {}
    _record(Tag.CHANGE_VOTED, found, told, by=by, at=at)
    return made


@act
def answer_change(
    *, item: str, outcome: str, rationale: str, shown: str, by: Actor, at: datetime
) -> BoardAnswer:
    """The board's answer by its chair, when enough members have spoken on exactly what is there now.

    A chair who has not voted speaks with the answer. An approval needs more voices for it than against it;
    without that the change is deferred and what stands against it is addressed first.

    Raises:
        DeniedError: E_CONSULTED_ONLY, E_SELF_APPROVAL, E_FOUR_EYES. InvalidError: E_RATIONALE.
        ConflictError: E_BOARD_ANSWERED, E_QUORUM_LOST, E_NO_CONSENSUS, E_DOSSIER_STALE, E_SCORECARD,
            E_SESSION_HELD. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    found = _locked_item(item, Power.SIT_ON_BOARD, by=by, at=at)
    session, change = found.session, found.change
    member, seat = _seat(found, session.chair, by, at)
    if says_nothing(rationale):
        raise InvalidError("E_RATIONALE", "the board says why")
    current = _require_shown(found, shown)
    lender = seat.holder if seat.through == "delegation" else ""
    voters = _voters(found, current, Voice(by.key, member, seat.holder, lender), outcome, at)
    _require_consensus(found, voters, outcome)
    proof = require_signing_proof(
        by, at=at, act=f"board-answer:{outcome}", about=f"change-request/{change.key}", digest=current
    )
    made = BoardAnswer.objects.create(
        change=change,
        item=found,
        outcome=outcome,
        rationale=rationale,
        shown=current,
        voters=voters,
        by=by.key,
        role=member,
        holder=seat.holder,
        through=seat.through,
        components=proof.components,
        proved_at=proof.proved_at,
        at=at,
    )
    approved = outcome == BoardAnswer.Outcome.APPROVED
    if not approved:
        change.state = ChangeState.ASSESS.value
    change.revision += 1
    change.save(update_fields=["state", "revision"])
    telling.tell_answer(made, change, at)
    told = {
        **_signed(made),
        "outcome": outcome,
        "state": change.state,
        "voters": voters,
        "rationale": commit_to(rationale, about=by.key),
    }
    _record(Tag.CHANGE_AUTHORISED if approved else Tag.CHANGE_REJECTED, found, told, by=by, at=at)
    return made


def counted_votes(item: AgendaItem, shown: str, at: datetime) -> list[BoardVote]:
    """Voices that count now: on what is shown, from a seat that the person still has, one each."""
    rows = [
        one
        for one in BoardVote.objects.filter(item=item, voided_at__isnull=True, shown=shown).order_by(
            "at", "key"
        )
        if _is_eligible(one, item, at)
    ]
    counted = count_voices(one.voice for one in rows).voices
    kept = {(one.person, one.role) for one in counted}
    return [one for one in rows if (one.person, one.role) in kept]


def _voters(item: AgendaItem, shown: str, chair: Voice, outcome: str, at: datetime) -> list[dict[str, str]]:
    given = counted_votes(item, shown, at)
    voted = [(one.person, one.role, one.choice) for one in given]
    if all(chair.role != one.role and not chair.speakers & one.voice.speakers for one in given):
        choice = "approve" if outcome == BoardAnswer.Outcome.APPROVED else "reject"
        voted.append((chair.person, chair.role, choice))
    return [{"person": person, "role": role, "choice": choice} for person, role, choice in voted]


def _require_consensus(item: AgendaItem, voters: list[dict[str, str]], outcome: str) -> None:
    needed = item.session.quorum
    if len(voters) < needed:
        raise about(
            ConflictError(
                "E_QUORUM_LOST",
                f"{len(voters)} of {needed} voices that are needed count now",
                hint="a voice counts on what is shown now, from a seat that is still held",
            ),
            item.change,
        )
    choices = [one["choice"] for one in voters]
    if outcome == BoardAnswer.Outcome.APPROVED and choices.count("approve") <= choices.count("reject"):
        raise about(
            ConflictError(
                "E_NO_CONSENSUS",
                f"{choices.count('approve')} are for it and {choices.count('reject')} against",
                hint="reject it, or close the session: it is deferred, what stands against it comes first",
            ),
            item.change,
        )


def _require_shown(item: AgendaItem, said: str) -> str:
    """The digest of what is there now, where that is what the person says to have before them; it is kept."""
    now = shown_of(item)
    if not now["scorecard"]:
        raise about(ConflictError("E_SCORECARD", "nobody has filled the scorecard"), item.change)
    if said != digest_of(now):
        raise about(
            ConflictError(
                "E_DOSSIER_STALE", "what you have before you is not what is there now", hint="read it again"
            ),
            item.change,
        )
    return store_shown(now)


def _require_free(item: AgendaItem, member: str, seat: Seat, by: Actor, shown: str, at: datetime) -> None:
    """Nobody speaks twice and no seat does; a voice on what has changed, or of a lost seat, gives way."""
    rows = BoardVote.objects.filter(item=item, voided_at__isnull=True)
    for one in rows:
        if one.shown != shown or not _is_eligible(one, item, at):
            if one.person == by.key or one.role == member:
                one.voided_at = at
                one.save(update_fields=["voided_at"])
        elif one.person == by.key:
            raise about(ConflictError("E_SIGNED_ALREADY", "you have spoken on this already"), item.change)
        elif one.role == member:
            raise about(
                ConflictError("E_DUPLICATE_SEAT", f"the seat of {member} has spoken already"), item.change
            )
        elif one.voice.speakers & speakers(seat, by.key):
            lent = ConflictError("E_DISTINCT_PERSONS", "one of you lent the other a seat; that is one voice")
            raise about(lent, item.change)


def _is_eligible(vote: BoardVote, item: AgendaItem, at: datetime) -> bool:
    if not is_known(vote.person) or may_answer(as_change(item.change, at), vote.person):
        return False
    seats = seats_on((vote.role,), vote.person, item.session.product_id, at)
    return any(seat.holder == vote.holder for _member, seat in seats)


def _seat(item: AgendaItem, role: str, by: Actor, at: datetime) -> tuple[str, Seat]:
    """The seat on the board in which the person speaks; not on their own request, nor in its owner's seat."""
    session, change = item.session, item.change
    found = seats_on(tuple(session.members), by.key, session.product_id, at)
    wanted = [one for one in found if not role or one[0] == role]
    if not wanted:
        members = ", ".join(map(role_words, session.members))
        raise about(
            DeniedError(
                "E_CONSULTED_ONLY",
                f"only {role_words(role) or 'members of the board'} may do this",
                hint=f"on this board sit {members}; others raise a blocker",
            ),
            change,
        )
    seen = as_change(change, at)
    why = [may_answer(seen, by.key) or may_answer(seen, seat.holder) for _member, seat in wanted]
    free = [one for one, lack in zip(wanted, why, strict=True) if lack is None]
    if not free:
        refuse_lacks([lack for lack in why if lack][:1], change)
    return free[0]


def _require_rated(name: str, one: Rating, change: ChangeRequest) -> None:
    if one.rating not in RATINGS:
        raise InvalidError("E_SCORECARD", f"{name} is rated {', '.join(RATINGS)}")
    if says_nothing(one.rationale):
        raise InvalidError("E_SCORECARD", f"nothing is said of why {name} is {one.rating}")
    if change.release is not None:
        require_cited(change.release, link=one.link, digest=one.digest)
    elif not one.link.startswith(("https://", "http://")):
        raise InvalidError("E_EVIDENCE_NEEDED", f"{name} of a template points to its evidence by a link")


def _locked_item(key: str, power: Power, *, by: Actor, at: datetime) -> AgendaItem:
    """The item with its change and session, all held; while the board sits and has not answered."""
    change_key = AgendaItem.objects.filter(pk=key).values_list("change_id", flat=True).first()
    if change_key is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    change = locked_change(str(change_key), power, by=by, at=at)
    found = AgendaItem.objects.select_for_update(of=("self", "session")).select_related("session").get(pk=key)
    found.change = change
    require_sitting(found.session)
    require_classified(change)
    if BoardAnswer.objects.filter(item=found).exists() or change.state != ChangeState.AUTHORIZE:
        raise about(
            ConflictError(
                "E_BOARD_ANSWERED", "the board has answered already, or it does not wait for an answer"
            ),
            change,
        )
    return found


def _signed(one: BoardVote | BoardAnswer) -> dict[str, Any]:
    """What an entry says of a signature."""
    names = ("role", "holder", "through", "components", "shown")
    return {name: getattr(one, name) for name in names}


def _record(tag: Tag, item: AgendaItem, data: dict[str, Any], *, by: Actor, at: datetime) -> None:
    change = item.change
    release = {"release": str(change.release_id)} if change.release_id else {}
    append(
        stream=product_stream(change.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"change-request/{change.key}",
        data={"session": str(item.session_id), **release, **data},
    )
