"""Addresses of people: where one is reached, asked when it is sent, and whose an address is."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Lower

from flightrules.service.people.models import Account, Person

__all__ = ["address_of", "people_of_addresses"]


def address_of(person_key: str) -> str | None:
    """The person's mail address; None for nobody, for a disabled person, and where it was erased."""
    found = Person.objects.filter(pk=person_key, disabled_at__isnull=True, erased_at__isnull=True).first()
    return found.email or None if found else None


def people_of_addresses(addresses: Iterable[str]) -> dict[str, str]:
    """Keys of people by the address that an account of theirs signs in with, in small letters.

    Accounts that nobody has vouched for yet are left out: whose they are is not known. Disabled ones count.
    """
    wanted = {one.casefold() for one in addresses}
    rows = Account.objects.annotate(address=Lower("email")).filter(address__in=wanted, awaits_vouching=False)
    return {address: str(person) for address, person in rows.values_list("address", "person_id")}
