"""An override of a no-go: asked for by name, read, signed for quality and by the authority, kept for ever.

Nobody turns a no-go round alone. The quality side signs with agreement or acknowledged dissent; the authority
confirms that the risk statement was received, then signs; they are two people. A side that stalls is
escalated to its deputies, and never signed for by the other one.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flightrules.engine.override import MEANINGS, OverrideCase, assess_override
from flightrules.ledger.canonical import canonical_bytes
from flightrules.reports.risk_statement import drafted
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.service.decisions.against import Against, against
from flightrules.service.decisions.asking import matching
from flightrules.service.decisions.counting import moment_of_counting, vote_of
from flightrules.service.decisions.dossiers import Dossier, dossier_of, keep
from flightrules.service.decisions.involved import require_own_seat, require_separate
from flightrules.service.decisions.meaning import checked_reason
from flightrules.service.decisions.models import Decision, Override, SignOff
from flightrules.service.decisions.override_decision import answered, conclude
from flightrules.service.decisions.override_sides import Sides, answer_within, override_meaning, sides_of
from flightrules.service.decisions.seats import escalation, on_record, require_seat
from flightrules.service.decisions.signing import Word, require_current, sign, terms_of
from flightrules.service.decisions.situation import require_judged
from flightrules.service.decisions.telling import contacts
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError, InvalidError
from flightrules.service.emergencies.queries import forbids_override
from flightrules.service.obligations.services import start
from flightrules.service.people.access import require
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.powers import Power, role_key
from flightrules.service.people.seats import Seat
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag
from flightrules.service.releases.queries import Release
from flightrules.service.releases.services import locked
from flightrules.service.releases.states import require_open

__all__ = [
    "ask_override",
    "case_of",
    "close",
    "confirm_receipt",
    "end_override",
    "sign_override",
    "standing_no_go",
]

_LIMIT = 4 << 20


def standing_no_go(release: Release) -> Decision | None:
    """The no-go that was decided last, unless something was decided after it."""
    last = Decision.objects.filter(release=release, voided_at__isnull=True).order_by("-at", "-key").first()
    return last if last is not None and last.outcome == Decision.Outcome.NO_GO else None


@act
def ask_override(*, release: str, accepts: Iterable[str], reason: str, by: Actor, at: datetime) -> Override:
    """Ask for the override of the no-go that stands; drafts the risk statement and starts the clock.

    Args:
        release: key of the release.
        accepts: every criterion, defect and blocker that stands against going, by name; no more, no fewer.
        reason: why.
        by: somebody with the power to override.
        at: when.

    Raises:
        ConflictError: E_NOTHING_TO_OVERRIDE, E_OVERRIDE_OPEN, E_RUN_STALE. DeniedError: E_OVERRIDE_FORBIDDEN.
        InvalidError: E_OVERRIDE_NAMES, E_REASON.
    """
    row = locked(release, by, at)
    require(by, Power.OVERRIDE, product=row.product_id, at=at)
    require_open(row)
    no_go = standing_no_go(row)
    if no_go is None:
        raise on_record(_nothing_to_override(), row)
    if Override.objects.filter(release=row, closed_at__isnull=True).exists():
        open_one = ConflictError("E_OVERRIDE_OPEN", "an override of this no-go is asked for already")
        raise on_record(open_one, row)
    dossier = dossier_of(row, at)
    _require_tested(row, dossier)
    keep(dossier)
    _require_allowed(row, dossier)
    require_judged(dossier, at)
    found = against(dossier)
    _require_named(found, frozenset(accepts))
    said = checked_reason(reason, SignOff.Choice.NO_GO)
    statement = _drafted(dossier, found, no_go, at)
    override = Override.objects.create(
        release=row,
        of=no_go,
        dossier=dossier.digest,
        criteria=list(found.criteria),
        defects=[str(one["number"]) for one in found.defects],
        blockers=[str(one["key"]) for one in found.blockers],
        statement=statement,
        asked_by=by.key,
        asked_at=at,
        answer_due_at=at + answer_within(dossier.book),
    )
    _record(Tag.OVERRIDE_ASKED, override, _asked(override, said, by), by=by, at=at)
    start(event="override", release=row, by=by, at=at, about=f"override/{override.key}")
    return override


@act
def confirm_receipt(*, key: str, role: str, statement: str, by: Actor, at: datetime) -> Override:
    """Confirm, as the overriding authority, that the risk statement was received and read.

    Args:
        key: which override.
        role: the authority's role.
        statement: SHA-256 of what was read.
        by: who overrides.
        at: when.

    Raises:
        ConflictError: E_STATEMENT_OTHER, E_OVERRIDE_ENDED. DeniedError: E_CONSULTED_ONLY, E_ROLE_NOT_HELD.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    override, row = _held(key, by, at)
    dossier = _require_live(override, row, at)
    _require_side(role, "authority", sides_of(dossier), dossier.book, row)
    _require_seat(role, dossier.book, row, by, at)
    if statement != override.statement:
        raise on_record(
            ConflictError(
                "E_STATEMENT_OTHER", "this is not the risk statement of this override", hint="read it"
            ),
            row,
        )
    terms = {"statement": statement, "role": role_key(role)}
    require_signed_terms(by, at=at, act="override:receipt", about=f"override/{override.key}", terms=terms)
    override.receipt_by, override.receipt_at = by.key, at
    override.save(update_fields=["receipt_by", "receipt_at"])
    data = {"statement": {"sha256": statement}, "role": role_key(role)}
    _record(Tag.OVERRIDE_RECEIPT_CONFIRMED, override, data, by=by, at=at)
    return override


@act
def sign_override(
    *, key: str, role: str, choice: str, dossier: str, reason: str, by: Actor, at: datetime
) -> tuple[Override, SignOff]:
    """Sign one side; the second signature decides GO BY OVERRIDE in the same act.

    Args:
        key: which override.
        role: in which role; it says for which side.
        choice: ``agree``, or for quality ``dissent-acknowledged``.
        dossier: SHA-256 of what was read.
        reason: what the signer has to say; asked of a dissent.
        by: who.
        at: when.

    Raises:
        ConflictError: E_DOSSIER_STALE, E_RUN_STALE, E_OVERRIDE_ENDED, E_DISTINCT_PERSONS, E_DUPLICATE_SEAT.
        DeniedError: E_CONSULTED_ONLY, E_RECEIPT_REQUIRED, E_SELF_APPROVAL and its kin.
        InvalidError: E_MEANING. UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    override, row = _held(key, by, at)
    now = _require_live(override, row, at)
    require_current(dossier, now, row)
    require_judged(now, at)
    sides = sides_of(now)
    side = sides.side_of(role)
    _require_side(role, side, sides, now.book, row)
    _require_meaning(choice, side)
    seat = _require_seat(role, now.book, row, by, at)
    require_separate(seat, now.inputs, by=by, at=at)
    spoken = matching(role, (*sides.quality, *sides.authorities))
    given = list(SignOff.objects.filter(override=override, voided_at__isnull=True))
    require_own_seat(seat, spoken, given, row, by=by)
    if any(one.role == spoken for one in given):
        raise on_record(ConflictError("E_DUPLICATE_SEAT", f"{role_words(spoken)} has signed already"), row)
    if side == "authority" and override.receipt_by != by.key:
        raise on_record(_receipt_first(), row)
    word = Word(
        SignOff.Act.OVERRIDE,
        f"override/{override.key}",
        choice,
        override_meaning(side, choice, override),
        terms_of(reason=reason, role=role),
        checked_reason(reason, SignOff.Choice.NO_GO if choice != SignOff.Choice.AGREE else SignOff.Choice.GO),
        override=override,
    )
    signed = sign(row, seat, spoken, now, word, by=by, at=at)
    if side == "quality":
        answered(override, row, sides, word.meaning, by=by, at=at)
    _conclude_if_whole(override, row, now, signed, by=by, at=at)
    return override, signed


@act
def end_override(*, key: str, reason: str, by: Actor, at: datetime) -> Override:
    """Give the asking up; the no-go stays.

    Raises:
        ConflictError: E_OVERRIDE_ENDED.
    """
    override, row = _held(key, by, at)
    require(by, Power.OVERRIDE, product=row.product_id, at=at)
    _require_open(override, row)
    said = checked_reason(reason, SignOff.Choice.NO_GO)
    close(override, "it was given up", by=by, at=at, data={"reason": commit_to(said, about=by.key)})
    return override


def close(
    override: Override, because: str, *, by: Actor, at: datetime, data: dict[str, Any] | None = None
) -> None:
    """End the asking; part of the caller's act."""
    override.closed_at, override.closed_because = at, because
    override.save(update_fields=["closed_at", "closed_because"])
    _record(Tag.OVERRIDE_ENDED, override, {"because": because, **(data or {})}, by=by, at=at)


def case_of(override: Override, row: Release, now: Dossier, at: datetime) -> OverrideCase:
    """The override as the engine looks at it, with everybody's eligibility as it is now."""
    sides = sides_of(now)
    given = SignOff.objects.filter(override=override, voided_at__isnull=True).order_by("at")
    votes = tuple(vote_of(one, row, at) for one in given)
    return OverrideCase(
        failing=against(now).names,
        named=frozenset((*override.criteria, *override.defects, *override.blockers)),
        quality=sides.quality,
        authorities=sides.authorities,
        signatures=votes,
        statement=override.statement,
        receipt_by=override.receipt_by,
        forbidden=forbids_override(row, now.content),
    )


def _conclude_if_whole(
    override: Override, row: Release, now: Dossier, last: SignOff, *, by: Actor, at: datetime
) -> None:
    """Decide if ``last`` was the signature that lacked; it was given last, whichever was asked for first."""
    others = SignOff.objects.filter(override=override, voided_at__isnull=True).exclude(pk=last.pk)
    given = [*others.order_by("at", "key"), last]
    moment = moment_of_counting(given, at)
    if assess_override(case_of(override, row, now, moment), dossier=now.digest, at=moment):
        return
    conclude(override, row, now, given, by=by, at=moment)
    close(override, "both sides have signed", by=by, at=moment)


def _drafted(dossier: Dossier, found: Against, no_go: Decision, at: datetime) -> str:
    content = drafted(
        dossier.content,
        digest=dossier.digest,
        criteria=found.criteria,
        defects=found.defects,
        blockers=found.blockers,
        recommended=no_go.outcome,
        at=at,
    )
    digest, _ = blobs.store(io.BytesIO(canonical_bytes(content)), _LIMIT)
    return digest


def _require_allowed(row: Release, dossier: Dossier) -> None:
    forbidden = forbids_override(row, dossier.content)
    if forbidden:
        raise on_record(
            DeniedError("E_OVERRIDE_FORBIDDEN", forbidden, hint="mend it; no signature can take its place"),
            row,
        )


def _require_tested(row: Release, dossier: Dossier) -> None:
    """An override answers the exit criteria; that testing began at all is the entry gate's affair."""
    if row.state == Release.State.DRAFT and any(gate.kind == "entry" for gate in dossier.book.gates):
        raise on_record(
            ConflictError(
                "E_RELEASE_STATE",
                f"testing of {row.version} has not begun",
                hint="meet the entry criteria, or override them on record",
            ),
            row,
        )


def _require_named(found: Against, named: frozenset[str]) -> None:
    if not found.names:
        raise InvalidError("E_OVERRIDE_NAMES", "nothing stands against going; run the gate and decide again")
    differing = sorted(found.names ^ named)
    if differing:
        raise InvalidError(
            "E_OVERRIDE_NAMES",
            f"what is accepted and what stands against going differ in {', '.join(differing[:20])}",
            hint="name every criterion, defect and blocker that the override draft lists, and nothing else "
            "(flightrules override show)",
        )


def _require_open(override: Override, row: Release) -> None:
    if override.closed_at is not None:
        raise on_record(
            ConflictError("E_OVERRIDE_ENDED", f"this override has ended: {override.closed_because}"), row
        )


def _require_live(override: Override, row: Release, at: datetime) -> Dossier:
    """The dossier of now, if the override still is about it.

    Raises:
        ConflictError: E_OVERRIDE_ENDED, E_DOSSIER_STALE.
    """
    _require_open(override, row)
    now = dossier_of(row, at)
    require_current(override.dossier, now, row)
    return now


def _require_side(role: str, wanted: str, sides: Sides, book: Rulebook, row: Release) -> None:
    if not wanted or sides.side_of(role) != wanted:
        signers = ", ".join(map(role_words, (*sides.quality, *sides.authorities)))
        why = f"{role_words(role)} does not sign here; {signers} do"
        raise on_record(DeniedError("E_CONSULTED_ONLY", why, hint=_path(book)), row)


def _require_seat(role: str, book: Rulebook, row: Release, by: Actor, at: datetime) -> Seat:
    return require_seat(role, row, _path(book), by=by, at=at, power=Power.OVERRIDE)


def _path(book: Rulebook) -> str:
    return escalation(contacts(book))


def _require_meaning(choice: str, side: str) -> None:
    allowed = MEANINGS if side == "quality" else frozenset({str(SignOff.Choice.AGREE)})
    if choice not in allowed:
        raise InvalidError(
            "E_MEANING", f"{choice[:40]} is no meaning here", hint=f"say {' or '.join(sorted(allowed))}"
        )


def _asked(override: Override, reason: str, by: Actor) -> dict[str, Any]:
    return {
        "release": str(override.release_id),
        "decision": str(override.of_id),
        "dossier": {"sha256": override.dossier},
        "criteria": override.criteria,
        "defects": override.defects,
        "blockers": override.blockers,
        "statement": {"sha256": override.statement},
        "answer_due_at": override.answer_due_at.isoformat(),
        "reason": commit_to(reason, about=by.key),
    }


def _held(key: str, by: Actor, at: datetime) -> tuple[Override, Release]:
    release = Override.objects.filter(pk=key).values_list("release_id", flat=True).first()
    if release is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    row = locked(str(release), by, at)
    return Override.objects.select_for_update().get(pk=key), row


def _nothing_to_override() -> ConflictError:
    return ConflictError(
        "E_NOTHING_TO_OVERRIDE",
        "no no-go stands here that could be overridden",
        hint="the decision is taken first; an override answers it",
    )


def _receipt_first() -> DeniedError:
    return DeniedError(
        "E_RECEIPT_REQUIRED",
        "who overrides confirms first that the risk statement was received",
        hint="read the statement and send its SHA-256 to the override's receipt",
    )


def _record(tag: Tag, override: Override, data: dict[str, Any], *, by: Actor, at: datetime) -> None:
    append(
        stream=product_stream(override.release.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"override/{override.key}",
        data=data,
    )
