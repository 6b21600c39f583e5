"""Writes of the list: each point confirmed by a person who signs, the QA lead's word spoken, then written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flightrules.ledger.signed_terms import terms_digest
from flightrules.rules.exceptions import says_nothing
from flightrules.rules.role_words import role_words
from flightrules.service.door.refusals import ConflictError, DeniedError, InvalidError
from flightrules.service.emergencies.changes import basis_of, parts_in
from flightrules.service.emergencies.models import Classification, Confirmation
from flightrules.service.emergencies.points import (
    ON_CALL,
    REVIEW_WITHIN,
    Place,
    Point,
    points_of,
    rules_here,
)
from flightrules.service.emergencies.queries import classification_of
from flightrules.service.emergencies.words import WRITTEN, givers, track_of, unwritten
from flightrules.service.obligations.holders import seat_for
from flightrules.service.obligations.owed import VERBAL, word_givers
from flightrules.service.obligations.services import settle, start
from flightrules.service.people.access import is_known, powers_of_role, require, roles_of
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.powers import Power, powers_of
from flightrules.service.people.seats import seats_apart
from flightrules.service.readiness.cited import require_cited
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = ["Said", "after_decision", "confirm_point", "sign_off_in_writing"]

_Check = Callable[[Classification, "Said", Actor, datetime], str]
_REVIEWER = Power.BRING_EVIDENCE
_EARLIER = timedelta(hours=24)
_TAGS: Mapping[str, Tag] = {
    Point.QA_AGREED: Tag.EMERGENCY_VERBAL_SIGN_OFF,
    Point.REVIEW_SCHEDULED: Tag.EMERGENCY_REVIEW_SCHEDULED,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What is confirmed of a point; which of it is needed depends on the point.

    Attributes:
        text: in words.
        link, digest: where it can be looked at: a link, or the SHA-256 of evidence of the release.
        person: whose word was heard, or who is on call; empty for the one who signs.
        said_at: when it was spoken, or when the review is held.
        until: how long somebody is on call.
        seconds: how long the rollback took.
    """

    text: str = ""
    link: str = ""
    digest: str = ""
    person: str = ""
    said_at: datetime | None = None
    until: datetime | None = None
    seconds: int | None = None


@act
def confirm_point(*, release: str, point: str, said: Said, by: Actor, at: datetime) -> Confirmation:
    """Confirm one point of the list with one's signature; what is measured takes nobody's word.

    Raises:
        DeniedError: E_ROLE_NOT_HELD, E_SELF_APPROVAL. ConflictError: E_EMERGENCY_STATE, E_POINT_MEASURED.
        InvalidError: E_POINT, E_EVIDENCE_NEEDED, E_EVIDENCE_UNKNOWN, E_PERSON.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    row = locked(release, by, at)
    require_open(row)
    one = _classified(row)
    place = next((one for one in points_of(one, at) if one.point == point), None)
    if place is None:
        raise InvalidError("E_POINT", f"the list has no point {point[:30]!r}")
    if place.measured:
        raise ConflictError(
            "E_POINT_MEASURED",
            f"it is measured ({place.why}), so no word is taken",
            hint="bring the evidence",
        ).about(*_about(row))
    role = _allowed(place, one, said, by, at)
    _require_proof("confirm-emergency-point", one, point, said, by, at)
    given = _given(one, point, role, said, by, at)
    if point == Point.QA_AGREED:
        start(event=VERBAL, release=row, by=by, at=at, about=f"classification/{one.key}")
    _record(_TAGS.get(point, Tag.EMERGENCY_POINT_CONFIRMED), given, row, by=by, at=at)
    return given


@act
def sign_off_in_writing(*, release: str, text: str, by: Actor, at: datetime) -> Confirmation:
    """The written sign-off of what went ahead on somebody's word, by that person; pays the debt, late or not.

    It is written for an emergency that was ended as well: what was said was said.

    Raises:
        DeniedError: E_ROLE_NOT_HELD, E_SELF_APPROVAL, E_WORD_OF_ANOTHER. ConflictError: E_EMERGENCY_STATE.
        InvalidError: E_POINT. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    row = locked(release, by, at)
    try:
        one, role = unwritten(row, by, at)
    except (ConflictError, DeniedError) as refusal:
        raise refusal.about(*_about(row)) from None
    track = track_of(one)
    _require_no_part(one, by.key, givers(track), at)
    if says_nothing(text):
        raise InvalidError("E_POINT", "the sign-off has to be written, and this says nothing")
    said = Said(text=text)
    _require_proof(WRITTEN, one, WRITTEN, said, by, at)
    given = _given(one, WRITTEN, role, said, by, at)
    about = f"classification/{one.key}"
    settle(release=row, event=VERBAL, owners=word_givers(track), text=text, by=by, at=at, about=about)
    _record(Tag.EMERGENCY_WRITTEN_SIGN_OFF, given, row, by=by, at=at)
    return given


def after_decision(release: Release, *, by: Actor, at: datetime, about: str = "") -> None:
    """Start what is owed once an emergency was let go; part of the act that records the decision.

    Nothing is owed after a release that is no emergency.
    """
    if classification_of(release) is not None:
        start(event="emergency-release", release=release, by=by, at=at, about=about)


def _allowed(place: Place, one: Classification, said: Said, by: Actor, at: datetime) -> str:
    """The role in which the actor may confirm this point, with what the point needs said."""
    row = one.release
    require(by, Power.READ, product=row.product_id, at=at)
    checks: Mapping[str, _Check] = {
        Point.REVIEWED: _reviewer,
        Point.QA_AGREED: _heard,
        Point.ROLLBACK_TESTED: _rollback,
        Point.ON_CALL: _on_call,
        Point.REVIEW_SCHEDULED: _review,
    }
    return checks.get(place.point, _with_evidence)(one, said, by, at)


def _reviewer(one: Classification, said: Said, by: Actor, at: datetime) -> str:  # noqa: ARG001 -- one form for all points
    row = one.release
    parts = parts_in(row, one.authors)
    if by.key in parts:
        raise DeniedError(
            "E_SELF_APPROVAL", "who wrote it does not review it", hint="ask another engineer"
        ).about(*_about(row))
    seats = seats_apart(by.key, row.product_id, at, apart=parts)
    found = next((role for role in sorted(one.role for one in seats) if _REVIEWER in powers_of([role])), "")
    if not found:
        raise _not_held(row, "engineer")
    return found


def _heard(one: Classification, said: Said, by: Actor, at: datetime) -> str:
    """The QA lead says so, or somebody who heard it names whose word it was and when."""
    row = one.release
    _, track = rules_here(row)
    roles = givers(track)
    speaker = said.person or by.key
    role = _seat(roles, row, by, at) if speaker == by.key else _any_role(row, by, at)
    if not is_known(speaker) or not _speaks(speaker, roles, row, at):
        raise InvalidError("E_PERSON", f"the word has to be that of {', '.join(map(role_words, roles))}")
    _require_no_part(one, speaker, roles, at)
    if speaker == by.key:
        return role
    if said.said_at is None or not at - _EARLIER <= said.said_at <= at or says_nothing(said.text):
        raise InvalidError("E_POINT", "say when it was said, within the last 24 hours, and in which words")
    return role


def _speaks(
    person: str, roles: Iterable[str], row: Release, at: datetime, *, apart: Iterable[str] = ()
) -> bool:
    return any(seat_for(person, role, row.product_id, at, apart=apart) for role in roles)


def _require_no_part(one: Classification, speaker: str, roles: Iterable[str], at: datetime) -> None:
    """Neither the speaker nor who lent them the role wrote the change or asked for the release."""
    parts = parts_in(one.release, one.authors)
    if speaker in parts or not _speaks(speaker, roles, one.release, at, apart=parts):
        raise DeniedError(
            "E_SELF_APPROVAL", "who wrote it or asked for it does not agree to it", hint="ask another holder"
        ).about(*_about(one.release))


def _rollback(one: Classification, said: Said, by: Actor, at: datetime) -> str:
    role = _with_evidence(one, said, by, at)
    if said.seconds is None:
        raise InvalidError("E_POINT", "say how long the rollback took")
    return role


def _on_call(one: Classification, said: Said, by: Actor, at: datetime) -> str:
    row = one.release
    role = _any_role(row, by, at)
    _, track = rules_here(row)
    needed = max(at, row.opens_at or at) + (track.on_call_for or ON_CALL)
    if said.until is None or said.until < needed:
        raise InvalidError("E_POINT", f"it takes somebody until {needed:%Y-%m-%d %H:%M} UTC at least")
    person = said.person or by.key
    if not is_known(person) or not roles_of(person, row.product_id, at):
        raise InvalidError("E_PERSON", "who is on call has to be somebody of this product")
    return role


def _review(one: Classification, said: Said, by: Actor, at: datetime) -> str:
    row = one.release
    role = _any_role(row, by, at)
    _, track = rules_here(row)
    latest = max(at, row.closes_at or row.opens_at or at) + (track.review_within or REVIEW_WITHIN)
    if said.said_at is None or not at < said.said_at <= latest:
        raise InvalidError("E_POINT", f"it is to be held by {latest:%Y-%m-%d %H:%M} UTC")
    return role


def _with_evidence(one: Classification, said: Said, by: Actor, at: datetime) -> str:
    role = _any_role(one.release, by, at)
    require_cited(one.release, link=said.link, digest=said.digest)
    return role


def _seat(roles: tuple[str, ...], row: Release, by: Actor, at: datetime) -> str:
    found = next((seat for role in roles if (seat := seat_for(by.key, role, row.product_id, at))), "")
    if not found:
        raise _not_held(row, ", ".join(map(role_words, roles)))
    return found


def _any_role(row: Release, by: Actor, at: datetime) -> str:
    """A role that lets its holder do more than look; who only reads confirms nothing."""
    looking = {Power.READ, Power.AUDIT}
    roles = sorted(roles_of(by.key, row.product_id, at))
    found = next((role for role in roles if powers_of_role(role, row.product_id, at) - looking), "")
    if not found:
        raise _not_held(row, "of somebody who works on it")
    return found


def _require_proof(word: str, one: Classification, point: str, said: Said, by: Actor, at: datetime) -> None:
    """Whoever confirms proves who they are, for exactly this point and what is said of it."""
    about = f"classification/{one.key}"
    facts = asdict(said) | {"point": point, "seconds": "" if said.seconds is None else str(said.seconds)}
    digest = terms_digest(word, about, {name: value or "" for name, value in facts.items()})
    require_signing_proof(by, at=at, act=word, about=about, digest=digest)


def _given(one: Classification, point: str, role: str, said: Said, by: Actor, at: datetime) -> Confirmation:
    facts = asdict(said)
    text, person = facts.pop("text"), facts.pop("person")
    return Confirmation.objects.create(
        classification=one,
        point=point,
        by=by.key,
        role=role,
        at=at,
        said_by=person or by.key,
        text=commit_to(text, about=by.key)["commitment"] if text else "",
        basis=basis_of(one.release),
        **facts,
    )


def _classified(row: Release) -> Classification:
    one = classification_of(row)
    if one is None:
        raise _in_the_way(row, "the release is classified as no emergency")
    return one


def _not_held(row: Release, role: str) -> DeniedError:
    hint = "ask who holds it: flightrules people holders"
    return DeniedError("E_ROLE_NOT_HELD", f"you do not hold the role {role} here", hint=hint).about(
        *_about(row)
    )


def _in_the_way(row: Release, why: str) -> ConflictError:
    return ConflictError("E_EMERGENCY_STATE", why).about(*_about(row))


def _about(row: Release) -> tuple[str, str]:
    return product_stream(row.product_id), f"release/{row.key}"


def _record(tag: Tag, given: Confirmation, row: Release, *, by: Actor, at: datetime) -> None:
    data: dict[str, Any] = {
        "confirmation": str(given.key),
        "release": str(row.key),
        "point": given.point,
        "by": given.by,
        "role": given.role,
        "said_by": given.said_by,
        "basis": given.basis,
        "seconds": given.seconds,
        "digest": given.digest or None,
        "link": commit_to(given.link, about=by.key) if given.link else None,
        "text": {"commitment": given.text} if given.text else None,
        "said_at": given.said_at.isoformat() if given.said_at else None,
        "until": given.until.isoformat() if given.until else None,
    }
    append(
        stream=product_stream(row.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"classification/{given.classification_id}",
        data=data,
    )
