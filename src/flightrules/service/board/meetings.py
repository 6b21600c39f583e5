"""Writes of go/no-go meetings: called, attended, closed with minutes that were written by what people did."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from flightrules.ledger.canonical import canonical_bytes
from flightrules.rules.exceptions import says_nothing
from flightrules.service.board import telling
from flightrules.service.board.attending import come_or_go
from flightrules.service.board.bodies import invited_of, seats_on
from flightrules.service.board.minutes import acts_of, decided_in, markdown_of, minutes_of
from flightrules.service.board.models import Attendance, Meeting
from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power, role_key
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked

__all__ = ["AGENDA", "Calling", "attend_meeting", "call_meeting", "close_meeting"]

AGENDA = ("tests", "risk", "checklist", "rollback", "decision")
"""The five items of a go/no-go meeting, in order."""

DEFERRED = "DEFERRED"
_LIMIT = 16 << 20


@dataclass(frozen=True, slots=True)
class Calling:
    """When the meeting is and how long; ``invited`` are roles, those of the rulebook where it is empty."""

    starts_at: datetime
    minutes: int = 30
    invited: tuple[str, ...] = ()


@act
def call_meeting(*, release: str, calling: Calling, by: Actor, at: datetime) -> Meeting:
    """Invite to a go/no-go meeting on a release; one at a time.

    Raises:
        ConflictError: E_MEETING_OPEN, E_RELEASE_STATE. InvalidError: E_TIME.
    """
    row = locked(release, by, at)
    require(by, Power.MANAGE_RELEASES, product=row.product_id, at=at)
    if calling.starts_at.tzinfo is None:
        raise InvalidError("E_TIME", "starts_at has no zone", hint="write 2026-11-21T09:00:00Z")
    if row.state == Release.State.WITHDRAWN:
        raise _conflict("E_RELEASE_STATE", f"{row.version} was withdrawn", row)
    each = max(1, calling.minutes // len(AGENDA))
    invited = [role_key(one) for one in calling.invited] or list(invited_of(row.product_id))
    made = Meeting(
        release=row,
        agenda=[{"item": item, "minutes": each} for item in AGENDA],
        invited=list(dict.fromkeys(invited)),
        starts_at=calling.starts_at,
        minutes=calling.minutes,
        called_by=by.key,
        called_at=at,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise _conflict("E_MEETING_OPEN", "a meeting on this release is open already", row) from None
    telling.tell_meeting(made, at)
    data = {
        "starts_at": calling.starts_at.isoformat(),
        "minutes": calling.minutes,
        "invited": made.invited,
        "agenda": list(AGENDA),
    }
    _record(Tag.MEETING_CALLED, made, data, by=by, at=at)
    return made


@act
def attend_meeting(*, key: str, joins: bool, by: Actor, at: datetime) -> Meeting:
    """Come, or go; one says so oneself. With the first who comes the meeting is open.

    Raises:
        ConflictError: E_MEETING_CLOSED, E_ATTENDANCE.
    """
    meeting = _locked_meeting(key, Power.SIT_ON_BOARD, by=by, at=at)
    product = meeting.release.product_id
    roles = sorted({member for member, _seat in seats_on(tuple(meeting.invited), by.key, product, at)})
    come_or_go({"meeting": meeting}, roles, joins=joins, by=by, at=at)
    if meeting.opened_at is None:
        meeting.opened_at = at
        meeting.save(update_fields=["opened_at"])
    data = {"person": by.key, "roles": roles, "joins": joins}
    _record(Tag.MEETING_ATTENDED, meeting, data, by=by, at=at)
    return meeting


@act
def close_meeting(*, key: str, addressed_first: tuple[str, ...], by: Actor, at: datetime) -> Meeting:
    """Close the meeting and keep its minutes; the outcome is the decision that was recorded in it.

    Args:
        key: of the meeting.
        addressed_first: what has to be done first, where nothing was decided or it was deferred.
        by: who.
        at: when.

    Raises:
        ConflictError: E_MEETING_CLOSED, E_MEETING_NOT_OPEN. InvalidError: E_ADDRESSED_FIRST.
    """
    meeting = _locked_meeting(key, Power.MANAGE_RELEASES, by=by, at=at)
    if meeting.opened_at is None:
        raise _conflict("E_MEETING_NOT_OPEN", "nobody has come", meeting.release)
    acts = acts_of(meeting, at)
    outcome = decided_in(acts) or DEFERRED
    first = [one for one in addressed_first if not says_nothing(one)]
    if outcome == DEFERRED and not first:
        raise InvalidError(
            "E_ADDRESSED_FIRST",
            "nothing was decided, so it is deferred",
            hint="say what has to be addressed first",
        )
    Attendance.objects.filter(meeting=meeting, left_at__isnull=True).update(left_at=at)
    minutes = minutes_of(meeting, acts=acts, outcome=outcome, addressed_first=first, at=at)
    meeting.closed_at, meeting.closed_by = at, by.key
    meeting.outcome, meeting.addressed_first = outcome, first
    meeting.minutes_digest = _stored(canonical_bytes(minutes))
    meeting.markdown_digest = _stored(markdown_of(minutes).encode())
    meeting.save()
    data = {
        "outcome": outcome,
        "minutes": meeting.minutes_digest,
        "markdown": meeting.markdown_digest,
        "absent": minutes["absent"],
        "acts": len(acts),
        "addressed_first": len(first),
    }
    _record(Tag.MEETING_CLOSED, meeting, data, by=by, at=at)
    return meeting


def _stored(data: bytes) -> str:
    return blobs.store(io.BytesIO(data), _LIMIT)[0]


def _locked_meeting(key: str, power: Power, *, by: Actor, at: datetime) -> Meeting:
    """The meeting's row, held with that of its release; while it is not closed."""
    release = Meeting.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if release is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(release), by, at)
    require(by, power, product=row.product_id, at=at)
    meeting = Meeting.objects.select_for_update().get(pk=key)
    meeting.release = row
    if meeting.closed_at is not None:
        raise _conflict("E_MEETING_CLOSED", "the meeting was closed", row)
    return meeting


def _conflict(code: str, message: str, release: Release) -> ConflictError:
    return ConflictError(code, message).about(product_stream(release.product_id), f"release/{release.key}")


def _record(tag: Tag, meeting: Meeting, data: dict[str, Any], *, by: Actor, at: datetime) -> None:
    append(
        stream=product_stream(meeting.release.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"meeting/{meeting.key}",
        data={"release": str(meeting.release_id), **data},
    )
