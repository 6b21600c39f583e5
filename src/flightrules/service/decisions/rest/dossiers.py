"""REST of dossiers: handed out on record, looked at, and kept by digest."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Path, Router
from pydantic import StringConstraints

from flightrules.service.decisions import dossiers, queries
from flightrules.service.decisions.dossiers import Dossier
from flightrules.service.door.changes import changes_state
from flightrules.service.door.schemas import Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

router = Router(tags=["dossiers"])
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class DossierOut(Shown):
    """Exactly what is shown, the digest that is signed, and the runs and reports that lie beside it."""

    digest: str
    content: dict[str, Any]
    shown: dict[str, Any]
    handed_out_at: datetime | None


@router.post("/releases/{uuid:key}/dossier", response={201: DossierOut}, openapi_extra=guarded(Power.READ))
@changes_state
def hand_out(request: AskedRequest, key: UUID) -> Any:
    """Be handed the dossier: the first time that a person gets one is put on record. Sign its digest."""
    dossier, since = dossiers.hand_out(release=str(key), by=request.actor, at=request.asked_at)
    return 201, _dossier(dossier, since)


@router.get("/releases/{uuid:key}/dossier", response=DossierOut, openapi_extra=guarded(Power.READ))
def get_dossier(request: AskedRequest, key: UUID) -> Any:
    """What would be shown now; nothing is recorded, and its bytes are kept once it was handed out."""
    return _dossier(queries.current_dossier(release=str(key), by=request.actor, at=request.asked_at), None)


@router.get("/dossiers/{digest}", openapi_extra=guarded(Power.READ))
def get_dossier_bytes(request: AskedRequest, digest: Path[Digest]) -> HttpResponse:
    """A dossier that was handed out or signed, byte for byte: its SHA-256 is what was signed."""
    data = queries.dossier_bytes(digest, by=request.actor, at=request.asked_at)
    answer = HttpResponse(data, content_type="application/json")
    answer["ETag"] = f'"{digest}"'
    return answer


def _dossier(dossier: Dossier, since: datetime | None) -> DossierOut:
    content = json.loads(dossier.data)  # as a reader of the bytes gets it
    return DossierOut(digest=dossier.digest, content=content, shown=dossier.shown, handed_out_at=since)
