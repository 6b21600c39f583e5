"""Which sign-offs count for a dossier at one moment, and why each other one does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Q, QuerySet, UUIDField

from flightrules.engine.quorum import Ask, Tally, Uncounted, Vote, tally
from flightrules.service.decisions.asking import Asking, asking_of, max_age
from flightrules.service.decisions.dossiers import Dossier
from flightrules.service.decisions.models import Carried, Poll, SignOff
from flightrules.service.decisions.seats import is_eligible
from flightrules.service.door.questions import Question
from flightrules.service.releases.queries import Release
from flightrules.values import replace

__all__ = [
    "WITHDRAWN",
    "Count",
    "carried_to",
    "count_verdict",
    "count_votes",
    "is_expired",
    "live_verdict",
    "live_votes",
    "moment_of_counting",
    "vote_of",
]

WITHDRAWN = "withdrawn by who gave it"
_WAITED = timedelta(minutes=1)


def _of_poll(poll: Any) -> QuerySet[SignOff]:
    brought = Carried.objects.filter(poll=poll).values("sign_off_id")
    return SignOff.objects.filter(Q(poll=poll) | Q(act=SignOff.Act.VOTE, pk__in=brought))


def _verdicts(release: Any) -> QuerySet[SignOff]:
    return SignOff.objects.filter(release=release, act=SignOff.Act.VERDICT)


_LIVE_VOTES = Question(lambda poll: _of_poll(poll).filter(voided_at__isnull=True), UUIDField())
_LIVE_VERDICT = Question(lambda release: _verdicts(release).filter(voided_at__isnull=True), UUIDField())
_VOIDED_VOTES = Question(
    lambda poll: SignOff.objects.filter(poll=poll, voided_at__isnull=False).order_by("at"), UUIDField()
)
_VOIDED_VERDICTS = Question(
    lambda release: _verdicts(release).filter(voided_at__isnull=False).order_by("at"), UUIDField()
)
_CARRIED_VOTES = Question(
    lambda poll, dossier: Carried.objects.filter(poll=poll, dossier=dossier), UUIDField(), CharField()
)
_CARRIED_VERDICTS = Question(
    lambda dossier: Carried.objects.filter(poll__isnull=True, dossier=dossier), CharField()
)


@dataclass(frozen=True)
class Count:
    """A count, and the sign-off behind each of its votes."""

    tally: Tally
    rows: tuple[tuple[Vote, SignOff], ...]

    def counted(self) -> list[SignOff]:
        """The sign-offs that count."""
        return [row for vote, row in self.rows if any(vote is one for one in self.tally.counted)]

    def why_not(self, row: SignOff) -> str:
        """Why a sign-off does not count, in the word of ``engine.quorum.Uncounted``; empty when it does."""
        for vote, why in self.tally.uncounted:
            if any(vote is mine and row.pk == other.pk for mine, other in self.rows):
                return why.value
        return ""


def live_votes(poll: Poll) -> list[SignOff]:
    """The votes of a poll that nobody voided, those that were carried into it among them, oldest first."""
    return sorted(_given_in(poll, _LIVE_VOTES.rows(poll.pk)), key=lambda one: (one.at, str(one.pk)))


def live_verdict(release: Release) -> SignOff | None:
    """The quality verdict that nobody voided; it may still be about another dossier."""
    return _LIVE_VERDICT.first(release.pk)


def count_votes(poll: Poll, release: Release, dossier: Dossier, at: datetime) -> Count:
    """The votes of a poll on this dossier, with those that were voided and not given again."""
    asking = asking_of(dossier.book, release)
    live = live_votes(poll)
    heard = {one.role for one in live}
    voided = _given_in(poll, _VOIDED_VOTES.rows(poll.pk))
    lost = [one for one in _lost(voided) if one.role not in heard]
    return _counted(asking.ask, live, lost, poll, poll.moment, dossier, at)


def count_verdict(release: Release, dossier: Dossier, asking: Asking, moment: str, at: datetime) -> Count:
    """The quality verdict on this dossier."""
    live = live_verdict(release)
    lost = [] if live is not None else _lost(_VOIDED_VERDICTS.rows(release.pk))[:1]
    return _counted(Ask((asking.verdict,)), [live] if live else [], lost, None, moment, dossier, at)


def moment_of_counting(given: Iterable[SignOff], at: datetime) -> datetime:
    """When the count is taken: not before what is there was signed.

    Each request reads the clock once, as it comes in. Who then waits for somebody who asked a moment later
    and was let in first finds a signature from after that reading; a minute is more than anybody waits.
    """
    return max((at, *(one.at for one in given if one.at - at <= _WAITED)))


def carried_to(digest: str, poll: Poll | None) -> dict[object, str]:
    """Keys of the sign-offs that were carried over to this dossier, each with the rule that did."""
    rows = _CARRIED_VERDICTS.rows(digest) if poll is None else _CARRIED_VOTES.rows(poll.pk, digest)
    return {one.sign_off_id: one.rule for one in rows}


def is_expired(one: SignOff, moment: str, dossier: Dossier, at: datetime) -> bool:
    """Whether a sign-off is too old to be counted; as old as the poll that it was given in allows."""
    given_in = one.poll.moment if one.poll is not None else moment
    return at - one.at > max_age(dossier.book, given_in)


def vote_of(one: SignOff, release: Release, at: datetime) -> Vote:
    """A sign-off as the engine counts it, with the signer's eligibility as it is now."""
    return Vote(
        person=one.person,
        role=one.role,
        holder=one.holder,
        choice=one.choice,
        at=one.at,
        dossier=one.dossier,
        conditions=tuple(one.conditions),
        eligible=is_eligible(one, release, at),
        lender=one.lender,
    )


def _counted(
    ask: Ask,
    live: Iterable[SignOff],
    lost: Iterable[SignOff],
    into: Poll | None,
    moment: str,
    dossier: Dossier,
    at: datetime,
) -> Count:
    """The count of what is live and what was lost; a verdict counts into no poll and ages like votes."""
    release = dossier.inputs.release
    carried = carried_to(dossier.digest, into)
    rows = [(_on_the_table(one, release, dossier, at, is_carried=one.pk in carried), one) for one in live]
    # a voided one never counts again, not even when everything is as it was: it only says what was lost
    rows += [(replace(vote_of(one, release, at), dossier="", conditions=()), one) for one in lost]
    old = [vote for vote, one in rows if is_expired(one, moment, dossier, at)]
    fresh = [vote for vote, _ in rows if not any(vote is other for other in old)]
    counted_at = moment_of_counting((one for _, one in rows), at)
    found = tally(ask, fresh, dossier=dossier.digest, at=counted_at)
    expired = tuple((vote, Uncounted.EXPIRED) for vote in old)
    return Count(Tally(found.ask, found.counted, (*found.uncounted, *expired)), tuple(rows))


def _on_the_table(
    one: SignOff, release: Release, dossier: Dossier, at: datetime, *, is_carried: bool
) -> Vote:
    """The vote, as one on this dossier where a rule carried it over."""
    vote = vote_of(one, release, at)
    return replace(vote, dossier=dossier.digest) if is_carried else vote


def _given_in(poll: Poll, rows: list[SignOff]) -> list[SignOff]:
    """The same; those that were carried over have a poll of their own."""
    for one in rows:
        if one.poll_id == poll.pk:
            one.poll = poll
    return rows


def _lost(voided: Iterable[SignOff]) -> list[SignOff]:
    """The latest one of each role, without those that their signers took back."""
    found = {one.role: one for one in voided}
    return [one for one in found.values() if not one.voided_because.startswith(WITHDRAWN)]
