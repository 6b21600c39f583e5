"""Work in the background of this room: blockers that grow old."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.service.blockers.models import Blocker
from flightrules.service.blockers.services import escalate_blocker

__all__ = ["escalate", "to_escalate"]


def escalate(key: str, at: datetime) -> None:
    """Ask the next level about one blocker."""
    escalate_blocker(key, at)


def to_escalate(at: datetime, limit: int) -> Iterable[str]:
    """Keys of open blockers that are older than the last level that was asked had time for."""
    rows = Blocker.objects.filter(state=Blocker.State.OPEN, escalates_at__lte=at)
    return [str(key) for key in rows.order_by("escalates_at").values_list("pk", flat=True)[:limit]]
