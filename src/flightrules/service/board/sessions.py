"""Writes of board sessions: called with an agenda, attended, closed; what was not answered is deferred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flightrules.engine.change_lifecycle import ChangeState, Type
from flightrules.service.board import telling
from flightrules.service.board.attending import come_or_go
from flightrules.service.board.bodies import composed, seats_on
from flightrules.service.board.models import AgendaItem, BoardAnswer, ChangeRequest, Session
from flightrules.service.catalogue.queries import get_product
from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, product_stream
from flightrules.service.records.tags import Tag

__all__ = ["Sitting", "attend_session", "call_session", "close_session", "locked_session", "require_sitting"]


@dataclass(frozen=True, slots=True)
class Sitting:
    """When a board sits, for how long, about what.

    Attributes:
        kind: ``regular`` or ``emergency``.
        body: the board by its name in the rulebook.
        minutes: time box of the whole; each item gets its part.
        agenda: keys of change requests, in order.
    """

    kind: str
    starts_at: datetime
    minutes: int
    agenda: tuple[str, ...]
    body: str = "cab"


@act
def call_session(*, product: str, sitting: Sitting, by: Actor, at: datetime) -> Session:
    """Call a board together: its members as the rulebook in force names them, an agenda, a time box.

    Raises:
        InvalidError: E_AGENDA, E_SESSION_TIME.
    """
    require(by, Power.MANAGE_RELEASES, product=product, at=at)
    get_product(key=product, by=by, at=at)
    if sitting.starts_at.tzinfo is None:
        raise InvalidError("E_TIME", "starts_at has no zone", hint="write 2026-11-21T09:00:00Z")
    changes = _agenda(product, sitting)
    board = composed(product, sitting.kind, sitting.body)
    made = Session.objects.create(
        product_id=product,
        kind=sitting.kind,
        body=board.body,
        chair=board.chair,
        members=list(board.members),
        quorum=board.quorum,
        starts_at=sitting.starts_at,
        minutes=sitting.minutes,
        called_by=by.key,
        called_at=at,
    )
    each = max(1, sitting.minutes // len(changes))
    AgendaItem.objects.bulk_create(
        AgendaItem(session=made, change=one, place=place, minutes=each)
        for place, one in enumerate(changes, start=1)
    )
    telling.tell_session(made, changes, at)
    data = {
        "product": product,
        "body": board.body,
        "kind": str(made.kind),
        "members": list(board.members),
        "chair": board.chair,
        "quorum": board.quorum,
        "agenda": [str(one.key) for one in changes],
        "releases": sorted({str(one.release_id) for one in changes if one.release_id}),
        "starts_at": sitting.starts_at.isoformat(),
    }
    _record(Tag.SESSION_CALLED, made, data, by=by, at=at)
    return made


@act
def attend_session(*, key: str, joins: bool, by: Actor, at: datetime) -> Session:
    """Come, or go; one says so oneself.

    Raises:
        ConflictError: E_SESSION_HELD, E_ATTENDANCE.
    """
    session = locked_session(key, Power.SIT_ON_BOARD, by=by, at=at)
    require_sitting(session)
    found = seats_on(tuple(session.members), by.key, session.product_id, at)
    roles = sorted({member for member, _seat in found})
    come_or_go({"session": session}, roles, joins=joins, by=by, at=at)
    data = {"person": by.key, "roles": roles, "joins": joins}
    _record(Tag.SESSION_ATTENDED, session, data, by=by, at=at)
    return session


@act
def close_session(*, key: str, by: Actor, at: datetime) -> Session:
    """Close a session; a change request that got no answer comes to the next one.

    Raises:
        ConflictError: E_SESSION_HELD.
    """
    session = locked_session(key, Power.MANAGE_RELEASES, by=by, at=at)
    require_sitting(session)
    session.held_at, session.held_by = at, by.key
    session.save(update_fields=["held_at", "held_by"])
    session.attendance.filter(left_at__isnull=True).update(left_at=at)
    answered = BoardAnswer.objects.filter(item__session=session).values_list("change_id", flat=True)
    items = session.items.order_by("place").values_list("change_id", flat=True)
    deferred = [str(one) for one in items if one not in set(answered)]
    came = sorted(set(session.attendance.values_list("person", flat=True)))
    _record(Tag.SESSION_HELD, session, {"deferred": deferred, "attended": came}, by=by, at=at)
    return session


def locked_session(key: str, power: Power, *, by: Actor, at: datetime) -> Session:
    """The session's row, held until the transaction ends; for who has the power.

    Raises:
        ForeignError: E_NO_SUCH. DeniedError: E_POWER.
    """
    found = Session.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    require(by, Power.READ, product=found.product_id, at=at)
    require(by, power, product=found.product_id, at=at)
    return found


def require_sitting(session: Session) -> None:
    """Refuse what is only done while the board sits.

    Raises:
        ConflictError: E_SESSION_HELD.
    """
    if session.held_at is not None:
        raise ConflictError("E_SESSION_HELD", "the session was closed", hint="call the next one").about(
            product_stream(session.product_id), f"board-session/{session.key}"
        )


def _agenda(product: str, sitting: Sitting) -> Sequence[ChangeRequest]:
    """The change requests of an agenda, in its order: each waits for the board, and is on no other agenda."""
    rows = ChangeRequest.objects.select_for_update(of=("self",)).select_related("release")
    found = {str(one.key): one for one in rows.filter(product_id=product, pk__in=set(sitting.agenda))}
    if (
        not sitting.agenda
        or len(set(sitting.agenda)) != len(sitting.agenda)
        or len(found) != len(sitting.agenda)
    ):
        raise InvalidError("E_AGENDA", "the agenda names change requests of the product, each once")
    changes = [found[key] for key in sitting.agenda]
    for one in changes:
        if why := _unfit(one, sitting):
            raise InvalidError("E_AGENDA", f"{one.title}: {why}")
    return changes


def _unfit(one: ChangeRequest, sitting: Sitting) -> str:
    waiting = AgendaItem.objects.filter(change=one, session__held_at__isnull=True, answer__isnull=True)
    table = (
        (one.state != ChangeState.AUTHORIZE, f"it is {one.state} and does not wait for the board"),
        (one.type == Type.STANDARD, "a standard change was approved with its template"),
        (
            sitting.kind == Session.Kind.EMERGENCY and one.type != Type.EMERGENCY,
            "an emergency session is for emergency changes",
        ),
        (waiting.exists(), "it is on another agenda"),
    )
    return next((why for holds, why in table if holds), "")


def _record(tag: Tag, session: Session, data: dict[str, Any], *, by: Actor, at: datetime) -> None:
    append(
        stream=product_stream(session.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"board-session/{session.key}",
        data=data,
    )
