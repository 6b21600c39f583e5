"""In which seat somebody answers a blocker of another person: none of who wants the release to go."""

from __future__ import annotations

from datetime import datetime

from flightrules.service.blockers.models import Blocker
from flightrules.service.catalogue.queries import adopted_authority
from flightrules.service.door.refusals import DeniedError
from flightrules.service.people.powers import Power, powers_of
from flightrules.service.people.seats import Seat, seats_of, speakers
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import product_stream
from flightrules.service.releases.authorship import authors_of

__all__ = ["accepting_seat", "answering_seat"]


def accepting_seat(found: Blocker, by: Actor, at: datetime) -> Seat:
    """The seat that the person accepts in: none of who raised it, nor the word of who wants it to go.

    Raises:
        DeniedError: E_DISTINCT_PERSONS, E_SELF_APPROVAL.
    """
    free = [one for one in _seats(found, by, at) if found.raised_by not in (by.key, one.holder)]
    if not free:
        raise DeniedError(
            "E_DISTINCT_PERSONS",
            "who raised a blocker, or speaks in their seat, does not accept it",
            hint="resolve it, or ask another person who may accept",
        ).about(*_record_of(found))
    return _apart(found, free, by)


def answering_seat(found: Blocker, by: Actor, at: datetime) -> Seat:
    """The seat in which the person shows that what another one raised is gone: one that may accept blockers.

    Raises:
        DeniedError: E_BLOCKER_OF_ANOTHER, E_SELF_APPROVAL.
    """
    seats = _seats(found, by, at)
    if not seats:
        raise DeniedError(
            "E_BLOCKER_OF_ANOTHER",
            "somebody else raised it, and your role may not accept blockers",
            hint="ask who raised it to take it back, or who may accept blockers to look at it",
        ).about(*_record_of(found))
    return _apart(found, seats, by)


def _seats(found: Blocker, by: Actor, at: datetime) -> list[Seat]:
    product = found.release.product_id
    authority = adopted_authority(product, at)
    return [one for one in seats_of(by.key, product, at) if Power.ACCEPT in powers_of([one.role], authority)]


def _apart(found: Blocker, seats: list[Seat], by: Actor) -> Seat:
    parts = {found.release.opened_by, *authors_of(found.release).people}
    apart = [one for one in seats if not parts & speakers(one, by.key)]
    if not apart:
        raise DeniedError(
            "E_SELF_APPROVAL",
            "who opened the release or wrote the change answers none, nor who got a role from them",
            hint="ask another person who may accept",
        ).about(*_record_of(found))
    return apart[0]


def _record_of(found: Blocker) -> tuple[str, str]:
    return product_stream(found.release.product_id), f"blocker/{found.key}"
