"""Who is there: a person comes and goes, and says so for nobody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flightrules.service.board.models import Attendance
from flightrules.service.door.refusals import ConflictError
from flightrules.service.records.actor import Actor

__all__ = ["come_or_go"]


def come_or_go(where: dict[str, Any], roles: list[str], *, joins: bool, by: Actor, at: datetime) -> None:
    """Note that the actor came, or went.

    Raises:
        ConflictError: E_ATTENDANCE, for who comes twice, or goes without having come.
    """
    there = Attendance.objects.filter(**where, person=by.key, left_at__isnull=True).first()
    if joins is (there is not None):
        raise ConflictError("E_ATTENDANCE", "you are here already" if joins else "you are not here")
    if there is None:
        Attendance.objects.create(**where, person=by.key, roles=roles, joined_at=at)
    else:
        there.left_at = at
        there.save(update_fields=["left_at"])
