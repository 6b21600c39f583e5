"""The defect register: what is known to be wrong, and what is shipped all the same, by whose word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.severity import SeverityPolicy
from flightrules.service.catalogue.queries import (
    edition_in_force,
    get_product,
    require_edition_in_force,
    rulebook_of,
)
from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.people.access import require
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.powers import Power, role_key
from flightrules.service.readiness.apart import require_own_voice, require_role_apart
from flightrules.service.readiness.models import Acceptance, Approval, Defect
from flightrules.service.readiness.telling import tell_voided
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

_ACCEPTING = ("product_manager", "qa_lead")
"""Where the severity policy names nobody; as the engine has it."""

__all__ = ["DefectFacts", "Terms", "accept_defect", "change_defect", "end_acceptance", "record_defect"]


@dataclass(frozen=True, slots=True)
class DefectFacts:
    """What is said of a defect."""

    number: str
    title: str
    severity: str
    state: str = Defect.State.OPEN
    standing: str = Defect.Standing.BEING_FIXED
    url: str = ""
    owner: str = ""
    affected_users: str = ""
    workaround: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an acceptance says beside defect, title, severity and who accepted."""

    affected_users: str
    business_impact: str
    mitigation: str
    monitoring: str
    resolution_target: date
    expires_at: datetime


@act
def record_defect(*, product: str, facts: DefectFacts, by: Actor, at: datetime) -> Defect:
    """Put a defect into the register of a product.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_DEFECT_EXISTS. InvalidError: E_SEVERITY.
    """
    require(by, Power.MANAGE_READINESS, product=product, at=at)
    get_product(key=product, by=by, at=at)
    _require_severity(product, facts.severity)
    try:
        with transaction.atomic():
            defect = Defect.objects.create(product_id=product, recorded_at=at, changed_at=at, **asdict(facts))
    except IntegrityError:
        raise ConflictError("E_DEFECT_EXISTS", f"{facts.number} is in the register already").about(
            product_stream(product), f"product/{product}"
        ) from None
    _record(Tag.DEFECT_RECORDED, defect, _for_ledger(defect, asdict(facts), by), by=by, at=at)
    return defect


@act
def change_defect(*, key: str, changes: Mapping[str, Any], by: Actor, at: datetime) -> Defect:
    """Change what is said of a defect. A worse severity voids every acceptance of the milder one.

    Raises:
        InvalidError: E_SEVERITY.
    """
    defect = _locked_defect(key)
    require(by, Power.MANAGE_READINESS, product=defect.product_id, at=at)
    if "severity" in changes:
        _require_severity(defect.product_id, changes["severity"])
    before = defect.severity
    changed = {name: value for name, value in changes.items() if getattr(defect, name) != value}
    for name, value in changed.items():
        setattr(defect, name, value)
    defect.changed_at, defect.revision = at, defect.revision + 1
    defect.save()
    data = {"changed": sorted(changed), **_for_ledger(defect, changed, by)}
    _record(Tag.DEFECT_CHANGED, defect, data, by=by, at=at)
    if "severity" in changed:
        _void_milder(defect, before, by, at)
    return defect


@act
def accept_defect(
    *, key: str, release: str, role: str, terms: Terms | None, by: Actor, at: datetime
) -> Acceptance:
    """Accept a defect for one release, in one role; it stands when every role that must has accepted.

    Args:
        key: the defect.
        release: the release that it ships with.
        role: one of those that the severity policy asks for, held by the actor.
        terms: the record; None to say yes to terms that stand already, or to those of the release before.
        by: who.
        at: when.

    Raises:
        DeniedError: E_ROLE_NOT_HELD, E_SELF_APPROVAL.
        ConflictError: E_SIGNED_ALREADY, E_DISTINCT_PERSONS, E_NOT_ACCEPTABLE, E_DEFECT_DONE.
        InvalidError: E_ROLE_NOT_ASKED, E_TERMS. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    row = locked(release, by, at)
    require(by, Power.ACCEPT, product=row.product_id, at=at)
    require_open(row)
    defect = _locked_defect(key)
    if defect.product_id != row.product_id:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    roles = _accepting(defect, row, rulebook_of(require_edition_in_force(row.product_id)))
    wanted = role_key(role)
    acceptance = _open_acceptance(defect, row, roles, terms, at)
    _require_may_accept(acceptance, wanted, row, by, at)
    _require_proof(acceptance, wanted, by, at)
    Approval.objects.create(acceptance=acceptance, role=wanted, person=by.key, at=at)
    given = set(acceptance.approvals.values_list("role", flat=True))
    if given >= set(acceptance.roles):
        acceptance.complete_at = at
        acceptance.save(update_fields=["complete_at"])
    _record(Tag.DEFECT_ACCEPTED, defect, _accepted(acceptance, wanted, row, by), by=by, at=at)
    return acceptance


@act
def end_acceptance(*, key: str, reason: str, by: Actor, at: datetime) -> Acceptance:
    """Take an acceptance back before it expires; the defect counts again, and whoever accepted it is told.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ACCEPTANCE_ENDED. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    release = Acceptance.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if release is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(release), by, at)
    require(by, Power.ACCEPT, product=row.product_id, at=at)
    found = Acceptance.objects.select_related("release__product", "defect").get(pk=key)
    if found.voided_at is not None or found.expires_at <= at:
        raise ConflictError("E_ACCEPTANCE_ENDED", "the acceptance has ended").about(
            product_stream(row.product_id), f"defect/{found.defect_id}"
        )
    about = f"acceptance/{found.key}"
    require_signed_terms(by, at=at, act="acceptance:end", about=about, terms={"reason": reason})
    _void(found, "it was taken back", by, at, {"reason": commit_to(reason, about=by.key)})
    return found


def _require_proof(acceptance: Acceptance, role: str, by: Actor, at: datetime) -> None:
    """Whoever ships a known defect proves who they are, for exactly these terms."""
    word, about = "defect:accept", f"defect/{acceptance.defect.key}"
    terms = {name: getattr(acceptance, name) for name in Terms.__dataclass_fields__}
    said = terms | {"role": role, "release": str(acceptance.release_id)}
    require_signed_terms(by, at=at, act=word, about=about, terms=said)


def _open_acceptance(
    defect: Defect, release: Release, roles: tuple[str, ...], terms: Terms | None, at: datetime
) -> Acceptance:
    """The acceptance that waits for this yes; a new one where none does, or where its terms are new."""
    here = Acceptance.objects.filter(defect=defect, release=release, voided_at__isnull=True).first()
    if here is not None and here.expires_at <= at:
        here.voided_at, here.voided_because = at, "it expired"
        here.save(update_fields=["voided_at", "voided_because"])
        here = None
    if here is not None:
        if terms is not None and asdict(terms) != {name: getattr(here, name) for name in asdict(terms)}:
            raise ConflictError(
                "E_TERMS",
                "an acceptance with other terms stands",
                hint="say yes to it, or have it ended first",
            ).about(product_stream(defect.product_id), f"defect/{defect.key}")
        return here
    stated = asdict(terms) if terms is not None else _former_terms(defect, release)
    if stated["expires_at"] <= at or stated["resolution_target"] < at.date():
        raise InvalidError(
            "E_TERMS", "the acceptance would have expired already", hint="state a time that is to come"
        )
    return Acceptance.objects.create(
        defect=defect,
        release=release,
        severity=defect.severity,
        roles=list(roles),
        time=_times(defect, release) + 1,
        opened_at=at,
        **stated,
    )


def _former_terms(defect: Defect, release: Release) -> dict[str, Any]:
    """What was accepted for another release before; every person has to say yes to it anew."""
    former = (
        Acceptance.objects.filter(defect=defect, complete_at__isnull=False)
        .exclude(release=release)
        .order_by("-opened_at")
        .first()
    )
    if former is None:
        raise InvalidError("E_TERMS", "nothing was accepted before, so the terms have to be stated")
    return {name: getattr(former, name) for name in Terms.__dataclass_fields__}


def _times(defect: Defect, release: Release) -> int:
    """For how many other releases it was accepted before."""
    former = Acceptance.objects.filter(defect=defect, complete_at__isnull=False).exclude(release=release)
    return len(set(former.values_list("release_id", flat=True)))


def _accepting(defect: Defect, release: Release, book: Rulebook) -> tuple[str, ...]:
    if defect.state == Defect.State.DONE:
        raise ConflictError("E_DEFECT_DONE", f"{defect.number} is done; nothing is left to accept").about(
            product_stream(release.product_id), f"defect/{defect.key}"
        )
    level = book.severity.level(defect.severity) or book.severity.levels[0]
    if level.decision == "override-only":
        raise ConflictError(
            "E_NOT_ACCEPTABLE",
            f"{defect.number} is {level.name}, which no acceptance helps",
            hint="mend it; only an override with two signatures lifts it",
        ).about(product_stream(release.product_id), f"defect/{defect.key}")
    return tuple(role_key(role) for role in level.waivable_by or _ACCEPTING)


def _require_may_accept(acceptance: Acceptance, role: str, release: Release, by: Actor, at: datetime) -> None:
    subject = f"defect/{acceptance.defect.key}"
    if role not in acceptance.roles:
        raise InvalidError(
            "E_ROLE_NOT_ASKED",
            f"{role_words(role)} is not asked to accept a defect of this severity",
            hint=f"asked are {', '.join(map(role_words, acceptance.roles))}",
        )
    require_role_apart(role, release, subject, by=by, at=at)
    require_own_voice(acceptance.approvals.all(), role, release.product_id, subject, by=by, at=at)


def _void_milder(defect: Defect, before: str, by: Actor, at: datetime) -> None:
    """Who accepted a milder defect did not accept this one."""
    policy = _policy(defect.product_id)
    if policy is not None and _rank(policy, defect.severity) >= _rank(policy, before):
        return
    standing = Acceptance.objects.filter(defect=defect, voided_at__isnull=True)
    for one in standing.select_related("release__product", "defect").prefetch_related("approvals"):
        _void(one, f"the severity was raised from {one.severity} to {defect.severity}", by, at, {})


def _void(one: Acceptance, because: str, by: Actor, at: datetime, more: Mapping[str, Any]) -> None:
    one.voided_at, one.voided_because = at, because
    one.save(update_fields=["voided_at", "voided_because"])
    data = {"acceptance": str(one.key), "because": because, "release": str(one.release_id), **more}
    _record(Tag.ACCEPTANCE_VOIDED, one.defect, data, by=by, at=at)
    tell_voided(one, at)


def _rank(policy: SeverityPolicy, word: str) -> int:
    """Place among the levels, the worst first; an unknown word counts as the worst."""
    level = policy.level(word)
    return policy.levels.index(level) if level is not None else 0


def _policy(product: str) -> SeverityPolicy | None:
    edition = edition_in_force(product)
    return rulebook_of(edition).severity if edition else None


def _require_severity(product: str, word: str) -> None:
    policy = _policy(product)
    if policy is not None and policy.level(word) is None:
        level = policy.meant(word)
        meant = f"did you mean {level}? " if level else ""
        raise InvalidError(
            "E_SEVERITY",
            f"the severity {word[:40]!r} is not in the policy",
            hint=f"{meant}write one of {', '.join(one.name for one in policy.levels)}",
        )


def _locked_defect(key: str) -> Defect:
    found = Defect.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return found


def _accepted(one: Acceptance, role: str, release: Release, by: Actor) -> dict[str, Any]:
    terms = {name: str(getattr(one, name)) for name in Terms.__dataclass_fields__}
    return {
        "acceptance": str(one.key),
        "release": str(release.key),
        "role": role,
        "severity": one.severity,
        "time": one.time,
        "complete": one.complete_at is not None,
        "resolution_target": terms["resolution_target"],
        "expires_at": one.expires_at.isoformat(),
        "terms": commit_to("\n".join(terms.values()), about=by.key),
    }


def _for_ledger(defect: Defect, facts: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """Number, severity and state in words; what may name people as commitments."""
    plain = {name: facts[name] for name in ("severity", "state", "standing") if name in facts}
    texts = "\n".join(f"{name}: {facts[name]}" for name in sorted(facts) if name not in plain)
    return {"number": defect.number, **plain, "texts": commit_to(texts, about=by.key)}


def _record(tag: Tag, defect: Defect, data: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    append(
        stream=product_stream(defect.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"defect/{defect.key}",
        data=data,
    )
