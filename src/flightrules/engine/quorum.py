"""How many of those who were asked have signed, whose voice counts, and who is missing.

The result explains itself; refusing because of it is for the caller. Nobody asked is nobody who agreed: an
empty asking is never complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from flightrules.values import frozen

__all__ = ["Ask", "Choice", "Tally", "Uncounted", "Vote", "tally"]


class Choice(StrEnum):
    """What a vote says."""

    GO = "go"
    GO_WITH_CONDITIONS = "go-with-conditions"
    NO_GO = "no-go"


class Uncounted(StrEnum):
    """Why a vote does not count."""

    NOT_ASKED = "not_asked"
    ROLE_LOST = "role_lost"
    OTHER_DOSSIER = "other_dossier"
    EXPIRED = "expired"
    DUPLICATE_PERSON = "duplicate_person"
    DUPLICATE_SEAT = "duplicate_seat"
    UNKNOWN_PERSON = "unknown_person"


@frozen
class Vote:
    """One person's word in one seat, on one dossier.

    Attributes:
        person: key of who signed; empty is nobody, and never counts.
        role, holder: the seat: which role, and who holds it. A deputy speaks in the holder's seat.
        lender: who lent the seat to the person; empty where nobody did. It is the lender's word as well, so
            the lender has no second one.
        dossier: SHA-256 of what was shown, or of what a rule carried it over to.
        eligible: whether the person may still speak in that seat at the moment of counting.
    """

    person: str
    role: str
    holder: str
    choice: str
    at: datetime
    dossier: str
    conditions: tuple[str, ...] = ()
    eligible: bool = True
    lender: str = ""

    @property
    def speakers(self) -> frozenset[str]:
        """Whose word it is: the person's, and of who chose the person to speak."""
        return frozenset({self.person, self.lender} - {""})


@frozen
class Ask:
    """Who is asked: these roles, ``needed`` of them (all where it is None), ``required`` among them."""

    roles: tuple[str, ...]
    needed: int | None = None
    required: tuple[str, ...] = ()
    distinct_people: bool = True

    @property
    def quorum(self) -> int:
        """How many roles must have spoken; an asking of nobody cannot be met."""
        return max(1, len(set(self.roles)) if self.needed is None else self.needed)


@frozen
class Tally:
    """The count: which votes count, why each other does not, and what is missing."""

    ask: Ask
    counted: tuple[Vote, ...]
    uncounted: tuple[tuple[Vote, Uncounted], ...]

    @property
    def spoken(self) -> frozenset[str]:
        """Roles whose voice counts."""
        return frozenset(vote.role for vote in self.counted)

    @property
    def missing(self) -> tuple[str, ...]:
        """Roles still to be heard: those required, and all of the rest while the number is not reached."""
        wanted = self.ask.required if len(self.spoken) >= self.ask.quorum else self.ask.roles
        return tuple(dict.fromkeys(r for r in (*self.ask.required, *wanted) if r not in self.spoken))

    @property
    def complete(self) -> bool:
        """Whether enough have spoken, whatever they said."""
        return len(self.spoken) >= self.ask.quorum and set(self.ask.required) <= self.spoken

    @property
    def against(self) -> tuple[Vote, ...]:
        """Votes that count and are not for going; a word that is not known is none for going."""
        return tuple(vote for vote in self.counted if vote.choice not in _FOR)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What was asked for beside a GO, each once, in the order of the votes."""
        return tuple(dict.fromkeys(one for vote in self.counted for one in vote.conditions))


_FOR = frozenset({Choice.GO.value, Choice.GO_WITH_CONDITIONS.value})


def tally(
    ask: Ask, votes: Iterable[Vote], *, dossier: str, at: datetime, max_age: timedelta | None = None
) -> Tally:
    """Count the votes in the order in which they were given; the earlier of two counts.

    Args:
        ask: who is asked.
        votes: in any order.
        dossier: SHA-256 of what lies on the table now; votes on anything else do not count.
        at: the moment of counting; a vote from later than that does not count.
        max_age: how old a vote may be.
    """
    counted: list[Vote] = []
    uncounted: list[tuple[Vote, Uncounted]] = []
    for vote in sorted(votes, key=lambda one: (one.at, one.role, one.person)):
        why = _why_not(vote, ask, counted, dossier, at, max_age)
        if why is None:
            counted.append(vote)
        else:
            uncounted.append((vote, why))
    return Tally(ask, tuple(counted), tuple(uncounted))


def _why_not(
    vote: Vote, ask: Ask, counted: list[Vote], dossier: str, at: datetime, max_age: timedelta | None
) -> Uncounted | None:
    table = (
        (not vote.person, Uncounted.UNKNOWN_PERSON),
        (vote.role not in ask.roles and vote.role not in ask.required, Uncounted.NOT_ASKED),
        (not vote.eligible, Uncounted.ROLE_LOST),
        (not dossier or vote.dossier != dossier, Uncounted.OTHER_DOSSIER),
        (vote.at > at or (max_age is not None and at - vote.at > max_age), Uncounted.EXPIRED),
        (
            ask.distinct_people and any(one.speakers & vote.speakers for one in counted),
            Uncounted.DUPLICATE_PERSON,
        ),
        (any(one.role == vote.role for one in counted), Uncounted.DUPLICATE_SEAT),
    )
    return next((why for holds, why in table if holds), None)
