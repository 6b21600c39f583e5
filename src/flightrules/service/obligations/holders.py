"""Who speaks for a role of the rulebook: the office's people by their seats, and the owner of a ticket.

The ticket of a release belongs to whoever opened the release, unless the role was granted to somebody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.service.people.powers import role_key, stands_for
from flightrules.service.people.queries import badges, holders_of
from flightrules.service.people.seats import seats_apart
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.releases.queries import Release

__all__ = ["TICKET_OWNER", "people_in", "seat_for", "speaks_for"]

TICKET_OWNER = "ticket-owner"


def seat_for(person: str, role: str, product: str, at: datetime, *, apart: Iterable[str] = ()) -> str:
    """The office's role in which the person speaks for this role of the rulebook; empty for none.

    Seats that somebody of ``apart`` lent are none.
    """
    mine = sorted({seat.role for seat in seats_apart(person, product, at, apart=apart)})
    return next((one for one in mine if stands_for(role, one)), "")


def speaks_for(by: Actor, role: str, release: Release, at: datetime, *, apart: Iterable[str] = ()) -> bool:
    """Whether a person may do what the role owes for this release, at this moment; a machine never may.

    Seats that somebody of ``apart`` lent are none.
    """
    if by.kind is not Kind.PERSON:
        return False
    if seat_for(by.key, role, release.product_id, at, apart=apart):
        return True
    return role_key(role) == TICKET_OWNER and by.key == release.opened_by


def people_in(contacts: Iterable[str], release: Release, at: datetime) -> list[str]:
    """Keys of those who can sign in, out of contacts that are roles or names; also the ticket's owner."""
    wanted = [one for one in contacts if one]
    owner = release.opened_by if any(role_key(one) == TICKET_OWNER for one in wanted) else ""
    holders = holders_of(release.product_id, by=SYSTEM, at=at).filter(accounts__is_active=True).distinct()
    return sorted(
        one["key"]
        for one in badges(list(holders), at, release.product_id)
        if one["key"] == owner
        or any(one["name"] == said or any(stands_for(said, role) for role in one["roles"]) for said in wanted)
    )
