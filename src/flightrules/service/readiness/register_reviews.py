"""Somebody's word that the register of defects is complete for a release; it makes an empty one evidence."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.readiness.models import Defect, RegisterReview
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = ["confirm_register"]


@act
def confirm_register(*, release: str, note: str, by: Actor, at: datetime) -> RegisterReview:
    """Say on record that the register, as it stands now, holds every known defect of the release.

    Where no tracker's export is brought, criteria on defects count the register, as of the last such word.

    Raises:
        ConflictError: E_RELEASE_STATE.
    """
    row = locked(release, by, at)
    require(by, Power.MANAGE_READINESS, product=row.product_id, at=at)
    require_open(row)
    listed = Defect.objects.filter(product=row.product_id)
    severities = listed.filter(state=Defect.State.OPEN).values_list("severity", flat=True)
    review = RegisterReview.objects.create(
        release=row,
        by=by.key,
        at=at,
        note=note,
        listed=listed.count(),
        open=dict(sorted(Counter(severities).items())),
    )
    append(
        stream=product_stream(row.product_id),
        tag=Tag.REGISTER_CONFIRMED,
        by=by,
        at=at,
        subject=f"register-review/{review.key}",
        data={
            "release": str(row.key),
            "listed": review.listed,
            "open": review.open,
            **({"note": commit_to(note, about=by.key)} if note else {}),
        },
    )
    return review
