"""Whose spoken word an emergency went ahead on, and who may therefore write it.

Who gave the word writes it, or who speaks in the same seat: a deputy, a delegate, or whom they stood in for.
Where who gave it holds that role no longer, it falls to whoever holds it now: else it could never be written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.engine.relaxation import track_called
from flightrules.rules.role_words import role_words
from flightrules.rules.track import Track
from flightrules.service.door.refusals import ConflictError, DeniedError, RefusalError
from flightrules.service.emergencies.models import Classification
from flightrules.service.emergencies.points import Point, rules_here
from flightrules.service.obligations.holders import seat_for
from flightrules.service.people.powers import stands_for
from flightrules.service.people.seats import seats_of
from flightrules.service.records.actor import Actor
from flightrules.service.releases.queries import Release

__all__ = ["WRITTEN", "givers", "is_writer", "track_of", "unwritten"]

WRITTEN = "written-sign-off"
_QA = ("qa_lead",)


def givers(track: Track | None) -> tuple[str, ...]:
    """Roles whose word lets an emergency go ahead."""
    return (track.verbal_sign_off_by if track else ()) or _QA


def track_of(one: Classification) -> Track | None:
    """The track that the release was put on by this classification, as the rulebook in force has it."""
    return track_called(rules_here(one.release)[0], one.track)


def unwritten(row: Release, by: Actor, at: datetime) -> tuple[Classification, str]:
    """The latest classification with a word that the actor has to write, ended or not, and in which role.

    Raises:
        ConflictError: E_EMERGENCY_STATE. DeniedError: E_ROLE_NOT_HELD, E_WORD_OF_ANOTHER.
    """
    everything = Classification.objects.filter(release=row).order_by("-at", "-key")
    spoken = everything.filter(confirmations__point=Point.QA_AGREED).distinct()
    open_ones = list(spoken.exclude(confirmations__point=WRITTEN))
    if not open_ones:
        raise _nothing_open(is_classified=everything.exists(), is_spoken=spoken.exists())
    refusal: RefusalError | None = None
    for one in open_ones:
        one.release = row
        roles = givers(track_of(one))
        role = _role(by.key, roles, row, at)
        if role and _is_theirs(one, roles, by.key, at):
            return one, role
        refusal = refusal or _not_theirs(roles, holds=bool(role))
    raise refusal or _not_theirs(_QA, holds=False)


def is_writer(row: Release, by: Actor, at: datetime) -> bool:
    """Whether a word about the release is this person's to write."""
    try:
        unwritten(row, by, at)
    except RefusalError:
        return False
    return True


def _is_theirs(one: Classification, roles: Iterable[str], person: str, at: datetime) -> bool:
    given = one.confirmations.filter(point=Point.QA_AGREED).latest("at", "key")
    speaker, product = given.said_by or given.by, one.release.product_id
    if person == speaker or not _role(speaker, roles, one.release, at):
        return True
    return _sits_for(person, speaker, roles, product, at) or _sits_for(speaker, person, roles, product, at)


def _sits_for(person: str, holder: str, roles: Iterable[str], product: str, at: datetime) -> bool:
    """Whether the person speaks in a seat of the holder's for one of the roles."""
    return any(
        seat.holder == holder and any(stands_for(role, seat.role) for role in roles)
        for seat in seats_of(person, product, at)
    )


def _role(person: str, roles: Iterable[str], row: Release, at: datetime) -> str:
    return next((seat for role in roles if (seat := seat_for(person, role, row.product_id, at))), "")


def _nothing_open(*, is_classified: bool, is_spoken: bool) -> ConflictError:
    why = "the release is classified as no emergency"
    if is_classified:
        why = "nobody has agreed by word yet, so nothing is to be written"
    return ConflictError("E_EMERGENCY_STATE", "it was signed off in writing already" if is_spoken else why)


def _not_theirs(roles: Iterable[str], *, holds: bool) -> DeniedError:
    said = ", ".join(map(role_words, roles))
    if not holds:
        return DeniedError("E_ROLE_NOT_HELD", f"you do not hold the role {said} here")
    return DeniedError(
        "E_WORD_OF_ANOTHER",
        f"another {said} gave the word, so it is theirs to write",
        hint="ask who gave it, or their deputy",
    )
