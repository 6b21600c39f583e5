"""What a product decided so far, for rooms that look back; they have asked for the power already."""

from __future__ import annotations

from django.db.models import QuerySet

from flightrules.service.decisions.models import Decision, SignOff

__all__ = ["Decision", "SignOff", "ever_let_go", "let_go", "once_let_go", "signed"]

_GOING = (Decision.Outcome.GO, Decision.Outcome.CONDITIONAL_GO, Decision.Outcome.GO_BY_OVERRIDE)


def ever_let_go(product: str) -> list[Decision]:
    """The last final decision that let each release of the product go, oldest first, voided since or not."""
    found = {one.release_id: one for one in once_let_go(product)}
    return sorted(found.values(), key=lambda one: (one.at, str(one.key)))


def let_go(product: str) -> QuerySet[Decision]:
    """Final decisions that let a release of the product go, oldest first; voided ones are left out."""
    return once_let_go(product).filter(voided_at__isnull=True)


def once_let_go(product: str) -> QuerySet[Decision]:
    """The same with those that were voided since: what they let go may have gone."""
    rows = Decision.objects.filter(release__product_id=product, moment="final", outcome__in=_GOING)
    return rows.select_related("release").order_by("at", "key")


def signed(product: str) -> QuerySet[SignOff]:
    """Every sign-off of the product, oldest first; voided ones too, for they were given."""
    return SignOff.objects.filter(release__product_id=product).order_by("at", "key")
