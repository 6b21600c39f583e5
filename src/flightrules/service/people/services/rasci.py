"""The agreed RASCI of a product, version by version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db.models import Max

from flightrules.service.people import rasci
from flightrules.service.people.access import require, require_product
from flightrules.service.people.models import Rasci
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import OFFICE, act, append, product_stream
from flightrules.service.records.tags import Tag

__all__ = ["agree_rasci"]


@act
def agree_rasci(
    *,
    product: str,
    preset: str,
    activities: Mapping[str, Mapping[str, list[str]]] | None = None,
    as_read: Callable[[], None] | None = None,
    by: Actor,
    at: datetime,
) -> Rasci:
    """Agree who does what in each activity: a preset as it ships, or activities of one's own (``custom``).

    ``as_read`` refuses when what stands changed since it was read.

    Raises:
        ForeignError: E_NO_SUCH.
        InvalidError: E_RASCI_PRESET, E_RASCI_ACCOUNTABLE, E_RASCI_RESPONSIBLE, E_RASCI_SIZE.
    """
    require(by, Power.AGREE_RULEBOOK, product=product, at=at)
    require_product(product)
    if as_read is not None:
        as_read()
    found = rasci.checked(activities or {}) if preset == rasci.CUSTOM else rasci.preset_activities(preset)
    before = Rasci.objects.filter(product=product).aggregate(last=Max("version"))["last"] or 0
    row = Rasci.objects.create(
        product=product,
        version=before + 1,
        preset=preset,
        activities=rasci.to_json(found),
        agreed_by=by.key,
        agreed_at=at,
    )
    append(
        stream=product_stream(product) if product else OFFICE,
        tag=Tag.RASCI_AGREED,
        by=by,
        at=at,
        subject=f"rasci/{row.key}",
        data={"product": product, "version": row.version, "preset": preset, "activities": row.activities},
    )
    return row
