"""Waivers: a failed criterion set aside for one release, for a while, with something in its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flightrules.rules.criterion import Enforcement, Rule
from flightrules.rules.exceptions import names_nothing
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.queries import require_edition_in_force, rulebook_of
from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.powers import Power, role_key
from flightrules.service.readiness.apart import require_own_voice, require_role_apart
from flightrules.service.readiness.models import Approval, Waiver
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = ["WaiverTerms", "approve_waiver", "end_waiver", "grant_waiver"]


@dataclass(frozen=True, slots=True)
class WaiverTerms:
    """What is set aside, why, and what stands in its place until when."""

    criterion: str
    reason: str
    compensating_control: str
    expires_at: datetime


@act
def grant_waiver(*, release: str, terms: WaiverTerms, role: str, by: Actor, at: datetime) -> Waiver:
    """Set a criterion aside for one release; where several roles must agree, the others still have to.

    Raises:
        InvalidError: E_CRITERION, E_NOT_WAIVABLE, E_WAIVER_EXPIRED, E_WAIVER_EMPTY, E_ROLE_NOT_ASKED.
        DeniedError: E_ROLE_NOT_HELD, E_SELF_APPROVAL. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    row = locked(release, by, at)
    require(by, Power.WAIVE, product=row.product_id, at=at)
    require_open(row)
    book = rulebook_of(require_edition_in_force(row.product_id))
    rule = _waivable(book, terms.criterion)
    _require_terms(terms, at)
    wanted = role_key(role)
    _require_role(wanted, rule, book, row, by, at)
    _require_proof("waiver:grant", f"release/{row.key}", terms, wanted, by, at)
    waiver = Waiver.objects.create(
        release=row,
        criterion=terms.criterion,
        reason=terms.reason,
        compensating_control=terms.compensating_control,
        expires_at=terms.expires_at,
        opened_at=at,
    )
    Approval.objects.create(waiver=waiver, role=wanted, person=by.key, at=at)
    _record(Tag.WAIVER_GRANTED, waiver, row, _told(waiver, wanted, by), by=by, at=at)
    return waiver


@act
def approve_waiver(*, key: str, role: str, by: Actor, at: datetime) -> Waiver:
    """A further person's yes to a waiver, in a role that the criterion asks for.

    Raises:
        ConflictError: E_WAIVER_ENDED, E_SIGNED_ALREADY, E_DISTINCT_PERSONS.
        DeniedError: E_ROLE_NOT_HELD, E_SELF_APPROVAL. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    waiver, row = _locked_waiver(key, by, at)
    require(by, Power.WAIVE, product=row.product_id, at=at)
    require_open(row)
    if waiver.ended_at is not None or waiver.expires_at <= at:
        raise ConflictError("E_WAIVER_ENDED", "the waiver has ended").about(
            product_stream(row.product_id), f"waiver/{waiver.key}"
        )
    book = rulebook_of(require_edition_in_force(row.product_id))
    wanted = role_key(role)
    _require_role(wanted, _waivable(book, waiver.criterion), book, row, by, at)
    given = waiver.approvals.all()
    require_own_voice(given, wanted, row.product_id, f"waiver/{waiver.key}", by=by, at=at)
    _require_proof("waiver:approve", f"waiver/{waiver.key}", waiver, wanted, by, at)
    Approval.objects.create(waiver=waiver, role=wanted, person=by.key, at=at)
    _record(Tag.WAIVER_GRANTED, waiver, row, _told(waiver, wanted, by), by=by, at=at)
    return waiver


@act
def end_waiver(*, key: str, reason: str, by: Actor, at: datetime) -> Waiver:
    """Take a waiver back before it expires; what it set aside counts again.

    Raises:
        ConflictError: E_WAIVER_ENDED. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    waiver, row = _locked_waiver(key, by, at)
    require(by, Power.WAIVE, product=row.product_id, at=at)
    if waiver.ended_at is not None:
        raise ConflictError("E_WAIVER_ENDED", "the waiver has ended").about(
            product_stream(row.product_id), f"waiver/{waiver.key}"
        )
    about = f"waiver/{waiver.key}"
    require_signed_terms(by, at=at, act="waiver:end", about=about, terms={"reason": reason})
    waiver.ended_at = at
    waiver.save(update_fields=["ended_at"])
    data = {"criterion": waiver.criterion, "reason": commit_to(reason, about=by.key)}
    _record(Tag.WAIVER_ENDED, waiver, row, data, by=by, at=at)
    return waiver


def _require_proof(
    act_: str, about: str, terms: WaiverTerms | Waiver, role: str, by: Actor, at: datetime
) -> None:
    """Whoever sets a criterion aside proves who they are, for exactly these terms."""
    names = ("criterion", "reason", "compensating_control", "expires_at")
    said = {name: getattr(terms, name) for name in names} | {"role": role}
    require_signed_terms(by, at=at, act=act_, about=about, terms=said)


def _waivable(book: Rulebook, criterion: str) -> Rule:
    rule = book.rule(criterion)
    if rule is None:
        raise InvalidError("E_CRITERION", f"the rulebook in force has no criterion {criterion[:60]!r}")
    if rule.enforcement is Enforcement.BLOCKING:
        raise InvalidError(
            "E_NOT_WAIVABLE",
            f"{criterion} is blocking, which was agreed to mean that nobody waives it",
            hint="meet it, or agree on another edition of the rulebook",
        )
    return rule


def _require_terms(terms: WaiverTerms, at: datetime) -> None:
    if terms.expires_at <= at:
        raise InvalidError("E_WAIVER_EXPIRED", "the waiver would have expired already")
    empty = [name for name in ("reason", "compensating_control") if names_nothing(getattr(terms, name))]
    if empty:
        raise InvalidError("E_WAIVER_EMPTY", f"the waiver says nothing on {', '.join(empty)}")


def _require_role(role: str, rule: Rule, book: Rulebook, release: Release, by: Actor, at: datetime) -> None:
    asked = rule.waivable_by or tuple(one.id for one in book.authority.roles if one.may_waive) or ("qa_lead",)
    if role not in {role_key(one) for one in asked}:
        raise InvalidError(
            "E_ROLE_NOT_ASKED",
            f"{role_words(role)} is not asked to waive {rule.id}",
            hint=f"asked are {', '.join(map(role_key, asked))}",
        )
    require_role_apart(role, release, f"release/{release.key}", by=by, at=at)


def _locked_waiver(key: str, by: Actor, at: datetime) -> tuple[Waiver, Release]:
    release = Waiver.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if release is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(release), by, at)
    return Waiver.objects.select_for_update().get(pk=key), row


def _told(waiver: Waiver, role: str, by: Actor) -> dict[str, Any]:
    return {
        "release": str(waiver.release_id),
        "criterion": waiver.criterion,
        "role": role,
        "expires_at": waiver.expires_at.isoformat(),
        "terms": commit_to(f"{waiver.reason}\n{waiver.compensating_control}", about=by.key),
    }


def _record(
    tag: Tag, waiver: Waiver, release: Release, data: dict[str, Any], *, by: Actor, at: datetime
) -> None:
    append(
        stream=product_stream(release.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"waiver/{waiver.key}",
        data=data,
    )
