"""Reads of releases."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, QuerySet, UUIDField

from flightrules.rules.trigger import Rollback
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of, visible_products
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import ConflictError, ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.releases.models import Artefact, Release

__all__ = [
    "Artefact",
    "Release",
    "WaysBack",
    "artefacts",
    "find_release",
    "get_release",
    "lacks_for_approval",
    "product_of",
    "releases",
]


_BY_KEY = Question(lambda key: Release.objects.filter(pk=key), UUIDField())
_SHIPPED = Question(lambda release: _shipped().filter(release=release), UUIDField())


def releases(*, by: Actor, at: datetime) -> QuerySet[Release]:
    """The releases of the products that exist for the one who asks."""
    visible = visible_products(by=by, at=at)
    shipped = Prefetch("artefacts", _shipped(), to_attr="shipped")
    rows = Release.objects.prefetch_related(shipped, Prefetch("spans", to_attr="counted"))
    return rows if visible is None else rows.filter(product_id__in=visible)


def get_release(*, key: str, by: Actor, at: datetime) -> Release:
    """One release.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = _BY_KEY.first(key)
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    require(by, Power.READ, product=found.product_id, at=at)
    return found


def product_of(key: str) -> str:
    """The product of a release, for rooms that ask for a power before they do anything else.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found: str | None = Release.objects.filter(pk=key).values_list("product_id", flat=True).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return found


def find_release(*, product: str, version: str) -> Release | None:
    """The release of that version, for rooms that have asked for the power already."""
    return Release.objects.filter(product_id=product, version=version).first()


def artefacts(release: Release) -> list[Artefact]:
    """What is shipped now, by name; replaced digests are left out."""
    came_with: list[Artefact] | None = getattr(release, "shipped", None)
    return _SHIPPED.rows(release.pk) if came_with is None else came_with


def _shipped() -> QuerySet[Artefact]:
    return Artefact.objects.filter(replaced_at__isnull=True).order_by("name")


class WaysBack:
    """The ways back that rulebooks in force agree on, each looked up once; so made anew for each answer."""

    def __init__(self) -> None:
        self._agreed: dict[str, Rollback] = {}

    def is_stated(self, release: Release) -> bool:
        """Whether method and owner of the rollback are stated, with the release or else in the rulebook."""
        method, owner = release.rollback_method.strip(), release.rollback_owner.strip()
        if method and owner:
            return True
        agreed = self._of(release.product_id)
        return bool((method or agreed.method.strip()) and (owner or agreed.owner.strip()))

    def _of(self, product: str) -> Rollback:
        if product not in self._agreed:
            edition = edition_in_force(product)
            try:
                self._agreed[product] = rulebook_of(edition).rollback if edition else Rollback()
            except ConflictError:  # its bytes are lost or altered, so nothing is answered by them
                self._agreed[product] = Rollback()
        return self._agreed[product]


def lacks_for_approval(release: Release, agreed: WaysBack | None = None) -> list[str]:
    """What has to be stated before anybody may approve the release; who asks of many brings ``agreed``."""
    checks = (
        ("a business justification", release.justification.strip()),
        ("its impact on security, even where that is none", release.security_impact.strip()),
        ("a way back: its method and who owns it", (agreed or WaysBack()).is_stated(release)),
        ("its scope", release.scope_in),
        ("the digest of an artefact", artefacts(release)),
        ("a release window", release.opens_at),
    )
    return [name for name, there in checks if not there]
