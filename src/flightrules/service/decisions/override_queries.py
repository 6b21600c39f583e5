"""Reads of overrides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from flightrules.engine.override import assess_override
from flightrules.service.decisions.against import against
from flightrules.service.decisions.dossiers import dossier_of
from flightrules.service.decisions.models import Override
from flightrules.service.decisions.override_sides import sides_of
from flightrules.service.decisions.overrides import case_of
from flightrules.service.door.refusals import ForeignError
from flightrules.service.emergencies.queries import forbids_override
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor
from flightrules.service.releases.queries import get_release

__all__ = ["draft", "override_of", "overrides_of", "shortfalls", "statement"]


def draft(*, release: str, by: Actor, at: datetime) -> dict[str, Any]:
    """What an override would have to name now, and which roles would sign it.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_NO_RULEBOOK, E_EVIDENCE_TAMPERED.
    """
    row = get_release(key=release, by=by, at=at)
    dossier = dossier_of(row, at)
    found, sides = against(dossier), sides_of(dossier)
    return {
        "dossier": dossier.digest,
        "criteria": list(found.criteria),
        "defects": [str(one["number"]) for one in found.defects],
        "blockers": [str(one["key"]) for one in found.blockers],
        "quality": list(sides.quality),
        "authorities": list(sides.authorities),
        "forbidden": forbids_override(row, dossier.content),
    }


def overrides_of(*, release: str, by: Actor, at: datetime) -> QuerySet[Override]:
    """All overrides of a release, with their signatures."""
    row = get_release(key=release, by=by, at=at)
    return (
        Override.objects.filter(release=row).select_related("release__product").prefetch_related("sign_offs")
    )


def override_of(key: str, *, by: Actor, at: datetime) -> Override:
    """One override.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    rows = Override.objects.select_related("release__product").prefetch_related("sign_offs")
    found = rows.filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    require(by, Power.READ, product=found.release.product_id, at=at)
    return found


def statement(key: str, *, by: Actor, at: datetime) -> bytes:
    """The risk statement's bytes.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    return blobs.intact_bytes(override_of(key, by=by, at=at).statement)


def shortfalls(row: Override, at: datetime) -> list[str]:
    """What is lacking before it decides, in sentences; nothing once it has ended."""
    if row.closed_at is not None:
        return []
    now = dossier_of(row.release, at)
    return [
        str(one) for one in assess_override(case_of(row, row.release, now, at), dossier=now.digest, at=at)
    ]
