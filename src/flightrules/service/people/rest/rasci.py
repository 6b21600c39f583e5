"""Who is responsible, accountable, supporting, consulted and informed, by product."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Field, Router

from flightrules.service.door.changes import changes_state
from flightrules.service.door.etags import etag, require_match
from flightrules.service.door.schemas import Asked, Key, Name, Shown
from flightrules.service.people import queries, services
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.models import Rasci
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router()


class Letters(Asked):
    """The roles of one activity."""

    responsible: list[Name] = Field(default_factory=list, max_length=30)
    accountable: list[Name] = Field(default_factory=list, max_length=30, description="exactly one")
    supports: list[Name] = Field(default_factory=list, max_length=30)
    consulted: list[Name] = Field(default_factory=list, max_length=30)
    informed: list[Name] = Field(default_factory=list, max_length=30)


class NewRasci(Asked):
    """A preset as it ships, or activities of one's own."""

    preset: Literal["qa-led", "sponsor-led", "cab-led", "custom"]
    activities: dict[Key, Letters] | None = Field(None, description="with `custom` only")


class RasciOut(Shown):
    """What stands."""

    product: str = Field(description="empty where the office's own or a shipped preset stands")
    version: int = Field(description="0 for a shipped preset that nobody agreed to yet")
    preset: str
    activities: dict[str, dict[str, list[str]]]
    agreed_by: str
    agreed_at: datetime | None


@router.get("/rasci/{product}", response=RasciOut, openapi_extra=guarded(Power.READ))
def rasci(request: AskedRequest, response: HttpResponse, product: Key) -> Any:
    """The RASCI that stands for a product."""
    found = queries.rasci_in_force(product, by=request.actor, at=request.asked_at)
    response["ETag"] = _tag(found)
    return _rasci(found)


@router.put("/rasci/{product}", response=RasciOut, openapi_extra=guarded(Power.AGREE_RULEBOOK))
@changes_state
def agree(request: AskedRequest, product: Key, body: NewRasci) -> Any:
    """Agree who does what; exactly one role answers for each activity."""
    stated = {name: letters.model_dump() for name, letters in (body.activities or {}).items()}

    def unchanged() -> None:
        require_match(request, _tag(queries.rasci_in_force(product, by=request.actor, at=request.asked_at)))

    found = services.agree_rasci(
        product=product,
        preset=body.preset,
        activities=stated,
        as_read=unchanged,
        by=request.actor,
        at=request.asked_at,
    )
    return RasciOut(**_rasci(found))


def _rasci(one: Rasci) -> dict[str, Any]:
    names = ("product", "version", "preset", "activities", "agreed_by")
    agreed_at = one.agreed_at if one.version else None
    return {**{name: getattr(one, name) for name in names}, "agreed_at": agreed_at}


def _tag(one: Rasci) -> str:
    return etag(one.product, one.version)
