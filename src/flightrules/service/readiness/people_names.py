"""Names for reports, by person key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.service.people.queries import people
from flightrules.service.records.actor import SYSTEM

__all__ = ["names_of"]


def names_of(keys: Iterable[str], at: datetime) -> dict[str, str]:
    """The names of these people; one who was erased has none, and the key stands."""
    found = people(by=SYSTEM, at=at).filter(pk__in=set(keys), erased_at__isnull=True)
    return {str(one.pk): one.name for one in found}
