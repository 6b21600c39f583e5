"""Reads of blockers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet, UUIDField

from flightrules.service.blockers.models import STANDING, Blocker
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.releases.queries import Release

__all__ = [
    "Blocker",
    "blocker_of",
    "blockers",
    "standing_blockers",
    "unresolved_blockers",
]

_UNRESOLVED = Question(
    lambda release: (
        Blocker.objects.filter(release=release)
        .exclude(state=Blocker.State.RESOLVED)
        .order_by("raised_at", "key")
    ),
    UUIDField(),
)


def standing_blockers(release: Release) -> list[Blocker]:
    """What nobody resolved or accepted, overruled or not, oldest first; for rooms that have asked already."""
    return [one for one in _UNRESOLVED.rows(release.pk) if one.state in STANDING]


def unresolved_blockers(release: Release) -> list[Blocker]:
    """Those and the accepted ones, oldest first; for rooms that have asked already."""
    return _UNRESOLVED.rows(release.pk)


def blockers(release: Release) -> QuerySet[Blocker]:
    """All that was ever raised against a release, oldest first; for rooms that have asked already."""
    return Blocker.objects.filter(release=release).order_by("raised_at", "key")


def blocker_of(key: str, *, by: Actor, at: datetime) -> Blocker:
    """One blocker.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = Blocker.objects.select_related("release").filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    require(by, Power.READ, product=found.release.product_id, at=at)
    return found
