"""REST of practice: what a product's own history says about how it decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Router

from flightrules.service.door.schemas import Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.practice import queries

__all__ = ["router"]

router = Router(tags=["practice"])


class RowOut(Shown):
    """One thing behind a finding."""

    subject: str
    what: str


class DetectionOut(Shown):
    """One detector's answer: ``found``, ``clean`` or ``too little to tell``."""

    id: str
    title: str
    state: str
    sentence: str
    rows: list[RowOut]
    advice: str


class PracticeOut(Shown):
    """All detectors, as of one moment."""

    product: str
    as_of: datetime
    detections: list[DetectionOut]


@router.get("/products/{key}/practice", response=PracticeOut, openapi_extra=guarded(Power.READ))
def show_practice(request: AskedRequest, key: str) -> Any:
    """What the product's history says, detector by detector, with the rows behind each."""
    found = queries.practice(product=key, by=request.actor, at=request.asked_at)
    return {
        "product": key,
        "as_of": request.asked_at,
        "detections": [
            {
                "id": one.id,
                "title": one.title,
                "state": str(one.state),
                "sentence": one.sentence,
                "rows": [{"subject": row.subject, "what": row.what} for row in one.rows],
                "advice": one.advice,
            }
            for one in found
        ],
    }
