"""Who is told of a debt: who owes or confirms it before it is due, then each level of the agreed path.

One step is one act: what is on record and what is told stand or fall together. A worker that died, or was
away for a day, leaves rows whose next step is simply due.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flightrules.rules.role_words import role_words
from flightrules.service.notices.kinds import Kind
from flightrules.service.notices.services import tell
from flightrules.service.obligations.clock import Step, StepKind, in_words, marks_passed, next_step
from flightrules.service.obligations.holders import TICKET_OWNER, people_in
from flightrules.service.obligations.models import Obligation
from flightrules.service.records.actor import SYSTEM, Actor
from flightrules.service.records.services import act, append, product_stream
from flightrules.service.records.tags import Tag

__all__ = ["advance", "first_look", "tell_written", "to_tell", "waits_for"]


def to_tell(at: datetime, limit: int) -> Iterable[str]:
    """Keys of debts of which somebody is to be told by now, longest due first; none that is settled."""
    rows = Obligation.objects.filter(next_at__lte=at).order_by("next_at")
    return [str(key) for key in rows.values_list("pk", flat=True)[:limit]]


def advance(key: str, at: datetime) -> None:
    """Do all that is due for one debt by now, one step after the other; harmless when it is done already."""
    while _step(key=key, by=SYSTEM, at=at):
        pass


def waits_for(row: Obligation) -> str:
    """The role that has to act next: who owes it, then who confirms it; empty where it is settled."""
    if row.paid_at is None:
        return row.owner
    return row.confirmer if row.confirmed_at is None else ""


def first_look(row: Obligation) -> datetime:
    """When a new debt is looked at first."""
    step = _next(row, row.started_at)
    return step.at if step is not None else row.due_at


def tell_written(row: Obligation, at: datetime) -> None:
    """What was written waits for its confirmation; who confirms is told."""
    if not row.confirmer:
        return
    late = f", {in_words(at - row.due_at)} late," if at > row.due_at else ""
    _remind(
        row,
        once="written",
        what=f"confirming what was written{late} ({row.what})",
        due="now" if at > row.due_at else f"by {row.due_at:%Y-%m-%d %H:%M} UTC",
        whom=row.confirmer,
        otherwise="it stands on record as written and not confirmed",
        at=at,
    )


@act
def _step(*, key: str, by: Actor, at: datetime) -> bool:
    """Do the next step, if it is due; says whether it was."""
    rows = Obligation.objects.select_for_update(of=("self",)).select_related("release__product")
    row = rows.filter(pk=key, next_at__lte=at).first()
    step = _next(row, at) if row is not None else None
    if row is None or step is None or step.at > at:
        _look_again(row, step)
        return False
    if step.kind is StepKind.REMIND:
        _remind_next(row, at)
    elif step.kind is StepKind.NOTE_OVERDUE:
        row.overdue_at = at
    else:
        row.level, row.level_at = row.level + 1, at
    _look_again(row, _next(row, at))
    if step.kind is StepKind.NOTE_OVERDUE:
        _record(Tag.OBLIGATION_OVERDUE, row, by=by, at=at)
    elif step.kind is StepKind.ESCALATE:
        _escalate(row, at)
        _record(Tag.OBLIGATION_ESCALATED, row, by=by, at=at)
    return True


def _next(row: Obligation, at: datetime) -> Step | None:
    return next_step(
        row.started_at,
        row.due_at,
        _waits(row),
        reminders=row.reminders,
        overdue=row.overdue_at is not None,
        level=row.level,
        now=at,
    )


def _waits(row: Obligation) -> list[timedelta]:
    levels: Sequence[tuple[str, list[str], int]] = row.levels
    return [timedelta(seconds=seconds) for _, _, seconds in levels]


def _look_again(row: Obligation | None, step: Step | None) -> None:
    if row is not None:
        row.next_at = step.at if step is not None else None
        row.save(update_fields=["reminders", "overdue_at", "level", "level_at", "next_at"])


def _remind_next(row: Obligation, at: datetime) -> None:
    row.reminders = marks_passed(row.started_at, row.due_at, at)
    _remind(
        row,
        once=f"reminder-{row.reminders}",
        what=row.what if row.paid_at is None else f"confirming what was written ({row.what})",
        due=f"in {in_words(row.due_at - at)}, by {row.due_at:%Y-%m-%d %H:%M} UTC",
        whom=waits_for(row),
        otherwise="it is overdue on record and escalated",
        at=at,
    )


def _remind(
    row: Obligation, *, once: str, what: str, due: str, whom: str, otherwise: str, at: datetime
) -> None:
    release = row.release
    tell(
        Kind.REMINDER,
        product=release.product_id,
        about=f"obligation/{row.key}",
        once=f"obligation/{row.key}/{once}",
        context={
            "product": release.product.name,
            "version": release.version,
            "what": what,
            "due": due,
            "whom": whom,
            "otherwise": otherwise,
        },
        at=at,
        to=people_in([whom], release, at),
    )


def _escalate(row: Obligation, at: datetime) -> None:
    """Tell the level that is reached now; at the first one, who the rule names is told as well."""
    name, contacts, seconds = row.levels[row.level - 1]
    before = [one[0] for one in row.levels[: row.level - 1]]
    asked = [*contacts, *([waits_for(row), row.escalates_to] if row.level == 1 else [])]
    release = row.release
    tell(
        Kind.ESCALATION,
        product=release.product_id,
        about=f"obligation/{row.key}",
        once=f"obligation/{row.key}/level-{row.level}",
        context={
            "product": release.product.name,
            "version": release.version,
            "level": str(name),
            "what": f"overdue for {in_words(at - row.due_at)}, {_missing(row)}: {row.what}",
            "since": f"{row.due_at:%Y-%m-%d %H:%M} UTC",
            "asked": ", ".join([role_words(waits_for(row)), *map(str, before)]),
            "due": f"{at + timedelta(seconds=seconds):%Y-%m-%d %H:%M} UTC",
        },
        at=at,
        to=people_in(asked, release, at) or people_in(_everybody(row), release, at),
    )


def _missing(row: Obligation) -> str:
    if row.paid_at is None:
        return f"owed by {role_words(row.owner)}"
    return f"written by {role_words(row.owner)} and not confirmed by {role_words(row.confirmer)}"


def _everybody(row: Obligation) -> list[str]:
    """Whom to tell where a level has nobody: everybody of the path, for silence would hide it."""
    named = [contact for _, contacts, _ in row.levels for contact in contacts]
    return [*named, row.owner, row.escalates_to, TICKET_OWNER]


def _record(tag: Tag, row: Obligation, *, by: Actor, at: datetime) -> None:
    level = str(row.levels[row.level - 1][0]) if row.level else ""
    append(
        stream=product_stream(row.release.product_id),
        tag=tag,
        by=by,
        at=at,
        subject=f"obligation/{row.key}",
        data={
            "release": str(row.release_id),
            "rule": row.rule,
            "owner": row.owner,
            "waits_for": waits_for(row),
            "due_at": row.due_at.isoformat(),
            "late_s": max(0, int((at - row.due_at).total_seconds())),
            "level": level,
        },
    )
