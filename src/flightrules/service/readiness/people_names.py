"""Names for reports, by person key."""

from __future__ import annotations

from collections.abc import Iterable

from flightrules.service.people.models import Person

__all__ = ["names_of"]


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """The names of these people; one who was erased has none, and the key stands."""
    wanted = set(keys)
    found = Person.objects.filter(pk__in=wanted, erased_at__isnull=True)
    return {str(one.pk): one.name for one in found}
