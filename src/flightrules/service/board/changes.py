"""Writes of change requests: raised, edited, moved on their way, carried out, reviewed and closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from flightrules.engine.change_lifecycle import TEMPLATE_FIELDS, ChangeState, Type, lacks, may_implement
from flightrules.service.board.models import ChangeRequest
from flightrules.service.board.refusing import about, locked_change, refuse_lacks, require_classified
from flightrules.service.board.shown import TEXTS
from flightrules.service.board.standing import as_change, deviates, in_use
from flightrules.service.catalogue.queries import get_product
from flightrules.service.door.refusals import ConflictError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.powers import Power
from flightrules.service.readiness.cited import require_cited
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.facts import checked
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked

__all__ = [
    "EDITABLE",
    "OUTCOMES",
    "close_change",
    "edit_change",
    "implement_change",
    "move_change",
    "raise_change",
    "raise_template",
    "record_outcome",
]

EDITABLE = (*TEXTS, "rollback_minutes", "rollback_digest", "opens_at", "closes_at", "zone")
"""What can be stated and edited; what is carried out by whom follows from the acts."""

OUTCOMES = ("successful", "successful-with-issues", "unsuccessful", "rolled-back")
_WINDOW = ("opens_at", "closes_at", "zone")
_OPEN = frozenset({ChangeState.NEW, ChangeState.ASSESS, ChangeState.AUTHORIZE, ChangeState.SCHEDULED})


@act
def raise_change(
    *,
    release: str,
    kind: str,
    facts: Mapping[str, Any],
    template: str | None = None,
    by: Actor,
    at: datetime,
) -> ChangeRequest:
    """Ask for a change: the release of one version.

    A standard change takes from its template what is not stated; stated otherwise, it is a normal change.

    Args:
        release: key of the release, whose window it has unless another is stated.
        kind: ``standard``, ``normal`` or ``emergency``.
        facts: any of ``EDITABLE``.
        template: key of the template of a standard change.
        by: who asks, and has no voice on it.
        at: when.

    Raises:
        DeniedError: E_CLASSIFICATION_REQUIRED, for an emergency change of a release that is none.
        ConflictError: E_CHANGE_EXISTS, E_RELEASE_STATE. InvalidError: E_TEMPLATE, E_WINDOW, E_ZONE,
            E_EVIDENCE_NEEDED, E_EVIDENCE_UNKNOWN.
    """
    row = locked(release, by, at)
    require(by, Power.MANAGE_READINESS, product=row.product_id, at=at)
    if row.state == Release.State.WITHDRAWN:
        raise ConflictError("E_RELEASE_STATE", f"{row.version} was withdrawn").about(
            product_stream(row.product_id), f"release/{row.key}"
        )
    pattern = _template(template, kind, row, at)
    window = {name: getattr(row, name) for name in _WINDOW}
    taken = {name: getattr(pattern, name) for name in TEMPLATE_FIELDS} if pattern else {}
    made = ChangeRequest(
        product_id=row.product_id,
        release=row,
        type=kind,
        template=pattern,
        requester=by.key,
        raised_at=at,
        **_stated({**window, **taken, **facts}),
    )
    require_classified(made)
    _require_tested_rollback(made)
    demoted = _demoted(made)
    _insert(made)
    _record(Tag.CHANGE_RAISED, made, {**_told(made, facts, by), **demoted}, by=by, at=at)
    return made


@act
def raise_template(*, product: str, facts: Mapping[str, Any], by: Actor, at: datetime) -> ChangeRequest:
    """Propose what standard changes follow; the board approves it like a normal change.

    Raises:
        InvalidError: E_EVIDENCE_NEEDED, E_EVIDENCE_UNKNOWN.
    """
    require(by, Power.MANAGE_READINESS, product=product, at=at)
    get_product(key=product, by=by, at=at)
    made = ChangeRequest(
        product_id=product,
        is_template=True,
        type=Type.NORMAL,
        requester=by.key,
        raised_at=at,
        **_stated(facts),
    )
    _require_tested_rollback(made)
    made.save(force_insert=True)
    _record(Tag.CHANGE_RAISED, made, {**_told(made, facts, by), "template": True}, by=by, at=at)
    return made


@act
def edit_change(*, key: str, changes: Mapping[str, Any], by: Actor, at: datetime) -> ChangeRequest:
    """Change what is stated, before it is carried out; an approval of what it was goes stale by that.

    Raises:
        ConflictError: E_CHANGE_STATE. InvalidError: E_WINDOW, E_ZONE, E_EVIDENCE_NEEDED, E_EVIDENCE_UNKNOWN.
    """
    change = locked_change(key, Power.MANAGE_READINESS, by=by, at=at)
    if change.state not in _OPEN:
        raise about(ConflictError("E_CHANGE_STATE", f"it is {change.state} and takes no more edits"), change)
    window = {name: getattr(change, name) for name in _WINDOW}
    stated = _stated({**window, **changes})
    changed = {name: value for name, value in stated.items() if getattr(change, name) != value}
    for name, value in changed.items():
        setattr(change, name, value)
    if {"rollback_link", "rollback_digest"} & set(changed):
        _require_tested_rollback(change)
    demoted = _demoted(change)
    change.revision += 1
    change.save()
    data = {"changed": sorted(changed), "revision": change.revision, **_told(change, changed, by), **demoted}
    _record(Tag.CHANGE_EDITED, change, data, by=by, at=at)
    return change


@act
def move_change(*, key: str, to: str, by: Actor, at: datetime) -> ChangeRequest:
    """Move it up to ``scheduled``, back to be worked on, or cancel it.

    Raises:
        ConflictError: E_CHANGE_MOVE, E_NOT_APPROVED, E_DOSSIER_STALE. InvalidError: E_CHANGE_LACKS.
    """
    change = locked_change(key, Power.MANAGE_READINESS, by=by, at=at)
    return _moved(change, ChangeState(to), {}, by=by, at=at)


@act
def implement_change(*, key: str, by: Actor, at: datetime) -> ChangeRequest:
    """Begin to carry it out, in its window, after the release was decided; whoever begins is the implementer.

    Raises:
        ConflictError: E_CHANGE_MOVE, E_NOT_APPROVED, E_DOSSIER_STALE, E_WINDOW_CLOSED, E_NOT_DECIDED.
        DeniedError: E_FOUR_EYES.
    """
    change = locked_change(key, Power.DEPLOY, by=by, at=at)
    seen = as_change(change, at)
    refuse_lacks(lacks(seen, ChangeState.IMPLEMENT, at=at), change)
    lack = may_implement(seen, by.key)
    refuse_lacks((lack,) if lack else (), change)
    change.implementer, change.implemented_at = by.key, at
    return _moved(change, ChangeState.IMPLEMENT, {"implementer": by.key}, by=by, at=at)


@act
def record_outcome(*, key: str, outcome: str, notes: str, by: Actor, at: datetime) -> ChangeRequest:
    """Say how it went; the review comes next.

    Raises:
        ConflictError: E_CHANGE_MOVE. InvalidError: E_CHANGE_LACKS.
    """
    change = locked_change(key, Power.DEPLOY, by=by, at=at)
    change.outcome, change.notes = outcome if outcome in OUTCOMES else "", notes
    told = {"outcome": outcome, "notes": commit_to(notes, about=by.key)}
    return _moved(change, ChangeState.REVIEW, told, by=by, at=at)


@act
def close_change(*, key: str, review: str, by: Actor, at: datetime) -> ChangeRequest:
    """Say what the review found, and close it for good.

    Raises:
        ConflictError: E_CHANGE_MOVE. InvalidError: E_CHANGE_LACKS.
    """
    change = locked_change(key, Power.MANAGE_READINESS, by=by, at=at)
    change.review = review
    told = {"review": commit_to(review, about=by.key)}
    return _moved(change, ChangeState.CLOSED, told, by=by, at=at)


def _moved(
    change: ChangeRequest, to: ChangeState, told: dict[str, Any], *, by: Actor, at: datetime
) -> ChangeRequest:
    refuse_lacks(lacks(as_change(change, at), to, at=at), change)
    before, change.state = change.state, to.value
    change.revision += 1
    change.save()
    data = {"from": before, "to": to.value, "revision": change.revision, **told}
    _record(Tag.CHANGE_MOVED, change, data, by=by, at=at)
    return change


def _template(key: str | None, kind: str, release: Release, at: datetime) -> ChangeRequest | None:
    if (key is None) == (kind == Type.STANDARD):
        raise InvalidError("E_TEMPLATE", "a standard change, and only that, follows a template")
    if key is None:
        return None
    found = ChangeRequest.objects.filter(pk=key, product_id=release.product_id, is_template=True).first()
    if found is None or not in_use(found, at):
        raise InvalidError(
            "E_TEMPLATE",
            "there is no such template that the board has approved",
            hint="have it approved, or raise a normal change",
        )
    return found


def _stated(facts: Mapping[str, Any]) -> dict[str, Any]:
    return checked({name: value for name, value in facts.items() if name in EDITABLE})


def _demoted(change: ChangeRequest) -> dict[str, Any]:
    """Make a standard change that is not like its template a normal one; returns what is told of that."""
    found = deviates(change) if change.type == Type.STANDARD else ()
    if not found:
        return {}
    change.type = Type.NORMAL
    if change.state == ChangeState.SCHEDULED:
        change.state = ChangeState.ASSESS  # it was never assessed, for its template was
    return {"demoted": list(found), "state": str(change.state)}


def _require_tested_rollback(change: ChangeRequest) -> None:
    """What is stated as evidence of the rollback must be some."""
    link, digest = change.rollback_link, change.rollback_digest
    if not link and not digest:
        return
    if change.release is not None:
        require_cited(change.release, link=link, digest=digest)
    elif digest or not link.startswith(("https://", "http://")):
        raise InvalidError("E_EVIDENCE_NEEDED", "a template points to its evidence by a link")


def _insert(made: ChangeRequest) -> None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise ConflictError(
            "E_CHANGE_EXISTS", "the release has a change request already", hint="cancel that one first"
        ).about(product_stream(made.product_id), f"release/{made.release_id}") from None


def _told(change: ChangeRequest, facts: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """What the entry holds of the facts: moments and numbers in words, free text as one commitment."""
    texts = "\n".join(f"{name}: {facts[name]}" for name in TEXTS if facts.get(name))
    plain = {name: getattr(change, name) for name in ("opens_at", "closes_at", "rollback_digest")}
    return {
        "type": str(change.type),
        **{name: str(value) for name, value in plain.items() if value},
        **({"template_of": str(change.template_id)} if change.template_id else {}),
        **({"texts": commit_to(texts, about=by.key)} if texts else {}),
    }


def _record(tag: Tag, change: ChangeRequest, data: dict[str, Any], *, by: Actor, at: datetime) -> None:
    release = {"release": str(change.release_id)} if change.release_id else {}
    append(
        stream=product_stream(change.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"change-request/{change.key}",
        data={"product": change.product_id, **release, **data},
    )
