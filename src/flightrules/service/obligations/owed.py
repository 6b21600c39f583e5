"""What is owed after an event: by the rulebook in force, or as shipped where it says nothing.

The two debts of an emergency cannot be agreed away by naming another track: where no rule of the rulebook
fits, the shipped one holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flightrules.engine.relaxation import is_emergency, track_called
from flightrules.rules.authority import EscalationLevel
from flightrules.rules.obligation import Obligation
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.track import Track

__all__ = ["EVENTS", "LEVELS", "VERBAL", "levels_of", "owed_after", "word_givers"]

_SHIPPED = (
    Obligation(
        id="decision-record",
        what="A record of what was decided, on what, and what was overridden.",
        within=timedelta(hours=2),
        after="decision",
        owner="ticket_owner",
        confirmed_by="qa_lead",
        escalates_to="release_manager",
    ),
    Obligation(
        id="override-answer",
        what="The second signature of an override; a QA lead may sign as dissent acknowledged.",
        within=timedelta(hours=2),
        after="override",
        owner="qa_lead",
        escalates_to="cto_vp_eng",
    ),
    Obligation(
        id="written-sign-off",
        what="The written sign-off of a release that went ahead on the QA lead's word.",
        within=timedelta(hours=24),
        after="verbal-sign-off",
        owner="qa_lead",
        escalates_to="cto_vp_eng",
    ),
    Obligation(
        id="post-incident-review",
        what="The review of the emergency is scheduled.",
        within=timedelta(hours=48),
        after="emergency-release",
        owner="release_manager",
        escalates_to="cto_vp_eng",
    ),
)
EVENTS = frozenset(one.after for one in _SHIPPED)
"""Events that always leave something owed."""

_QUALITY = "qa_lead"
VERBAL = "verbal-sign-off"
"""After it the word itself is owed in writing, by a signature of its own."""

_OF_EMERGENCIES = frozenset({VERBAL, "emergency-release"})
LEVELS = 3
_ANSWER = timedelta(minutes=30)
_SHIPPED_LEVELS = (
    EscalationLevel("L1", ("qa_lead", "engineering_lead"), timedelta(minutes=30)),
    EscalationLevel("L2", ("release_manager", "product_owner"), timedelta(hours=1)),
    EscalationLevel("L3", ("cto_vp_eng",), timedelta(hours=2)),
)


def owed_after(event: str, book: Rulebook | None, *, track: str, release_class: str) -> list[Obligation]:
    """What is owed after ``event`` by a release on that track and of that class.

    A track that asks for the written word or the review sooner than its rule does is obeyed.
    """
    stated = [one for one in book.obligations if one.after == event] if book else []
    way = track_called(book, track) if book else None
    names = {track.casefold(), release_class.casefold()} - {""}
    names |= {"emergency"} if way is not None and is_emergency(way) else set()
    found = [one for one in stated if not one.applies_to or one.applies_to.casefold() in names]
    if not found and (not stated or event in _OF_EMERGENCIES):
        found = [one for one in _SHIPPED if one.after == event]
    return [_sooner(one, way) for one in found]


def word_givers(track: Track | None) -> tuple[str, ...]:
    """Roles whose spoken word lets an emergency of this track go ahead, and who owe it in writing."""
    return (*(track.verbal_sign_off_by if track else ()), _QUALITY)


def levels_of(book: Rulebook | None) -> list[list[object]]:
    """The path of escalation as a row keeps it: id, contacts and seconds to answer, at most three levels."""
    path = book.authority.escalation if book and book.authority.escalation else _SHIPPED_LEVELS
    return [[one.id, list(one.contacts), _seconds(one)] for one in _some(path)]


def _some(path: Iterable[EscalationLevel]) -> list[EscalationLevel]:
    return list(path)[:LEVELS]


def _seconds(level: EscalationLevel) -> int:
    return int((level.respond_within or _ANSWER).total_seconds())


def _sooner(one: Obligation, track: Track | None) -> Obligation:
    limits = {
        VERBAL: track.written_sign_off_within if track else None,
        "emergency-release": track.review_within if track else None,
    }
    limit = limits.get(one.after)
    if limit is None or limit >= one.within:
        return one
    return Obligation(
        one.id, one.what, limit, one.after, one.owner, one.confirmed_by, one.escalates_to, one.applies_to
    )
