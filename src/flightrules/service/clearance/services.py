"""Writes of clearance: what shows that a condition holds, and answers that are put on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flightrules.engine.deploy_conditions import (
    CONFIRMED,
    Confirmation,
    Done,
    Limit,
    parse_condition,
    reading_name,
)
from flightrules.errors import RulebookError
from flightrules.ledger.signed_terms import terms_digest
from flightrules.rules.role_words import role_words
from flightrules.service.clearance.answer import Clearance
from flightrules.service.clearance.confirmers import who_has_a_part
from flightrules.service.clearance.decided import final_decision
from flightrules.service.clearance.models import Answer, ConditionReading
from flightrules.service.clearance.queries import Asked, clearance
from flightrules.service.door.refusals import ConflictError, DeniedError, InvalidError
from flightrules.service.people.access import require, roles_of
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.powers import Power, stands_for
from flightrules.service.people.seats import seats_apart
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import OFFICE, act, append, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked

__all__ = ["REFUSED", "ReadingFacts", "answer", "bring_reading", "confirm"]

REFUSED = "refused"
_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """What was read: of what, the value as text, its unit, when, and the SHA-256 of what shows it."""

    name: str
    value: str
    unit: str
    taken_at: datetime
    evidence: str = ""


@act
def bring_reading(*, release: str, facts: ReadingFacts, by: Actor, at: datetime) -> ConditionReading:
    """Put on record what was measured of a condition; whether it shows that it holds is asked at deployment.

    Readings that contradict each other all stay; the latest taken counts.

    Raises:
        InvalidError: E_READING_NAME, E_READING_FUTURE.
        DeniedError: E_POWER, for a confirmation as well: only a person in the role gives one.
    """
    row = locked(release, by, at)
    require(by, Power.BRING_EVIDENCE, product=row.product_id, at=at)
    _require_measured(facts.name)
    if facts.taken_at - at > _AHEAD:
        raise InvalidError(
            "E_READING_FUTURE",
            "the reading says that it is of the future",
            hint="set the clock of the machine that took it",
        )
    return _kept(row, facts, "", by, at)


@act
def confirm(*, release: str, condition: str, holds: bool, by: Actor, at: datetime) -> ConditionReading:
    """Confirm what a decision asks a role to confirm, or say that it does not hold.

    Raises:
        InvalidError: E_READING_NAME, where the standing decision has no such condition.
        DeniedError: E_ROLE_NOT_HELD, for everybody without the role and for every machine; E_SELF_APPROVAL.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    row = locked(release, by, at)
    require(by, Power.READ, product=row.product_id, at=at)
    asked = _confirmation(condition)
    if by.kind is not Kind.PERSON or not _holds(by, asked.role, row.product_id, at):
        raise DeniedError(
            "E_ROLE_NOT_HELD",
            f"only a person in the role {role_words(asked.role)} confirms this",
            hint=f"ask who holds the role {role_words(asked.role)}",
        ).about(product_stream(row.product_id), f"release/{row.key}")
    _require_no_part(row, asked.role, by, at)
    _require_asked(row, asked)
    word, about = "condition:confirm", f"release/{row.key}"
    said = {"condition": condition, "holds": "yes" if holds else "no"}
    require_signing_proof(by, at=at, act=word, about=about, digest=terms_digest(word, about, said))
    value = CONFIRMED if holds else REFUSED
    return _kept(row, ReadingFacts(reading_name(asked), value, "", at), asked.role, by, at)


@act
def answer(*, asked: Asked, by: Actor, at: datetime) -> Clearance:
    """The answer to whoever deploys, put on record; a refusal like the last one is not recorded twice."""
    found = clearance(asked=asked, by=by, at=at)
    codes = sorted({one.code for one in found.reasons})
    release = found.release
    before = Answer.objects.filter(
        artefact=found.artefact, environment=found.environment, asked_by=by.key, release=release
    ).order_by("-at", "-key")
    last = before.first()
    if not found.is_open and last is not None and not last.is_open and last.reasons == codes:
        return found
    product = release.product_id if release else ""
    row = Answer.objects.create(
        product=product,
        release=release,
        artefact=found.artefact,
        environment=found.environment,
        is_open=found.is_open,
        state=found.state,
        reasons=codes,
        asked_by=by.key,
        at=at,
    )
    append(
        stream=product_stream(product) if product else OFFICE,
        tag=Tag.CLEARANCE_GIVEN if found.is_open else Tag.CLEARANCE_REFUSED,
        by=by,
        at=at,
        subject=f"clearance/{row.key}",
        data=_told(row, found),
    )
    return found


def _told(row: Answer, found: Clearance) -> dict[str, Any]:
    return {
        "artefact": row.artefact,
        "environment": row.environment,
        "state": row.state,
        "reasons": row.reasons,
        "basis": found.basis if found.is_open else "",
        "decision": str(found.decision.key) if found.decision else None,
        "release": str(row.release_id) if row.release_id else None,
        "conditions": [[one.text, one.proof.state.value] for one in found.conditions],
        "asked_by": row.asked_by,
    }


def _kept(release: Release, facts: ReadingFacts, role: str, by: Actor, at: datetime) -> ConditionReading:
    row = ConditionReading.objects.create(
        release=release,
        name=facts.name,
        value=facts.value,
        unit=facts.unit,
        taken_at=facts.taken_at,
        received_at=at,
        brought_by=by.key,
        role=role,
        evidence=facts.evidence,
    )
    append(
        stream=product_stream(release.product_id),
        tag=Tag.CONDITION_PROVED,
        by=by,
        at=at,
        subject=f"condition-reading/{row.key}",
        data={
            "release_id": str(release.key),
            "name": row.name,
            "value": row.value,
            "unit": row.unit,
            "taken_at": row.taken_at.isoformat(),
            "brought_by": row.brought_by,
            "role": row.role,
            "evidence": row.evidence,
        },
    )
    return row


def _require_measured(name: str) -> None:
    """A reading is of a flag, of something measured, or of a backup; nothing else can be brought."""
    for ending in (" <= 0 %", " done within 1h"):
        try:
            if isinstance(parse_condition(name + ending), Limit | Done):
                return
        except RulebookError:
            continue
    raise InvalidError(
        "E_READING_NAME",
        f"{name[:80]!r} is nothing that is read for a condition",
        hint="write `flag NAME`, `reading NAME` or `backup of NAME`; people confirm elsewhere",
    )


def _confirmation(text: str) -> Confirmation:
    try:
        condition = parse_condition(text)
    except RulebookError as error:
        raise InvalidError("E_READING_NAME", error.message, hint=error.hint) from None
    if not isinstance(condition, Confirmation):
        raise InvalidError(
            "E_READING_NAME", "a machine shows whether this holds", hint="confirm `confirmed by ROLE: WHAT`"
        )
    return condition


def _require_asked(release: Release, wanted: Confirmation) -> None:
    """Only what a decision that stands asks for is confirmed, so that no free text enters the ledger."""
    decision = final_decision(release)
    standing = decision is not None and decision.voided_at is None
    for text in decision.conditions if decision is not None and standing else ():
        try:
            known = parse_condition(text)
        except RulebookError:
            continue
        if isinstance(known, Confirmation) and reading_name(known) == reading_name(wanted):
            return
    raise ConflictError(
        "E_CONDITION_NOT_ASKED",
        "no decision that stands asks for this confirmation",
        hint="confirm it in the words of the decision, after it was taken",
    ).about(product_stream(release.product_id), f"release/{release.key}")


def _require_no_part(release: Release, role: str, by: Actor, at: datetime) -> None:
    """Nobody confirms what their own release waits for, nor sends somebody whom they lent the role."""
    parts = who_has_a_part(release)
    seats = seats_apart(by.key, release.product_id, at, apart=parts)
    if by.key in parts or not any(stands_for(role, one.role) for one in seats):
        raise DeniedError(
            "E_SELF_APPROVAL",
            "who opened the release or wrote the change confirms nothing of it",
            hint="ask another holder of the role",
        ).about(product_stream(release.product_id), f"release/{release.key}")


def _holds(by: Actor, role: str, product: str, at: datetime) -> bool:
    return any(stands_for(role, one) for one in roles_of(by.key, product, at))
