"""Conditions of a CONDITIONAL GO: read from one line, written back, and asked again at every deployment.

A condition holds or does not hold only where something shows it: no reading, one that is too old, from the
future, of another unit or no number leaves it UNPROVEN, and whoever deploys treats that as not held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flightrules.engine.condition_sentence import (
    CONFIRMATION_AGE,
    READING_AGE,
    WHOLE,
    Confirmation,
    DeployCondition,
    Done,
    Limit,
    Moment,
    Operator,
    Window,
    parse_condition,
    read_number,
    render_condition,
    said_length,
)
from flightrules.values import frozen

__all__ = [
    "CONFIRMATION_AGE",
    "CONFIRMED",
    "DONE",
    "READING_AGE",
    "Confirmation",
    "DeployCondition",
    "Done",
    "Limit",
    "Moment",
    "Operator",
    "Proof",
    "Reading",
    "State",
    "Window",
    "check",
    "check_text",
    "parse_condition",
    "reading_name",
    "render_condition",
]

DONE = "done"
CONFIRMED = "confirmed"
_DAY_MINUTES = 24 * 60
_HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    "=": lambda value, limit: value == limit,
    ">=": lambda value, limit: value >= limit,
    ">": lambda value, limit: value > limit,
}


class State(StrEnum):
    """How a condition stands; only MET lets anything through."""

    MET = "MET"
    UNMET = "UNMET"
    UNPROVEN = "UNPROVEN"


@frozen
class Reading:
    """What somebody or something says of a moment: the value as text, so that nothing is rounded."""

    name: str
    value: str
    unit: str
    taken_at: datetime


@frozen
class Proof:
    """How a condition stands at one moment, why, and the reading that shows it, if one does."""

    state: State
    reason: str
    reading: Reading | None = None

    @property
    def is_met(self) -> bool:
        """Whether the condition may count as held."""
        return self.state is State.MET


def reading_name(condition: DeployCondition) -> str:
    """The name of the readings that show a condition; empty where the clock alone shows it."""
    match condition:
        case Limit():
            return f"{condition.kind} {condition.name}"
        case Done():
            return f"backup of {condition.name}"
        case Confirmation():
            return f"confirmed by {condition.role}: {condition.what}"
        case _:
            return ""


def check(condition: DeployCondition, readings: Iterable[Reading], at: datetime) -> Proof:
    """Whether a condition holds at a moment.

    Args:
        condition: as ``parse_condition`` gave it.
        readings: whatever is known; those under other names are passed over, the latest taken counts.
        at: the moment of the deployment, with its zone.

    Raises:
        ValueError: ``at`` has no zone.
    """
    if at.tzinfo is None:
        raise ValueError("the moment of a check has a zone")
    if isinstance(condition, Window):
        return _in_window(condition, at)
    if isinstance(condition, Moment):
        return _at_moment(condition, at)
    return _shown(condition, readings, at)


def check_text(text: str, readings: Iterable[Reading], at: datetime) -> Proof:
    """The same for a sentence; one that no machine understands is unproven, never passed over."""
    from flightrules.errors import RulebookError

    try:
        condition = parse_condition(text)
    except RulebookError as error:
        return Proof(State.UNPROVEN, f"no machine can check {text[:80]!r}: {error.message}")
    return check(condition, readings, at)


def _in_window(window: Window, at: datetime) -> Proof:
    try:
        zone = ZoneInfo(window.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Proof(State.UNPROVEN, f"the time zone {window.zone} is not known here")
    wall = at.astimezone(zone)
    said = f"it is {wall:%a %H:%M} in {window.zone}"
    opened = any(_is_open_since(day, window, at, zone) for day in (wall.date(), wall.date() - timedelta(1)))
    if opened:
        return Proof(State.MET, said)
    return Proof(State.UNMET, f"{said}, outside {render_condition(window)}")


def _is_open_since(day: date, window: Window, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the window that opens on ``day`` is open at a moment.

    The clock on the wall decides. An hour that it shows twice counts once where the window opens or closes in
    it: it opens the second time and closes the first, so that neither reading of the sentence is broken.
    """
    if day.weekday() not in window.days:
        return False
    wall = at.astimezone(zone).replace(tzinfo=None)
    over_midnight = window.closes < window.opens
    opens = _on(day, window.opens)
    closes = _on(day, window.closes + (_DAY_MINUTES if over_midnight else 0))
    moment = at.astimezone(UTC)
    return (
        opens <= wall < closes
        and moment >= opens.replace(fold=1, tzinfo=zone).astimezone(UTC)
        and moment < closes.replace(tzinfo=zone).astimezone(UTC)
    )


def _on(day: date, minutes: int) -> datetime:
    return datetime.combine(day, clock()) + timedelta(minutes=minutes)


def _at_moment(condition: Moment, at: datetime) -> Proof:
    moment = render_condition(condition).removeprefix(condition.word).strip()
    before = at < condition.moment
    holds = before if condition.word == "until" else not before
    reason = f"it is before {moment}" if before else f"{moment} has come"
    return Proof(State.MET if holds else State.UNMET, reason)


def _shown(condition: Limit | Done | Confirmation, readings: Iterable[Reading], at: datetime) -> Proof:
    name = reading_name(condition)
    unproven = partial(Proof, State.UNPROVEN)
    own = [one for one in readings if one.name == name]
    if not own:
        return unproven(f"nothing was read of {name!r}")
    if any(one.taken_at.tzinfo is None for one in own):
        return unproven(f"a reading of {name!r} has no time zone")
    latest = max(one.taken_at for one in own)
    last = [one for one in own if one.taken_at == latest]
    if len({(one.value, one.unit) for one in last}) > 1:
        return unproven(f"readings of {name!r} taken at {_time(latest)} contradict each other", last[0])
    if latest > at:
        return unproven(f"the reading of {name!r} says {_time(latest)}, which is in the future", last[0])
    if at - latest > condition.max_age:
        longest = said_length(condition.max_age)
        return unproven(f"the last reading of {name!r} is of {_time(latest)}, older than {longest}", last[0])
    if isinstance(condition, Limit):
        return _limited(condition, last[0])
    return _said(condition, last[0])


def _limited(condition: Limit, last: Reading) -> Proof:
    said = f"{last.name} was {last.value[:40]} {last.unit[:20]}".rstrip() + f" at {_time(last.taken_at)}"
    if last.unit != condition.unit:
        wanted = condition.unit or "no unit"
        return Proof(State.UNPROVEN, f"{said}; the condition speaks of {wanted}", last)
    value = read_number(last.value)
    if value is None:
        return Proof(State.UNPROVEN, f"{said}, which is no number", last)
    if _is_impossible(condition, value):
        return Proof(State.UNPROVEN, f"{said}, which no flag can be", last)
    holds = _HOLDS[condition.operator](value, condition.limit)
    return Proof(State.MET if holds else State.UNMET, said, last)


def _is_impossible(condition: Limit, value: Decimal) -> bool:
    return condition.kind == "flag" and not 0 <= value <= WHOLE


def _said(condition: Done | Confirmation, last: Reading) -> Proof:
    wanted = DONE if isinstance(condition, Done) else CONFIRMED
    said = f"{last.name}: {last.value[:40]} at {_time(last.taken_at)}"
    return Proof(State.MET if last.value == wanted and not last.unit else State.UNMET, said, last)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
