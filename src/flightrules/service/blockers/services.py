"""Writes of blockers: raised by any signatory, resolved, accepted with a mitigation, escalated as they age,
overruled by an override that names them, and brought back where that override counts no more.

A blocker may be raised after the decision too; whether that one still stands is for the room of decisions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from flightrules.ledger.signed_terms import terms_digest
from flightrules.rules.exceptions import names_nothing
from flightrules.service.blockers import telling
from flightrules.service.blockers.ageing import levels_of, next_escalation
from flightrules.service.blockers.models import STANDING, Blocker
from flightrules.service.blockers.seats import accepting_seat, answering_seat
from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.powers import Power
from flightrules.service.people.seats import Seat
from flightrules.service.readiness.cited import require_cited
from flightrules.service.readiness.shown import Grounds, Shown, shown_by
from flightrules.service.records.actor import SYSTEM, Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked

__all__ = [
    "Mitigation",
    "Objection",
    "Resolution",
    "accept_blocker",
    "bring_back",
    "escalate_blocker",
    "overrule",
    "raise_blocker",
    "resolve_blocker",
]


@dataclass(frozen=True, slots=True)
class Objection:
    """What is held against the release, what it costs the business, and where that can be seen."""

    title: str
    impact: str
    link: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was done about it; whoever did not raise it shows that too."""

    said: str
    grounds: Grounds = field(default_factory=Grounds)


@dataclass(frozen=True, slots=True)
class Mitigation:
    """What makes it bearable, and who sees to that."""

    said: str
    owner: str


@act
def raise_blocker(
    *, release: str, objection: Objection, again: str | None = None, by: Actor, at: datetime
) -> Blocker:
    """Hold something against a release, decided or not.

    Args:
        release: key of the release.
        objection: what it is.
        again: key of an ended blocker of the same release that ended too early.
        by: who.
        at: when.

    Raises:
        InvalidError: E_BLOCKER_IMPACT, E_BLOCKER_EMPTY, E_EVIDENCE_NEEDED, E_EVIDENCE_UNKNOWN.
        ConflictError: E_RELEASE_STATE, E_BLOCKER_OPEN.
    """
    row = locked(release, by, at)
    require(by, Power.BLOCK, product=row.product_id, at=at)
    if row.state == Release.State.WITHDRAWN:
        raise _conflict("E_RELEASE_STATE", f"{row.version} was withdrawn; nothing can block it", row)
    _require_stated(objection)
    require_cited(row, link=objection.link, digest=objection.digest)
    former = _former(again, row)
    levels = levels_of(row.product_id)
    made = Blocker.objects.create(
        release=row,
        title=objection.title,
        impact=objection.impact,
        link=objection.link,
        digest=objection.digest,
        again=former,
        raised_by=by.key,
        raised_at=at,
        escalates_at=next_escalation(levels, at, 0),
    )
    telling.tell_raised(made, at)
    data = {
        "objection": commit_to(f"{objection.title}\n{objection.impact}", about=by.key),
        **_cited(objection.link, objection.digest, by),
        **({"again": str(former.key)} if former else {}),
    }
    _record(Tag.BLOCKER_RAISED, made, data, by=by, at=at)
    return made


@act
def resolve_blocker(*, key: str, resolution: Resolution, by: Actor, at: datetime) -> Blocker:
    """Say that it is gone: who raised it says so, another one shows it in a seat that may accept blockers.

    Raises:
        InvalidError: E_BLOCKER_EMPTY, E_EVIDENCE_NEEDED, E_EVIDENCE_UNKNOWN, E_EVIDENCE_SHOWS_NOT.
        ConflictError: E_BLOCKER_ENDED. DeniedError: E_BLOCKER_OF_ANOTHER, E_SELF_APPROVAL.
    """
    found = _locked_blocker(key, by, at)
    require(by, Power.BLOCK, product=found.release.product_id, at=at)
    _require_open(found)
    seat = None if found.raised_by == by.key else answering_seat(found, by, at)
    _require_said(resolution.said, "what resolved it")
    said = resolution.grounds
    alone = seat is None and said == Grounds()
    shown = Shown.WORD if alone else shown_by(found.release, said, since=found.raised_at)
    _end(found, Blocker.State.RESOLVED, resolution.said, by, at)
    found.ended_link, found.ended_digest, found.ended_defect = said.link, said.digest, said.defect
    found.ended_run, found.ended_shown = UUID(said.gate_run) if said.gate_run else None, shown
    found.ended_in = seat.role if seat is not None else ""
    found.save()
    telling.tell_ended(found, at)
    data = {
        "by_raiser": seat is None,
        "shown": str(shown),
        "resolution": commit_to(resolution.said, about=by.key),
        **(_seat(seat) if seat is not None else {}),
        **({"link": commit_to(said.link, about=by.key)} if said.link else {}),
        **said.told,
    }
    _record(Tag.BLOCKER_RESOLVED, found, data, by=by, at=at)
    return found


@act
def accept_blocker(*, key: str, mitigation: Mitigation, by: Actor, at: datetime) -> Blocker:
    """Sign for it: it stays, somebody sees to the mitigation, and the signer answers for that.

    Raises:
        InvalidError: E_BLOCKER_EMPTY. ConflictError: E_BLOCKER_ENDED.
        UnauthenticatedError: E_REAUTH_REQUIRED.
        DeniedError: E_DISTINCT_PERSONS, for the one who raised it and whoever speaks in their seat;
            E_SELF_APPROVAL, for who opened the release or wrote the change.
    """
    found = _locked_blocker(key, by, at)
    require(by, Power.ACCEPT, product=found.release.product_id, at=at)
    _require_open(found)
    seat = accepting_seat(found, by, at)
    _require_said(mitigation.said, "the mitigation")
    _require_said(mitigation.owner, "who owns the mitigation")
    word, about = "accept-blocker", f"blocker/{found.key}"
    digest = terms_digest(word, about, {"mitigation": mitigation.said, "owner": mitigation.owner})
    proof = require_signing_proof(by, at=at, act=word, about=about, digest=digest)
    _end(found, Blocker.State.ACCEPTED, mitigation.said, by, at)
    found.owner, found.ended_in, found.proved_at = mitigation.owner, seat.role, proof.proved_at
    found.save()
    telling.tell_ended(found, at)
    data = {
        **_seat(seat),
        "components": proof.components,
        "mitigation": commit_to(mitigation.said, about=by.key),
        "owner": commit_to(mitigation.owner, about=by.key),
    }
    _record(Tag.BLOCKER_ACCEPTED, found, data, by=by, at=at)
    return found


def escalate_blocker(key: str, at: datetime) -> None:
    """Ask the next level about a blocker that nobody has answered in time; harmless when it was answered."""
    with transaction.atomic():
        rows = Blocker.objects.select_for_update(of=("self",)).select_related("release")
        found = rows.filter(pk=key, state=Blocker.State.OPEN, escalates_at__lte=at).first()
        if found is None:
            return
        levels = levels_of(found.release.product_id)
        asked = found.escalated_to
        found.escalated_to = min(asked + 1, len(levels))
        found.escalates_at = next_escalation(levels, found.escalates_at or at, found.escalated_to)
        found.save(update_fields=["escalated_to", "escalates_at"])
        if asked >= len(levels):
            return  # another edition has fewer levels
        level = levels[asked]
        telling.tell_escalated(found, level, levels[:asked], at)
        age = int((at - found.raised_at).total_seconds())
        _record(Tag.BLOCKER_ESCALATED, found, {"level": level.id, "age_seconds": age}, by=SYSTEM, at=at)


def overrule(release: Release, keys: Iterable[str], *, override: UUID, by: Actor, at: datetime) -> None:
    """Note of blockers that an override names them: they stand, and nobody is asked about them any more.

    Part of the act that decides the override.
    """
    standing = Blocker.objects.select_for_update().filter(release=release, state__in=STANDING)
    for one in standing.filter(pk__in=list(keys)).order_by("raised_at", "key"):
        one.release, one.state, one.escalates_at = release, Blocker.State.OVERRULED, None
        one.overruled_by, one.overruled_at = override, at
        one.save(update_fields=["state", "escalates_at", "overruled_by", "overruled_at"])
        telling.tell_overruled(one, at)
        _record(Tag.BLOCKER_OVERRULED, one, {"override": str(override)}, by=by, at=at)


def bring_back(release: Release, *, override: UUID, by: Actor, at: datetime) -> None:
    """Open the blockers again that an override had overruled; the level that was due next gets its time anew.

    Part of the act that ends the decision by that override.
    """
    overruled = Blocker.objects.select_for_update().filter(release=release, state=Blocker.State.OVERRULED)
    levels = levels_of(release.product_id)
    for one in overruled.filter(overruled_by=override).order_by("raised_at", "key"):
        one.release, one.state = release, Blocker.State.OPEN
        one.overruled_by = one.overruled_at = None
        one.escalates_at = next_escalation(levels, at, one.escalated_to)
        one.save(update_fields=["state", "escalates_at", "overruled_by", "overruled_at"])
        telling.tell_back(one, override, at)
        _record(Tag.BLOCKER_BROUGHT_BACK, one, {"override": str(override)}, by=by, at=at)


def _require_stated(objection: Objection) -> None:
    _require_said(objection.title, "what it is")
    _require_said(objection.impact, "what it means for the business")
    if not any(character.isdigit() for character in objection.impact):
        raise InvalidError(
            "E_BLOCKER_IMPACT",
            "the impact names no number",
            hint="say it so that it can be weighed: £40k a day in orders, about 3 % of orders",
        )


def _require_said(text: str, what: str) -> None:
    if names_nothing(text):
        raise InvalidError("E_BLOCKER_EMPTY", f"nothing is said of {what}")


def _former(again: str | None, release: Release) -> Blocker | None:
    if again is None:
        return None
    found = Blocker.objects.filter(pk=again, release=release).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    if found.state in STANDING:
        raise _conflict("E_BLOCKER_OPEN", f"the blocker is {found.state}, so it still stands", release)
    return found


def _locked_blocker(key: str, by: Actor, at: datetime) -> Blocker:
    release = Blocker.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if release is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(release), by, at)
    found = Blocker.objects.select_for_update().get(pk=key)
    found.release = row
    return found


def _require_open(found: Blocker) -> None:
    if found.state not in STANDING:
        raise ConflictError(
            "E_BLOCKER_ENDED",
            f"the blocker was {found.state} already",
            hint="who still sees it raises it again",
        ).about(product_stream(found.release.product_id), f"blocker/{found.key}")


def _end(found: Blocker, state: str, said: str, by: Actor, at: datetime) -> None:
    found.state, found.said, found.ended_by, found.ended_at = state, said, by.key, at
    found.escalates_at = None


def _seat(seat: Seat) -> dict[str, str]:
    return {"role": seat.role, "holder": seat.holder, "through": seat.through}


def _cited(link: str, digest: str, by: Actor) -> dict[str, Any]:
    """What was pointed to; a link may name somebody."""
    found: dict[str, Any] = {"link": commit_to(link, about=by.key)} if link else {}
    return found | ({"sha256": digest} if digest else {})


def _conflict(code: str, message: str, release: Release) -> ConflictError:
    return ConflictError(code, message).about(product_stream(release.product_id), f"release/{release.key}")


def _record(tag: Tag, found: Blocker, data: dict[str, Any], *, by: Actor, at: datetime) -> None:
    append(
        stream=product_stream(found.release.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"blocker/{found.key}",
        data={"release": str(found.release_id), **data},
    )
