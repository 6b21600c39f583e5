"""Writes of classifications: declared in writing, throttled, lifted by a second authority, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flightrules.engine.relaxation import is_emergency, track_called
from flightrules.engine.scope_lock import fault_in_glob
from flightrules.engine.throttle import Share
from flightrules.ledger.signed_terms import terms_digest
from flightrules.rules.exceptions import says_nothing
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.track import Track
from flightrules.service.catalogue.queries import (
    Edition,
    Product,
    adopted_authority,
    require_edition_in_force,
    rulebook_of,
)
from flightrules.service.door.refusals import (
    ConflictError,
    DeniedError,
    ForeignError,
    InvalidError,
    RefusalError,
)
from flightrules.service.emergencies.changes import parts_in
from flightrules.service.emergencies.history import decided_releases, share_with
from flightrules.service.emergencies.models import Classification, Throttling
from flightrules.service.emergencies.queries import classification_of, debts
from flightrules.service.emergencies.telling import tell_classified, tell_throttled
from flightrules.service.obligations.holders import seat_for
from flightrules.service.people.access import is_known, require
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.powers import Power, powers_of, stands_for
from flightrules.service.people.seats import seats_apart
from flightrules.service.readiness.queries import defects
from flightrules.service.records.actor import SYSTEM, Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release, find_release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open
from flightrules.service.releases.tracks import disengage, engage

__all__ = ["LIFT_HOLDS", "Stated", "classify", "end", "lift"]

LIFT_HOLDS = timedelta(hours=24)
"""How long a second authority's lifting of the throttle waits to be used."""

_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
_CLASSIFIERS = ("cto_vp_eng",)
_ASK = "ask another authority"


@dataclass(frozen=True, slots=True)
class Stated:
    """What is written when a release is classified as an emergency.

    Attributes:
        reason: why it cannot wait for the standard track.
        reference: number of a defect of the worst severity in the register, or a CVE.
        paths: what may change, from the root of the repository.
        authors: keys of the people who wrote the change.
        hotfix_of: version of the release that is mended; empty where that was before Flightrules.
        track: id of the track; empty where the rulebook has only one for emergencies.
    """

    reason: str
    reference: str
    paths: Sequence[str]
    authors: Sequence[str]
    hotfix_of: str = ""
    track: str = ""


@dataclass(frozen=True, slots=True)
class _Weighed:
    role: str
    share: Share
    lifted: Throttling | None


def classify(*, release: str, stated: Stated, by: Actor, at: datetime) -> Classification:
    """Classify a release as an emergency, in writing and signed; from then on it is on that track.

    Raises:
        DeniedError: E_SELF_APPROVAL, E_ROLE_NOT_HELD. UnauthenticatedError: E_REAUTH_REQUIRED.
        ConflictError: E_EMERGENCY_STATE, E_EMERGENCY_DEBTS, E_NO_RULEBOOK.
        InvalidError: E_THROTTLE_EXCEEDED, which goes on record; E_TRACK, E_SCOPE_LOCK,
            E_CLASSIFICATION_EMPTY, E_CLASSIFICATION_REFERENCE, E_PERSON.
    """
    found = _classify(release=release, stated=stated, by=by, at=at)
    if isinstance(found, RefusalError):
        raise found
    return found


@act
def _classify(*, release: str, stated: Stated, by: Actor, at: datetime) -> Classification | RefusalError:
    """The same; a refusal by the throttle is returned, so that what it put on record stays."""
    row = locked(release, by, at)
    require(by, Power.CLASSIFY_EMERGENCY, product=row.product_id, at=at)
    require_open(row)
    # one at a time: two at once would each find the share as it was before the other
    Product.objects.select_for_update(no_key=True).get(pk=row.product_id)
    edition = require_edition_in_force(row.product_id)
    book = rulebook_of(edition)
    track = _track(book, stated.track)
    parts = parts_in(row, stated.authors)
    _require_another(row, parts, by)
    role = _seat(row, track, book, parts, by, at)
    _require_stated(row, stated, book, at)
    _require_free(row, at)
    said = {name: _in_lines(value) for name, value in asdict(stated).items()}
    _require_proof("classify-emergency", f"release/{row.key}", said, by, at)
    lifted = _lifting(row, role, {by.key, *parts}, at)
    share = share_with(row, at, track.max_share)
    if share.is_exceeded and lifted is None:
        return _throttled(row, role, share, by, at)
    weighed = _Weighed(role, share, lifted if share.is_exceeded else None)
    one = _row(row, stated, track, edition, weighed, by, at)
    engage(row, track.id, str(one.key))
    tell_classified(one, at)
    _record(Tag.EMERGENCY_CLASSIFIED, one.release, f"classification/{one.key}", _told(one), by=by, at=at)
    return one


@act
def lift(*, key: str, reason: str, by: Actor, at: datetime) -> Throttling:
    """Let one emergency through although the share is exceeded: a second authority, in another role.

    Raises:
        DeniedError: E_SECOND_AUTHORITY, E_SELF_APPROVAL.
        ConflictError: E_EMERGENCY_STATE, E_DISTINCT_PERSONS.
        InvalidError: E_CLASSIFICATION_EMPTY. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    found = Throttling.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(found), by, at)
    stopped = Throttling.objects.select_for_update().get(pk=key)
    require(by, Power.OVERRIDE, product=row.product_id, at=at)
    if stopped.lifted_at is not None:
        raise _in_the_way(row, "the throttle was lifted for this already")
    if by.key == stopped.asked_by:
        raise ConflictError(
            "E_DISTINCT_PERSONS", "you asked for the emergency; another authority lifts the throttle"
        ).about(*_about(row))
    if by.key == row.opened_by:
        raise DeniedError(
            "E_SELF_APPROVAL", "you opened the release; somebody else lifts its throttle"
        ).about(*_about(row))
    role = _second_role(row, stopped, by, at)
    _require_said(reason)
    _require_proof("lift-throttle", f"throttling/{stopped.key}", {"reason": reason}, by, at)
    stopped.lifted_at, stopped.lifted_by, stopped.lifted_role = at, by.key, role
    stopped.lift_reason, stopped.lift_until = commit_to(reason, about=by.key)["commitment"], at + LIFT_HOLDS
    stopped.save()
    data = {
        "release": str(row.key),
        "share": stopped.share,
        "asked_by": stopped.asked_by,
        "role": role,
        "until": stopped.lift_until.isoformat(),
        "reason": {"commitment": stopped.lift_reason},
    }
    _record(Tag.EMERGENCY_THROTTLE_LIFTED, row, f"throttling/{stopped.key}", data, by=by, at=at)
    return stopped


@act
def end(*, release: str, reason: str, by: Actor, at: datetime) -> Classification:
    """Take the classification back before the decision; the release is on the track that it came from again.

    Raises:
        ConflictError: E_EMERGENCY_STATE, also where it was let go once. UnauthenticatedError:
            E_REAUTH_REQUIRED.
    """
    row = locked(release, by, at)
    require(by, Power.CLASSIFY_EMERGENCY, product=row.product_id, at=at)
    require_open(row)
    one = classification_of(row)
    if one is None:
        raise _in_the_way(row, "the release is classified as no emergency")
    if str(row.key) in decided_releases(row.product_id):
        raise _in_the_way(row, "it was let go as an emergency, and counts as one, opened again or not")
    _require_said(reason)
    _require_proof("end-emergency", f"classification/{one.key}", {"reason": reason}, by, at)
    one.ended_at, one.ended_by = at, by.key
    one.ended_because = commit_to(reason, about=by.key)["commitment"]
    one.save(update_fields=["ended_at", "ended_by", "ended_because"])
    disengage(row, one.former_track)
    data = {"release": str(row.key), "track": one.former_track, "reason": {"commitment": one.ended_because}}
    _record(Tag.EMERGENCY_ENDED, row, f"classification/{one.key}", data, by=by, at=at)
    return one


def _require_proof(word: str, about: str, said: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Whoever calls, lifts or ends an emergency proves who they are, for exactly what is said of it."""
    require_signing_proof(by, at=at, act=word, about=about, digest=terms_digest(word, about, said))


def _in_lines(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def _track(book: Rulebook, said: str) -> Track:
    known = [one for one in book.tracks if is_emergency(one)]
    found = track_called(book, said) if said else (known[0] if len(known) == 1 else None)
    if found is None or found not in known:
        names = ", ".join(one.id for one in known)
        hint = f"known: {names}" if names else "agree on one: `tracks`, with `classified_in_writing: yes`"
        raise InvalidError("E_TRACK", "this names no emergency track of the rulebook", hint=hint)
    return found


def _seat(row: Release, track: Track, book: Rulebook, parts: frozenset[str], by: Actor, at: datetime) -> str:
    """The office's role in which the actor may classify; never one that somebody with a part lent them."""
    emergency = book.authority.act("emergency")
    asked = track.classifier or (emergency.signers if emergency else ()) or _CLASSIFIERS
    product = row.product_id
    found = next((seat for one in asked if (seat := seat_for(by.key, one, product, at, apart=parts))), "")
    if not found and any(seat_for(by.key, one, product, at) for one in asked):
        raise _lent_by_part(row)
    if not found:
        names = ", ".join(map(role_words, asked))
        refusal = DeniedError("E_ROLE_NOT_HELD", f"only {names} may classify", hint=f"ask {names}")
        raise refusal.about(*_about(row))
    return found


def _lent_by_part(row: Release) -> DeniedError:
    return DeniedError(
        "E_SELF_APPROVAL",
        "the role was lent to you by who has a part in this; it counts as theirs",
        hint=_ASK,
    ).about(*_about(row))


def _require_another(row: Release, parts: frozenset[str], by: Actor) -> None:
    if by.key in parts:
        said = "you opened the release or wrote the change; somebody else classifies it"
        raise DeniedError("E_SELF_APPROVAL", said, hint=_ASK).about(*_about(row))


def _require_stated(row: Release, stated: Stated, book: Rulebook, at: datetime) -> None:
    _require_said(stated.reason)
    fault = next((why for path in stated.paths if (why := fault_in_glob(path))), "")
    if fault or not stated.paths:
        raise InvalidError(
            "E_SCOPE_LOCK",
            fault or "no path is locked",
            hint="name files, or folders with a final slash, from the root of the repository",
        )
    unknown = [one for one in stated.authors if not is_known(one)]
    if unknown or not stated.authors:
        raise InvalidError("E_PERSON", "who wrote the change is to be named, by people of this office")
    if stated.hotfix_of and find_release(product=row.product_id, version=stated.hotfix_of) is None:
        raise InvalidError("E_CLASSIFICATION_REFERENCE", f"{stated.hotfix_of[:60]} is no release here")
    if not (_CVE.fullmatch(stated.reference) or _is_worst(row, stated.reference, book, at)):
        raise InvalidError(
            "E_CLASSIFICATION_REFERENCE",
            f"{stated.reference[:60]} is neither a CVE nor a defect of the worst severity in the register",
            hint="record the P1 in the register of defects, or name the CVE",
        )


def _is_worst(row: Release, number: str, book: Rulebook, at: datetime) -> bool:
    found = defects(product=row.product_id, by=SYSTEM, at=at).filter(number=number).first()
    level = book.severity.level(found.severity) if found is not None else None
    return level is not None and level == book.severity.levels[0]


def _require_free(row: Release, at: datetime) -> None:
    """Refuse a second classification of the release, and a further emergency while others' debts are late."""
    if classification_of(row) is not None:
        raise _in_the_way(row, "the release is classified already")
    late = [one for one in debts(row.product_id, at) if one.release_id != row.key]
    if late:
        named = "; ".join(
            f"{one.release.version} owes {one.rule} since {one.due_at:%Y-%m-%d %H:%M} UTC ({one.owner})"
            for one in late
        )
        raise ConflictError(
            "E_EMERGENCY_DEBTS",
            f"earlier emergencies still owe: {named}",
            hint="have them paid first",
            obligations=[str(one.key) for one in late],
        ).about(*_about(row))


def _lifting(row: Release, role: str, parts: set[str], at: datetime) -> Throttling | None:
    """A lifting for this release that waits to be used, by somebody without a part, in another role."""
    rows = Throttling.objects.filter(release=row, lift_until__gt=at, classification__isnull=True)
    rows = rows.exclude(lifted_by__in=parts).order_by("lifted_at")
    return next((one for one in rows if not _same(one.lifted_role, role)), None)


def _second_role(row: Release, stopped: Throttling, by: Actor, at: datetime) -> str:
    """The role with power to override in which the second authority speaks; never that of the first one."""
    authority = adopted_authority(row.product_id, at)

    def other(apart: Iterable[str] = ()) -> str:
        mine = sorted(one.role for one in seats_apart(by.key, row.product_id, at, apart=apart))
        able = (one for one in mine if Power.OVERRIDE in powers_of([one], authority))
        return next((one for one in able if not _same(one, stopped.role)), "")

    if role := other(apart=(stopped.asked_by, row.opened_by)):
        return role
    if other():
        raise _lent_by_part(row)
    raise DeniedError(
        "E_SECOND_AUTHORITY",
        f"it takes a role that may override and is not {role_words(stopped.role)}",
        hint=_ASK,
    ).about(*_about(row))


def _same(one: str, other: str) -> bool:
    return stands_for(one, other) or stands_for(other, one)


def _throttled(row: Release, role: str, share: Share, by: Actor, at: datetime) -> RefusalError:
    stopped = Throttling.objects.create(release=row, asked_by=by.key, role=role, share=str(share), at=at)
    tell_throttled(stopped, at)
    data = {"release": str(row.key), "asked_by": by.key, "role": role, "share": stopped.share}
    _record(Tag.EMERGENCY_THROTTLED, row, f"throttling/{stopped.key}", data, by=by, at=at)
    return InvalidError(
        "E_THROTTLE_EXCEEDED",
        f"too many emergencies: {share}",
        hint="a second authority in another role can lift this once, on record",
        throttling=str(stopped.key),
        share_per_cent=str(round(share.per_cent, 2)),
        limit_per_cent=str(share.limit),
    )


def _row(
    row: Release, stated: Stated, track: Track, edition: Edition, weighed: _Weighed, by: Actor, at: datetime
) -> Classification:
    origin = find_release(product=row.product_id, version=stated.hotfix_of) if stated.hotfix_of else None
    return Classification.objects.create(
        release=row,
        edition=edition,
        track=track.id,
        former_track=row.track,
        reason=commit_to(stated.reason, about=by.key)["commitment"],
        reference=stated.reference,
        hotfix_of=origin,
        paths=list(dict.fromkeys(stated.paths)),
        authors=list(dict.fromkeys(stated.authors)),
        classified_by=by.key,
        role=weighed.role,
        at=at,
        share=str(weighed.share),
        lifted=weighed.lifted,
    )


def _told(one: Classification) -> dict[str, Any]:
    return {
        "release": str(one.release_id),
        "track": one.track,
        "former_track": one.former_track,
        "reference": one.reference,
        "hotfix_of": str(one.hotfix_of_id) if one.hotfix_of_id else None,
        "paths": one.paths,
        "authors": one.authors,
        "classified_by": one.classified_by,
        "role": one.role,
        "share": one.share,
        "lifted": str(one.lifted_id) if one.lifted_id else None,
        "reason": {"commitment": one.reason},
    }


def _require_said(text: str) -> None:
    if says_nothing(text):
        raise InvalidError("E_CLASSIFICATION_EMPTY", "why has to be written, and this says nothing")


def _in_the_way(row: Release, why: str) -> ConflictError:
    return ConflictError("E_EMERGENCY_STATE", why).about(*_about(row))


def _about(row: Release) -> tuple[str, str]:
    return product_stream(row.product_id), f"release/{row.key}"


def _record(
    tag: Tag, row: Release, subject: str, data: Mapping[str, Any], *, by: Actor, at: datetime
) -> None:
    append(stream=product_stream(row.product_id), tag=tag, by=by, at=at, subject=subject, data=data)
