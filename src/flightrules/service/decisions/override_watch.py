"""What time does to an asked override: a side that stalls is escalated, and one that is about the past ends.

Escalation asks the deputies of the side that has not signed; the other side never signs in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Q

from flightrules.rules.role_words import role_words
from flightrules.service.decisions.dossiers import Dossier, dossier_of
from flightrules.service.decisions.models import Override, SignOff
from flightrules.service.decisions.override_sides import sides_of
from flightrules.service.decisions.overrides import close
from flightrules.service.decisions.seats import able
from flightrules.service.decisions.telling import contacts
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.services import tell
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import SYSTEM, Actor
from flightrules.service.records.services import act, append, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked

__all__ = ["due_overrides", "watch_override"]


def due_overrides(at: datetime, limit: int) -> Iterable[str]:
    """Keys of open overrides whose answer is late, or whose dossier has to be looked at again."""
    late = Q(answer_due_at__lte=at, escalated_at__isnull=True)
    rows = Override.objects.filter(late, closed_at__isnull=True).order_by("answer_due_at")
    return [str(key) for key in rows.values_list("pk", flat=True)[:limit]]


def watch_override(key: str, at: datetime) -> None:
    """Escalate one override that is late, or end it where the release is not what it was."""
    escalate(key=key, by=SYSTEM, at=at)


@act
def escalate(*, key: str, by: Actor, at: datetime) -> None:
    """Ask the deputies of the side that has not signed; once, on record."""
    release = Override.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if release is None:
        return
    row = locked(str(release), by, at)
    override = Override.objects.select_for_update().get(pk=key)
    if override.closed_at is not None or override.escalated_at is not None or override.answer_due_at > at:
        return
    now = dossier_of(row, at)
    if now.digest != override.dossier:
        close(override, "what it was asked about has changed", by=by, at=at)
        return
    override.escalated_at = at
    override.save(update_fields=["escalated_at"])
    silent = _silent(override, now)
    _tell(override, row, now, silent, at)
    append(
        stream=product_stream(row.product_id),
        tag=Tag.OVERRIDE_ESCALATED,
        by=by,
        at=at,
        subject=f"override/{override.key}",
        data={"waits_for": silent, "due_at": override.answer_due_at.isoformat()},
    )


def _silent(override: Override, now: Dossier) -> list[str]:
    """Roles of the sides that have not signed."""
    given = set(
        SignOff.objects.filter(override=override, voided_at__isnull=True).values_list("role", flat=True)
    )
    sides = sides_of(now)
    return [role for side in (sides.quality, sides.authorities) if not given & set(side) for role in side]


def _tell(override: Override, row: Release, now: Dossier, silent: list[str], at: datetime) -> None:
    asked = {one for role in silent for one in able(role, row, at, power=Power.OVERRIDE)}
    tell(
        Kind.ESCALATION,
        product=row.product_id,
        about=f"override/{override.key}",
        once=f"override/{override.key}/escalated",
        context={
            "product": row.product.name,
            "version": row.version,
            "level": ", ".join(map(role_words, silent)),
            "what": "the signature of an override that was asked for",
            "since": f"{override.asked_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
            "asked": ", ".join(contacts(now.book)),
            "due": "now; the no-go stands meanwhile",
        },
        at=at,
        to=sorted(asked),
    )
