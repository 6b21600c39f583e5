"""Reads of emergencies: what is classified, which points are open, what forbids going, how often it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, UUIDField, prefetch_related_objects

from flightrules.engine.quorum import Ask
from flightrules.engine.relaxation import counts_the_worst, is_emergency
from flightrules.engine.throttle import Share
from flightrules.engine.verdict import Status
from flightrules.service.catalogue.queries import edition_in_force, get_product, rulebook_of
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import ForeignError
from flightrules.service.emergencies.changes import lock_of
from flightrules.service.emergencies.history import share_with
from flightrules.service.emergencies.models import Classification, Throttling
from flightrules.service.emergencies.points import Place, points_of, rules_here
from flightrules.service.obligations.queries import Obligation, overdue
from flightrules.service.people.powers import role_key
from flightrules.service.records.actor import Actor
from flightrules.service.releases.queries import Release, get_release
from flightrules.service.releases.tracks import is_emergencys

__all__ = [
    "Figures",
    "Hotfix",
    "approvers",
    "classification_of",
    "debts",
    "figures",
    "forbids_override",
    "hotfixes",
    "is_on_emergency_track",
    "lacks_for_decision",
    "points",
    "throttlings",
]

_CLASSIFIED = Question(
    lambda release: Classification.objects.filter(release=release, ended_at__isnull=True), UUIDField()
)
_MET = frozenset({Status.PASS.value, Status.NOT_APPLICABLE.value})


@dataclass(frozen=True, slots=True)
class Hotfix:
    """A release that was classified, and whether its change kept to the lock.

    Attributes:
        outside: changed paths that the lock does not cover.
        is_proven: whether a diff shows which paths changed at all.
    """

    release: Release
    classification: Classification
    outside: tuple[str, ...]
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """How often a product takes the track: the share if one more were let in, and what was stopped."""

    share: Share
    throttled: int
    lifted: int


def is_on_emergency_track(release: Release) -> bool:
    """Whether the release was put on an emergency's track, or states one without having been."""
    return bool(release.emergency) or is_emergencys(release.product_id, release.track)


def classification_of(release: Release) -> Classification | None:
    """The classification that holds for the release."""
    found = _CLASSIFIED.first(release.pk)
    if found is not None:
        prefetch_related_objects([found], "release__product", "edition", "lifted")
    return found


def lacks_for_decision(release: Release, at: datetime) -> tuple[str, ...]:
    """What an emergency still needs before anybody may let it go, each in a sentence; nothing for others."""
    if not is_on_emergency_track(release):
        return ()
    one = classification_of(release)
    if one is None:
        return (f"the track {release.track} needs a written classification",)
    return tuple(f"{place.title}: {place.why}" for place in points_of(one, at) if not place.met)


def forbids_override(release: Release, dossier: Mapping[str, Any]) -> str:
    """Why no signature lifts this no-go: a P1 inside a hotfix always blocks; empty where nothing forbids it.

    Args:
        release: what is to be overridden.
        dossier: what lies on the table, as the decisions room made it.
    """
    if not is_on_emergency_track(release):
        return ""
    book, _ = rules_here(release)
    worst = book.severity.levels[0]
    listed = [
        str(one["number"])
        for one in dossier.get("defects", ())
        if one.get("state") != "done"
        and (book.severity.level(str(one.get("severity", ""))) or worst).decision == "override-only"
    ]
    if listed:
        return f"{', '.join(sorted(listed))} of the worst severity is open in the hotfix; that always blocks"
    kept = {rule.id for rule in book.rules if counts_the_worst(rule, book)}
    unmet = sorted(
        name
        for gate in dossier.get("gates", ())
        for name, status in gate.get("statuses", {}).items()
        if name in kept and status not in _MET
    )
    return f"{', '.join(unmet)} is not met in the hotfix; that always blocks" if unmet else ""


def approvers(release: Release) -> Ask | None:
    """Who approves an emergency and how many of them, by its track; None for a release that is none.

    Where the share of emergencies was lifted over its limit, the second authority is among those required.
    """
    one = classification_of(release)
    if one is None:
        return None
    book, track = rules_here(release)
    emergency = book.authority.act("emergency")
    roles = track.approver or (emergency.signers if emergency else ()) or ("cto_vp_eng",)
    keys = tuple(dict.fromkeys(map(role_key, roles)))
    more = (one.lifted.lifted_role,) if one.lifted is not None else ()
    needed = min(track.quorum or len(keys), len(keys))
    return Ask((*keys, *more), needed + len(more), more)


def points(*, release: str, by: Actor, at: datetime) -> tuple[Classification, list[Place]]:
    """The classification of a release and how each point stands.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    row = get_release(key=release, by=by, at=at)
    one = classification_of(row)
    if one is None:
        raise ForeignError("E_NO_SUCH", "the release is classified as no emergency")
    return one, points_of(one, at)


def hotfixes(product: str) -> list[Hotfix]:
    """Every release that was classified and not taken back, oldest first, with what became of its lock."""
    rows = Classification.objects.filter(release__product_id=product, ended_at__isnull=True)
    found = []
    for one in rows.select_related("release__product").order_by("at", "key"):
        check = lock_of(one.release, one.paths)
        found.append(Hotfix(one.release, one, check.outside, bool(check.paths) and not check.fault))
    return found


def debts(product: str, at: datetime) -> list[Obligation]:
    """What emergencies of the product owe and are late with; it stops the next one."""
    return list(overdue(product=product, at=at).filter(emergency=True))


def throttlings(*, product: str, by: Actor, at: datetime) -> QuerySet[Throttling]:
    """Every time that the share stopped a classification, and whether somebody lifted it."""
    get_product(key=product, by=by, at=at)
    return Throttling.objects.filter(release__product_id=product).select_related("release")


def figures(*, product: str, by: Actor, at: datetime) -> Figures:
    """How often the product takes the track, now."""
    rows = throttlings(product=product, by=by, at=at)
    share = share_with(Release(product_id=product), at, _strictest(product))
    return Figures(share, rows.count(), rows.filter(lifted_at__isnull=False).count())


def _strictest(product: str) -> Decimal | None:
    """The smallest share that an emergency track of the rulebook allows; None where none states one."""
    edition = edition_in_force(product)
    tracks = rulebook_of(edition).tracks if edition is not None else ()
    stated = [one.max_share for one in tracks if is_emergency(one) and one.max_share is not None]
    return min(stated, default=None)
