"""How often a product takes the emergency track: what the room above says was decided, and what is under way.

What was decided is known one room up, so that room says here where it is found; until it does, a release
whose state says that it was decided counts from when it was opened. Going to an environment that is not
production makes no release, so it does not thin the share out; an emergency counts wherever it went.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from flightrules.engine.throttle import Past, Share, share_with_one_more
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.emergencies.models import Classification
from flightrules.service.releases.queries import Release

__all__ = ["Decided", "decided_releases", "learn_decided", "share_with", "under_way"]

Decided = Callable[[str], Iterable[tuple[str, datetime, str]]]
"""Key, moment and environment of each release of a product that was let go: GO, conditional, by override.

Where the decision was voided since, too: opened again, withdrawn or not, what was let go may have gone.
"""

_decided: list[Decided] = []


def learn_decided(lookup: Decided) -> None:
    """Where decided releases are found; the room of decisions says so when it is ready."""
    _decided[:] = [lookup]


def decided_releases(product: str) -> dict[str, datetime]:
    """Each release that was let go to production, with the moment of its first such decision."""
    emergencies, production = _emergencies(product), _production(product)
    found: dict[str, datetime] = {}
    for key, at, environment in _decided[0](product) if _decided else _by_state(product):
        if not production or key in emergencies or environment.casefold() in production:
            found[key] = min(at, found.get(key, at))
    return found


def share_with(release: Release, at: datetime, limit: Decimal | None) -> Share:
    """The share of emergencies if this release were one more."""
    decided = decided_releases(release.product_id)
    decided.pop(str(release.key), None)
    emergencies = _emergencies(release.product_id)
    history = [Past(moment, key in emergencies) for key, moment in decided.items()]
    others = under_way(release.product_id, decided) - {str(release.key)}
    return share_with_one_more(history, under_way=len(others), at=at, limit=limit)


def under_way(product: str, decided: Iterable[str]) -> set[str]:
    """Releases that are classified, not decided and not given up."""
    rows = Classification.objects.filter(release__product_id=product, ended_at__isnull=True)
    rows = rows.exclude(release__state=Release.State.WITHDRAWN)
    return {str(key) for key in rows.values_list("release_id", flat=True)} - set(decided)


def _emergencies(product: str) -> set[str]:
    rows = Classification.objects.filter(release__product_id=product, ended_at__isnull=True)
    return {str(key) for key in rows.values_list("release_id", flat=True)}


def _production(product: str) -> frozenset[str]:
    """Names of the environments that are production by the rulebook in force; none where it says nothing."""
    edition = edition_in_force(product)
    known = rulebook_of(edition).environments if edition is not None else ()
    return frozenset(name.casefold() for one in known if one.production for name in (one.id, *one.also))


def _by_state(product: str) -> list[tuple[str, datetime, str]]:
    rows = Release.objects.filter(product_id=product, state=Release.State.DECIDED)
    return [(str(key), at, target) for key, at, target in rows.values_list("key", "opened_at", "target")]
