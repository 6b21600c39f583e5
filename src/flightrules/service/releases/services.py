"""Writes of releases: opened, edited, given artefacts, withdrawn; their entry criteria overridden on record.

The decision itself is not taken here: whoever records one moves the release with ``states.move`` after
``require_approvable``, in the act that records the decision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import UUIDField

from flightrules.service.catalogue.queries import get_product
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.clock import start_clock, stop_clock
from flightrules.service.releases.facts import FREE_TEXT, checked
from flightrules.service.releases.models import Artefact, Release
from flightrules.service.releases.queries import lacks_for_approval
from flightrules.service.releases.states import move, require_open
from flightrules.service.releases.tracks import require_no_emergency

__all__ = [
    "add_artefact",
    "edit_release",
    "locked",
    "open_release",
    "override_entry",
    "require_approvable",
    "withdraw_release",
]

_HELD = Question(lambda key: Release.objects.select_for_update().filter(pk=key), UUIDField())


@act
def open_release(*, product: str, version: str, facts: Mapping[str, Any], by: Actor, at: datetime) -> Release:
    """Open a release of a product.

    Args:
        product: key of the product.
        version: the version as people say it; one release each.
        facts: any of ``facts.EDITABLE``.
        by: who.
        at: when.

    Raises:
        ConflictError: E_RELEASE_EXISTS. InvalidError: E_ZONE, E_WINDOW.
    """
    require(by, Power.MANAGE_RELEASES, product=product, at=at)
    get_product(key=product, by=by, at=at)
    stated = checked(facts)
    require_no_emergency(product, "", stated.get("track", ""))
    try:
        with transaction.atomic():
            release = Release.objects.create(
                product_id=product, version=version, opened_by=by.key, opened_at=at, **stated
            )
    except IntegrityError:
        raise ConflictError("E_RELEASE_EXISTS", f"{product} {version} is open already").about(
            product_stream(product), f"product/{product}"
        ) from None
    _record(Tag.RELEASE_OPENED, release, {"version": version, **_for_ledger(stated, by)}, by=by, at=at)
    return release


@act
def edit_release(*, key: str, changes: Mapping[str, Any], by: Actor, at: datetime) -> Release:
    """Change what is stated about an open release; the entry says which facts changed."""
    release = locked(key, by, at)
    require(by, Power.MANAGE_RELEASES, product=release.product_id, at=at)
    require_open(release)
    window = {name: getattr(release, name) for name in ("opens_at", "closes_at", "zone")}
    stated = checked({**window, **changes})
    changed = {name: value for name, value in stated.items() if getattr(release, name) != value}
    if "track" in changed:
        require_no_emergency(release.product_id, release.track, changed["track"], release=release)
    for name, value in changed.items():
        setattr(release, name, value)
    release.revision += 1
    release.save(update_fields=[*changed, "revision"])
    data = {"revision": release.revision, "changed": sorted(changed), **_for_ledger(changed, by)}
    _record(Tag.RELEASE_CHANGED, release, data, by=by, at=at)
    return release


@act
def add_artefact(*, key: str, name: str, digest: str, by: Actor, at: datetime) -> Artefact:
    """Name what is shipped by its digest; a former artefact of that name is replaced and stays on record.

    Raises:
        ConflictError: E_ARTEFACT_SAME, E_RELEASE_STATE.
    """
    release = locked(key, by, at)
    require(by, Power.MANAGE_RELEASES, product=release.product_id, at=at)
    require_open(release)
    former = Artefact.objects.filter(release=release, name=name, replaced_at__isnull=True).first()
    if former is not None and former.digest == digest:
        raise ConflictError("E_ARTEFACT_SAME", f"{name} has this digest already").about(
            product_stream(release.product_id), f"release/{release.key}"
        )
    Artefact.objects.filter(release=release, name=name, replaced_at__isnull=True).update(replaced_at=at)
    artefact = Artefact.objects.create(
        release=release, name=name, digest=digest, added_by=by.key, added_at=at
    )
    release.revision += 1
    release.save(update_fields=["revision"])
    data = {"name": name, "sha256": digest, "replaces": former.digest if former else None}
    _record(Tag.ARTEFACT_ADDED, release, data, by=by, at=at)
    return artefact


@act
def override_entry(*, key: str, reason: str, by: Actor, at: datetime) -> Release:
    """Let testing start although entry criteria fail; the override names exactly those that fail now.

    A criterion that fails later is not covered, and stops the clock.

    Raises:
        ConflictError: E_ENTRY_NOT_FAILING, when the entry gate was not evaluated or is met.
    """
    release = locked(key, by, at)
    require(by, Power.OVERRIDE, product=release.product_id, at=at)
    require_open(release)
    if release.entry != Release.Entry.FAILED:
        raise ConflictError(
            "E_ENTRY_NOT_FAILING",
            "the entry gate was not evaluated, or nothing in it fails",
            hint="run the entry gate first",
        ).about(product_stream(release.product_id), f"release/{release.key}")
    release.entry_overridden = sorted(set(release.entry_failing))
    release.save(update_fields=["entry_overridden"])
    data = {"criteria": release.entry_overridden, "reason": commit_to(reason, about=by.key)}
    _record(Tag.ENTRY_OVERRIDDEN, release, data, by=by, at=at)
    # the reason stands in the entry above alone, where it can be erased
    said = f"entry criteria were overridden: {', '.join(release.entry_overridden)}"
    start_clock(release, said, run="", by=by, at=at)
    return release


@act
def withdraw_release(*, key: str, reason: str, by: Actor, at: datetime) -> Release:
    """Give a release up; its records stay."""
    release = locked(key, by, at)
    require(by, Power.MANAGE_RELEASES, product=release.product_id, at=at)
    move(release, Release.State.WITHDRAWN)
    release.revision += 1
    release.save(update_fields=["state", "revision"])
    stop_clock(release, "the release was withdrawn", run="", by=by, at=at)
    data = {"state": release.state, "reason": commit_to(reason, about=by.key)}
    _record(Tag.RELEASE_CHANGED, release, data, by=by, at=at)
    return release


def locked(key: str, by: Actor, at: datetime) -> Release:
    """The release's row, held until the transaction ends.

    Raises:
        ForeignError: E_NO_SUCH, for a release of a product that the actor may not see as well.
    """
    release = _HELD.first(key)
    if release is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    require(by, Power.READ, product=release.product_id, at=at)
    return release


def require_approvable(release: Release) -> None:
    """Refuse an approval of what lacks justification, security impact, way back, scope, artefact or window.

    Raises:
        InvalidError: E_NOT_APPROVABLE.
    """
    lacks = lacks_for_approval(release)
    if lacks:
        raise InvalidError(
            "E_NOT_APPROVABLE", f"{release.version} lacks {', '.join(lacks)}", hint="state it first"
        )


def _for_ledger(facts: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """Facts as an entry holds them: moments in words, and free text as a commitment."""
    told: dict[str, Any] = {}
    for name, value in sorted(facts.items()):
        if name in FREE_TEXT:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if value:
                told[name] = commit_to(text, about=by.key)
        elif isinstance(value, datetime):
            told[name] = value.isoformat()
        elif value is not None:
            told[name] = value
    return told


def _record(tag: Tag, release: Release, data: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    append(
        stream=product_stream(release.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"release/{release.key}",
        data=data,
    )
