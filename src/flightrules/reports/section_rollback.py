"""Section 5: how the release is taken back, and at what error rate it would be: one answer."""

from __future__ import annotations

from flightrules.reports.document import Block, Cell, Column, Facts, Part, Section, Table, Text
from flightrules.reports.report import Report
from flightrules.reports.wording import count, listed, moment, role_title, span
from flightrules.rules.render import number
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.trigger import Trigger
from flightrules.rules.watch import Mark

__all__ = ["rollback_answer", "rollback_section"]

_ERRORS = ("error", "5xx", "failure_rate", "failed_requests")
_NOT_STATED = "not stated"


def rollback_section(report: Report) -> Section:
    """The answer first, then the plan, the triggers and the first hour."""
    book = report.rulebook
    blocks: list[Block] = [
        Part("At what error rate would we roll back?", (Text(rollback_answer(book), strong=True),)),
        Facts(_plan(book)),
    ]
    if book.rollback.triggers:
        blocks.append(_triggers(book))
    if book.watch.marks:
        blocks.append(Part("The watch after the release", _watch(book)))
    return Section(5, "Rollback Plan", tuple(blocks))


def rollback_answer(book: Rulebook) -> str:
    """One sentence from the automatic triggers on errors; where there is none, that it does not exist."""
    found = [one for one in book.rollback.triggers if _automatic(one) and _on_errors(one)]
    if not found:
        return (
            "Nobody can say: no automatic trigger states an error rate, so the criteria do not exist. "
            "Add one under rollback.triggers before the release."
        )
    conditions = listed([_fires(one) for one in found], "or")
    return f"We roll back automatically, without a decision, when {conditions}."


def _automatic(trigger: Trigger) -> bool:
    acts = trigger.kind == "automatic" and trigger.tier == "act" and trigger.action == "rollback"
    return acts and trigger.has_threshold


def _on_errors(trigger: Trigger) -> bool:
    return any(word in trigger.signal.casefold().replace(" ", "_") for word in _ERRORS)


def _signal(trigger: Trigger) -> str:
    return trigger.signal.replace("_", " ")


def _fires(trigger: Trigger) -> str:
    """The trigger's condition as a clause."""
    parts = [_signal(trigger)]
    if trigger.factor is not None:
        parts.append(f"is more than {number(trigger.factor)} times {_baseline(trigger)}")
    elif trigger.limit is not None:
        unit = f" {trigger.unit}" if trigger.unit else ""
        parts.append(f"is above {number(trigger.limit)}{unit}")
    elif trigger.failures is not None:
        parts.append(f"{trigger.failures} times in a row")
    parts += [f"for {span(trigger.lasting)} without a break"] if trigger.lasting else []
    parts += [f"within {span(trigger.within)} of the release"] if trigger.within else []
    return " ".join(parts)


def _baseline(trigger: Trigger) -> str:
    return (
        f"its baseline ({trigger.baseline})" if trigger.baseline else "its baseline (which one is not stated)"
    )


def _plan(book: Rulebook) -> tuple[tuple[str, Cell], ...]:
    plan = book.rollback
    automatic = [_fires(one) for one in plan.triggers if _automatic(one)]
    minutes = plan.estimated_minutes
    rehearsed = f" on {moment(plan.rehearsed_at)}" if plan.rehearsed_at else ", date not stated"
    measured = f"{span(plan.measured)}{rehearsed} (claimed by the rulebook)" if plan.measured else ""
    items = [
        ("Rollback trigger", "; ".join(automatic) or _NOT_STATED),
        ("Rollback method", plan.method or _NOT_STATED),
        ("Rollback owner", _owner(book) or _NOT_STATED),
        ("Estimated rollback time", _NOT_STATED if minutes is None else count(minutes, "minute")),
        ("Must take no longer than", span(plan.objective) if plan.objective else ""),
        ("Last rehearsal took", measured or _NOT_STATED),
        ("Data written meanwhile", plan.data_recovery),
        ("When no trigger fits", plan.decide_when),
    ]
    return tuple((name, Cell(value)) for name, value in items if value)


def _owner(book: Rulebook) -> str:
    """A role in words; a person's name as it is written."""
    owner = book.rollback.owner
    role = owner.casefold().replace("-", "_").replace(" ", "_")
    return role_title(book, role) if book.authority.role(role) else owner


def _triggers(book: Rulebook) -> Table:
    columns = (Column("Trigger"), Column("Kind"), Column("Fires when"), Column("Then"), Column("Source"))
    rows = tuple(_row(trigger, book) for trigger in book.rollback.triggers)
    return Table("Triggers agreed before the release", columns, rows)


def _row(trigger: Trigger, book: Rulebook) -> tuple[Cell, ...]:
    who = listed([role_title(book, role) for role in trigger.decided_by], "or")
    manual = trigger.kind == "manual"
    then = f"{who or 'a person'} decides" if manual else trigger.action
    condition = _fires(trigger) if trigger.has_threshold else _signal(trigger)
    kind = f"{trigger.kind}, watch only" if trigger.tier == "watch" else trigger.kind
    return (
        Cell(trigger.id),
        Cell(kind),
        Cell(condition, trigger.reason),
        Cell(then),
        Cell(trigger.source or _NOT_STATED),
    )


def _watch(book: Rulebook) -> tuple[Block, ...]:
    watch = book.watch
    columns = (Column("After the release"), Column("Looked at"), Column("Expected"))
    rows = tuple(_mark(mark) for mark in watch.marks)
    who = listed([role_title(book, role) for role in watch.on_watch])
    until = f" until {span(watch.until)} after the release" if watch.until else ""
    standing = (Text(f"Standing by{until}: {who}."),) if who else ()
    return (Table("What is looked at, and when", columns, rows), *standing)


def _mark(mark: Mark) -> tuple[Cell, ...]:
    baseline = f"compared with: {mark.baseline}" if mark.baseline else ""
    return Cell(mark.id), Cell(mark.look_at, baseline), Cell(mark.expect or _NOT_STATED)
