"""What readiness of a product was like so far, for rooms that look back and have asked for the power."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from flightrules.service.readiness.models import Acceptance, ChecklistItem, GateRun, Waiver

__all__ = ["accepted", "judged", "points", "waived"]


def accepted(product: str) -> QuerySet[Acceptance]:
    """Acceptances that were complete, oldest first."""
    rows = Acceptance.objects.filter(release__product_id=product, complete_at__isnull=False)
    return rows.select_related("defect", "release").order_by("opened_at", "key")


def waived(product: str) -> QuerySet[Waiver]:
    """Every waiver that was ever granted, oldest first."""
    rows = Waiver.objects.filter(release__product_id=product)
    return rows.select_related("release").order_by("opened_at", "key")


def judged(product: str) -> QuerySet[GateRun]:
    """Every judged run of a gate, oldest first."""
    rows = GateRun.objects.filter(release__product_id=product, judged_at__isnull=False, advise=False)
    return rows.select_related("release").order_by("judged_at", "key")


def points(release: UUID) -> list[ChecklistItem]:
    """The points of a release's checklists, in their order."""
    return list(ChecklistItem.objects.filter(release_id=release).order_by("checklist", "place"))
