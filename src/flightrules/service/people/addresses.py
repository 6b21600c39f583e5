"""Where a person is reached; asked when it is sent, so that nobody who left or was erased is written to."""

from __future__ import annotations

from flightrules.service.people.models import Person

__all__ = ["address_of"]


def address_of(person_key: str) -> str | None:
    """The person's mail address; None for nobody, for a disabled person, and where it was erased."""
    found = Person.objects.filter(pk=person_key, disabled_at__isnull=True, erased_at__isnull=True).first()
    return found.email or None if found else None
