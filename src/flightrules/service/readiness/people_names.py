"""Names for reports, by person key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flightrules.service.people.queries import people
from flightrules.service.people.seats import live_grants
from flightrules.service.records.actor import SYSTEM

__all__ = ["Names", "names_for", "names_of"]


@dataclass(frozen=True)
class Names:
    """What a report calls people: each by key, and the QA lead where there is one and no more."""

    by_key: Mapping[str, str]
    qa_lead: str = ""


def names_for(keys: Iterable[str], product: str, at: datetime) -> Names:
    """Names for a report on a release of this product."""
    grants = live_grants(at).filter(product__in=("", product), role="qa-lead")
    leads = {str(key) for key in grants.values_list("person", flat=True)}
    found = names_of([*keys, *leads], at)
    return Names(found, found.get(leads.pop(), "") if len(leads) == 1 else "")


def names_of(keys: Iterable[str], at: datetime) -> dict[str, str]:
    """The names of these people; one who was erased has none, and the key stands."""
    found = people(by=SYSTEM, at=at).filter(pk__in=set(keys), erased_at__isnull=True)
    return {str(one.pk): one.name for one in found}
