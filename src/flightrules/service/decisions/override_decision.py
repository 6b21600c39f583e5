"""What the second signature of an override does: the release is GO BY OVERRIDE, and says so for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flightrules.service.blockers.services import overrule
from flightrules.service.decisions.asking import max_age
from flightrules.service.decisions.dossiers import Dossier
from flightrules.service.decisions.models import Decision, Moment, Override, Poll, SignOff
from flightrules.service.decisions.override_sides import Sides, answers
from flightrules.service.decisions.record import keep_record, record_of, sign_off_block
from flightrules.service.decisions.recording import move_release, put_on_record, supersede
from flightrules.service.decisions.situation import found_for
from flightrules.service.decisions.telling import tell_decided
from flightrules.service.emergencies.services import after_decision
from flightrules.service.obligations.services import settle, start
from flightrules.service.records.actor import Actor
from flightrules.service.releases.queries import Release

__all__ = ["answered", "conclude"]


def answered(override: Override, row: Release, sides: Sides, text: str, *, by: Actor, at: datetime) -> None:
    """Pay what quality owes since the override was asked for; part of the act that brought its signature."""
    about = f"override/{override.key}"
    settle(release=row, event="override", owners=answers(sides), text=text, by=by, at=at, about=about)


def conclude(
    override: Override, row: Release, now: Dossier, given: Sequence[SignOff], *, by: Actor, at: datetime
) -> Decision:
    """Decide GO BY OVERRIDE; part of the act that brought the last signature.

    Args:
        override: whole by ``engine.override``.
        row: its release, locked.
        now: the dossier that both sides have signed.
        given: the signatures of both sides, oldest first.
        by: who signed last.
        at: when.
    """
    poll = override.of.poll or Poll(release=row, moment=override.of.moment)
    found = found_for(poll, row, now, at)
    last = given[-1]
    decision = Decision(
        release=row,
        moment=override.of.moment,
        outcome=Decision.Outcome.GO_BY_OVERRIDE,
        override=override,
        dossier=now.digest,
        environment=row.target,
        artefacts={one["name"]: one["sha256"] for one in now.content["artefacts"]},
        by=by.key,
        role=last.role,
        at=at,
        valid_until=_valid_until(override, row, now, at),
    )
    supersede(decision, row, by=by, at=at)
    overrule(row, override.blockers, override=override.key, by=by, at=at)
    record = record_of(decision, last, now, found, row, ())
    record |= {"remediation": [], "override_record": _block(override, given)}
    decision.record = keep_record(record)
    decision.save(force_insert=True)
    Poll.objects.filter(release=row, closed_at__isnull=True).update(
        closed_at=at, closed_because="the no-go was overridden"
    )
    move_release(row, decision, now, by=by, at=at)
    start(event="decision", release=row, by=by, at=at, about=f"decision/{decision.key}")
    if override.of.moment == Moment.FINAL:
        after_decision(row, by=by, at=at, about=f"decision/{decision.key}")
    people = {override.asked_by, row.opened_by, *(one.person for one in (*given, *found.signed()))}
    tell_decided(decision, row, now.book, [], people, at)
    put_on_record(decision, last, row, found, by=by, at=at)
    return decision


def _valid_until(override: Override, row: Release, now: Dossier, at: datetime) -> datetime:
    """Until the window closes or the signatures grow too old."""
    end = at + max_age(now.book, override.of.moment)
    return end if row.closes_at is None else min(end, row.closes_at)


def _block(override: Override, given: Sequence[SignOff]) -> dict[str, Any]:
    """What the record says of the override beside the decision; see ``reports.decision_record``."""
    return {
        "override": str(override.key),
        "of": str(override.of_id),
        "of_at": _moment(override.of.at),
        "asked_by": override.asked_by,
        "asked_at": _moment(override.asked_at),
        "receipt_by": override.receipt_by,
        "receipt_at": _moment(override.receipt_at),
        "escalated_at": _moment(override.escalated_at),
        "statement": {"sha256": override.statement},
        "criteria": list(override.criteria),
        "defects": list(override.defects),
        "blockers": list(override.blockers),
        "signatures": [sign_off_block(one) for one in given],
    }


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat()
