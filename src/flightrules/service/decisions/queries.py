"""Reads of decisions: polls with their count, sign-offs, decisions and their records, dossiers by digest."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import OuterRef, QuerySet, Subquery

from flightrules.service.catalogue.queries import get_product
from flightrules.service.decisions.dossiers import Dossier, dossier_of
from flightrules.service.decisions.models import Decision, HandedOut, Poll, SignOff
from flightrules.service.decisions.refreshing import is_outdated
from flightrules.service.decisions.rounds import Round
from flightrules.service.decisions.situation import Found, found_for
from flightrules.service.decisions.standing import standing_of_decision
from flightrules.service.door.refusals import ForeignError, RefusalError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor
from flightrules.service.records.queries import opening_of
from flightrules.service.releases.queries import Release, get_release

__all__ = [
    "Decision",
    "Poll",
    "SignOff",
    "current_dossier",
    "decision_of",
    "decisions",
    "dossier_bytes",
    "found_in",
    "handed_out",
    "latest_decision",
    "outcomes",
    "poll_of",
    "polls",
    "polls_to_refresh",
    "record_bytes",
    "sign_off_of",
    "sign_offs",
    "standing_of_decision",
]

R = TypeVar("R", Poll, SignOff, Decision)

_round = Round()


def polls(*, release: str, by: Actor, at: datetime) -> QuerySet[Poll]:
    """The polls of a release."""
    return Poll.objects.filter(release=get_release(key=release, by=by, at=at)).select_related("edition")


def poll_of(key: str, *, by: Actor, at: datetime) -> Poll:
    """One poll.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = Poll.objects.select_related("release__product", "edition").filter(pk=key).first()
    return _seen(found, by, at)


def found_in(poll: Poll, at: datetime) -> tuple[Dossier, Found]:
    """What is on the table of a poll now, the counts, and what may be decided."""
    dossier = dossier_of(poll.release, at)
    return dossier, found_for(poll, poll.release, dossier, at)


def polls_to_refresh(at: datetime, limit: int) -> list[str]:
    """Keys of open polls in which something does not count any more, of as many as one sweep looks at."""
    rows = Poll.objects.filter(closed_at__isnull=True).order_by("opened_at")
    found = {str(key): product for key, product in rows.values_list("key", "release__product_id")}
    return _round.due(found, lambda keys: _outdated(keys, at), at)[:limit]


def _outdated(keys: list[str], at: datetime) -> list[str]:
    rows = Poll.objects.filter(pk__in=keys).select_related("release__product").order_by("opened_at")
    return [str(one.key) for one in rows if _is_outdated(one, at)]


def sign_offs(*, release: str, by: Actor, at: datetime) -> QuerySet[SignOff]:
    """Everything that was signed about a release, voided or not; each row with the name of its ``signer``."""
    rows = SignOff.objects.filter(release=get_release(key=release, by=by, at=at))
    return rows.annotate(signer=opening_of("printed_name"))


def sign_off_of(key: str, *, by: Actor, at: datetime) -> SignOff:
    """One sign-off.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    return _seen(SignOff.objects.select_related("release").filter(pk=key).first(), by, at)


def decisions(*, release: str, by: Actor, at: datetime) -> QuerySet[Decision]:
    """The decisions about a release."""
    row = get_release(key=release, by=by, at=at)
    return Decision.objects.filter(release=row).select_related("release__product")


def decision_of(key: str, *, by: Actor, at: datetime) -> Decision:
    """One decision.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    return _seen(Decision.objects.select_related("release__product").filter(pk=key).first(), by, at)


def latest_decision(release: Release, *, moment: str | None = None) -> Decision | None:
    """The last decision that was not voided, whatever it says; for rooms that have asked already."""
    rows = Decision.objects.filter(release=release, voided_at__isnull=True)
    return (rows if moment is None else rows.filter(moment=moment)).order_by("-at").first()


def outcomes(*, product: str, by: Actor, at: datetime) -> QuerySet[Release]:
    """The releases of a product with what stands about each: quality verdict, and the last decision.

    What was voided is left out; ``verdict``, ``outcome``, ``moment`` and ``decided_at`` are None for nothing.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = get_product(key=product, by=by, at=at)
    stands = {"release": OuterRef("pk"), "voided_at__isnull": True}
    last = Decision.objects.filter(**stands).order_by("-at", "-key")
    verdict = SignOff.objects.filter(**stands, act=SignOff.Act.VERDICT)
    return Release.objects.filter(product=found).annotate(
        verdict=Subquery(verdict.values("choice")[:1]),
        outcome=Subquery(last.values("outcome")[:1]),
        moment=Subquery(last.values("moment")[:1]),
        decided_at=Subquery(last.values("at")[:1]),
    )


def record_bytes(decision: Decision) -> bytes:
    """The decision record as it was made.

    Raises:
        ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    return blobs.intact_bytes(decision.record)


def current_dossier(*, release: str, by: Actor, at: datetime) -> Dossier:
    """What would be shown now; nothing is recorded.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_NO_RULEBOOK.
    """
    return dossier_of(get_release(key=release, by=by, at=at), at)


def dossier_bytes(digest: str, *, by: Actor, at: datetime) -> bytes:
    """A dossier that was handed out, put to the vote or signed, for who may read its release.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED.
    """
    kinds: tuple[Any, ...] = (HandedOut, Poll, SignOff, Decision)
    rows = (kind.objects.select_related("release").filter(dossier=digest).first() for kind in kinds)
    found = next((one for one in rows if one is not None), None)
    if found is None:
        raise _none()
    require(by, Power.READ, product=found.release.product_id, at=at)
    return blobs.intact_bytes(digest)


def handed_out(release: Release) -> QuerySet[HandedOut]:
    """Who was handed which dossier and when first; for rooms that have asked already."""
    return HandedOut.objects.filter(release=release).order_by("at")


def _is_outdated(poll: Poll, at: datetime) -> bool:
    """What cannot be looked at, as a rulebook whose bytes are lost, is left as it is."""
    try:
        return is_outdated(poll, poll.release, dossier_of(poll.release, at), at)
    except RefusalError:
        return False


def _seen(found: R | None, by: Actor, at: datetime) -> R:
    if found is None:
        raise _none()
    require(by, Power.READ, product=found.release.product_id, at=at)
    return found


def _none() -> ForeignError:
    return ForeignError("E_NO_SUCH", "there is no such thing here")
