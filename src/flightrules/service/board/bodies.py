"""Who sits on a board: as the rulebook in force composes it, or the six seats and the chair that are usual.

An emergency board has a smaller quorum: that of the emergency track, else that of the emergency act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flightrules.rules.governance import Body
from flightrules.rules.rulebook import Rulebook
from flightrules.service.board.models import Session
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.people.powers import role_key, stands_for
from flightrules.service.people.seats import Seat, seats_of

__all__ = ["Composition", "composed", "invited_of", "seats_on"]

_CAB, _EMERGENCY, _MEETING = "cab", "emergency", "go-no-go"
_USUAL = Body(
    id=_CAB,
    members=(
        "release_manager",
        "product_manager",
        "qa_lead",
        "operations",
        "security_compliance",
        "business_owner",
    ),
    chair="release_manager",
)
_INVITED = ("release_manager", "qa_lead", "business_owner", "operations")


@dataclass(frozen=True, slots=True)
class Composition:
    """A board as it sits: roles in the office's spelling, and how many of them must speak."""

    body: str
    members: tuple[str, ...]
    chair: str
    quorum: int


def composed(product: str, kind: str, body: str = _CAB) -> Composition:
    """The board of a product for a regular or an emergency session."""
    book = _book(product)
    found = _body(book, body) or _USUAL
    members = found.members or _USUAL.members
    chair = found.chair or _USUAL.chair
    regular = len(set(members)) // 2 + 1
    if kind == Session.Kind.REGULAR:
        return _made(found.id, members, chair, regular)
    track = next((one for one in book.tracks if one.id == _EMERGENCY), None) if book else None
    act = book.authority.act(_EMERGENCY) if book else None
    approvers = (track.approver if track else ()) or (act.signers if act else ())
    asked = track.quorum if track and track.quorum else act.needed if act and act.signers else 2
    leads = act.accountable[0] if act and act.accountable else chair
    return _made(found.id, (*members, *approvers), leads, min(asked, regular))


def invited_of(product: str) -> tuple[str, ...]:
    """Roles that are invited to a go/no-go meeting; a body ``go-no-go`` of the rulebook says otherwise."""
    found = _body(_book(product), _MEETING)
    return tuple(role_key(one) for one in (found.members if found and found.members else _INVITED))


def seats_on(members: tuple[str, ...], person: str, product: str, at: datetime) -> list[tuple[str, Seat]]:
    """Seats of a board that the person may speak in now, each with the seat of the office that gives it."""
    seats = seats_of(person, product, at)
    return [(member, one) for one in seats for member in members if stands_for(member, one.role)]


def _made(body: str, members: tuple[str, ...], chair: str, quorum: int) -> Composition:
    roles = tuple(dict.fromkeys(role_key(one) for one in (*members, chair)))
    return Composition(body, roles, role_key(chair), max(1, quorum))


def _book(product: str) -> Rulebook | None:
    edition = edition_in_force(product)
    return rulebook_of(edition) if edition else None


def _body(book: Rulebook | None, name: str) -> Body | None:
    bodies = book.governance.bodies if book else ()
    return next((one for one in bodies if role_key(one.id) == role_key(name)), None)
