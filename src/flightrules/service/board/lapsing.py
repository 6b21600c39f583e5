"""Approvals that are of something else than what is there now: void for good, on record, and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet

from flightrules.service.board import telling
from flightrules.service.board.models import BoardAnswer, ChangeRequest
from flightrules.service.board.standing import WAITING, answer_of, reasons_against
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.services import append, product_stream
from flightrules.service.records.tags import Tag

__all__ = ["lapse", "to_lapse"]


def to_lapse(at: datetime, limit: int) -> Iterable[str]:
    """Keys of approvals that stood, of changes that are still to be carried out, and do not stand now."""
    return list(islice(_stale(at), limit))


def lapse(key: str, at: datetime) -> None:
    """Void one approval that does not stand any more; what was, coming back, does not revive it."""
    with transaction.atomic():
        answer = _approvals().filter(pk=key).first()
        if answer is None:
            return
        change = ChangeRequest.objects.select_for_update().get(pk=answer.change_id)
        last = answer_of(change)
        reasons = reasons_against(last, at) if last and last.pk == answer.pk and not last.lapsed_at else ()
        if last is None or not reasons or change.state not in WAITING:
            return
        last.lapsed_at, last.lapsed_because = at, "\n".join(reasons)
        last.save(update_fields=["lapsed_at", "lapsed_because"])
        telling.tell_lapsed(last, change, at)
        release = {"release": str(change.release_id)} if change.release_id else {}
        append(
            stream=product_stream(change.product_id),
            tag=Tag.CHANGE_LAPSED,
            by=SYSTEM,
            at=at,
            subject=f"change-request/{change.key}",
            data={**release, "shown": last.shown, "reasons": list(reasons)},
        )


def _stale(at: datetime) -> Iterator[str]:
    for answer in _approvals().order_by("at").iterator():
        last = answer_of(answer.change)
        if last is not None and last.pk == answer.pk and reasons_against(last, at):
            yield str(answer.pk)


def _approvals() -> QuerySet[BoardAnswer]:
    rows = BoardAnswer.objects.filter(outcome=BoardAnswer.Outcome.APPROVED, lapsed_at__isnull=True)
    return rows.filter(change__state__in=WAITING).select_related("change")
