"""The sentences in which a condition of deployment is written: one line each, read strictly, written back.

    off-peak 22:00-06:00 Europe/Berlin
    only Mon-Thu 09:00-16:00 Europe/Berlin
    flag new-checkout <= 20 %
    reading error-rate < 0.5 % within 10m
    backup of orders-db done within 2h
    until 2026-12-01T18:00Z
    not before 2026-12-01T06:00Z
    confirmed by operations: freeze lifted

A window that closes before it opens goes over midnight, and its day is the day on which it opens. A sentence
that differs in one sign means something else or nothing; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flightrules.errors import RulebookError
from flightrules.values import frozen

__all__ = [
    "CONFIRMATION_AGE",
    "FORMS",
    "READING_AGE",
    "WHOLE",
    "Confirmation",
    "DeployCondition",
    "Done",
    "Limit",
    "Moment",
    "Operator",
    "Window",
    "parse_condition",
    "read_number",
    "render_condition",
    "said_length",
]

READING_AGE = timedelta(minutes=15)
"""How old a reading may be where the condition does not say ``within``."""

CONFIRMATION_AGE = timedelta(hours=24)
"""How old a confirmation by a person may be where the condition does not say ``within``."""

FORMS = (
    "off-peak 22:00-06:00 Europe/Berlin",
    "only Mon-Thu 09:00-16:00 Europe/Berlin",
    "flag NAME <= 20 %",
    "reading NAME < 0.5 % within 10m",
    "backup of NAME done within 2h",
    "until 2026-12-01T18:00Z",
    "not before 2026-12-01T06:00Z",
    "confirmed by ROLE: WHAT",
)
"""One example of each form, for hints and reference."""

Operator = Literal["<", "<=", "=", ">=", ">"]

WHOLE = 100
"""The largest share of users in per cent that a flag can be on for."""

_LIMIT = 300
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_RUN = 3  # so many days in a row are written as a range
_DAY_MINUTES = 24 * 60
_LENGTHS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_LONGEST = timedelta(days=366)
_SIGNS = {"≤": "<=", "≥": ">="}
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,98}[A-Za-z0-9])?"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?")
_WITHIN = r"(?: within (?P<within>\S+))?"
_WINDOW = re.compile(
    r"(?P<word>off-peak|only)(?: (?P<days>[A-Za-z][A-Za-z,-]*))?"
    r" (?P<opens>[0-9:]+)-(?P<closes>[0-9:]+) (?P<zone>\S+)"
)
_MEASURED = re.compile(
    rf"(?P<kind>flag|reading) (?P<name>{_NAME}) (?P<operator>[<>]=?|[=≤≥]) ?(?P<limit>[^\sA-Za-z%]\S*?|\S+)"
    rf" ?(?P<unit>%|[A-Za-z][A-Za-z/]{{0,19}})?{_WITHIN}"
)
_BACKUP = re.compile(rf"backup of (?P<name>{_NAME}) done within (?P<within>\S+)")
_MOMENT = re.compile(r"(?P<word>until|not before) (?P<moment>\S+)")
_CONFIRMED = re.compile(rf"confirmed by (?P<role>[a-z][a-z0-9-]{{0,58}}[a-z0-9]): (?P<what>\S.*?){_WITHIN}")
_WRITTEN_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_WRITTEN_ZONE = re.compile(r"UTC|[A-Z][A-Za-z_-]+(?:/[A-Za-z0-9_+-]+){1,2}")


@frozen
class Window:
    """A stretch of the day in minutes since midnight, on days from Monday = 0, by the clocks of a zone."""

    word: Literal["off-peak", "only"]
    days: tuple[int, ...]
    opens: int
    closes: int
    zone: str


@frozen
class Limit:
    """A flag, or anything that is read, against a limit in one unit."""

    kind: Literal["flag", "reading"]
    name: str
    operator: Operator
    limit: Decimal
    unit: str
    max_age: timedelta = READING_AGE


@frozen
class Done:
    """Something that was done a short while ago: a backup."""

    name: str
    max_age: timedelta


@frozen
class Moment:
    """Up to a moment, or from it on."""

    word: Literal["until", "not before"]
    moment: datetime


@frozen
class Confirmation:
    """What a person in a role has to confirm; a machine cannot."""

    role: str
    what: str
    max_age: timedelta = CONFIRMATION_AGE


DeployCondition = Window | Limit | Done | Moment | Confirmation


def parse_condition(text: str) -> DeployCondition:
    """Read one sentence.

    Raises:
        RulebookError: E_CONDITION (no such form), E_WINDOW, E_TIME, E_NUMBER, E_DURATION,
            E_ZONE, E_UNIT, E_RANGE, with the column of the word.
    """
    if len(text) > _LIMIT or not text.isprintable():
        raise _fault("E_CONDITION", f"a condition is one line of at most {_LIMIT} signs", 0, "shorten it")
    if text.split() != text.split(" "):
        raise _fault(
            "E_CONDITION", "words are parted by one blank", 0, "take out the blanks that are too many"
        )
    for form, read in _READERS:
        if found := form.fullmatch(text):
            return read(found)
    raise _fault("E_CONDITION", f"no form of a condition is like {text[:60]!r}", 0, _hint(text))


def render_condition(condition: DeployCondition) -> str:
    """The sentence that ``parse_condition`` reads as the same condition."""
    match condition:
        case Window():
            days = "" if len(condition.days) == len(_DAYS) else f"{_said_days(condition.days)} "
            times = f"{_said_time(condition.opens)}-{_said_time(condition.closes)}"
            return f"{condition.word} {days}{times} {condition.zone}"
        case Limit():
            unit = f" {condition.unit}" if condition.unit else ""
            limit = f"{condition.operator} {condition.limit:f}{unit}"
            return f"{condition.kind} {condition.name} {limit}" + _said_age(condition.max_age, READING_AGE)
        case Done():
            return f"backup of {condition.name} done within {said_length(condition.max_age)}"
        case Moment():
            moment = condition.moment.astimezone(UTC)
            said = moment.isoformat(timespec="seconds" if moment.second else "minutes")
            return f"{condition.word} {said.replace('+00:00', 'Z')}"
        case _:
            age = _said_age(condition.max_age, CONFIRMATION_AGE)
            return f"confirmed by {condition.role}: {condition.what}{age}"


def read_number(text: str) -> Decimal | None:
    """An exact decimal in plain digits; None for all else, such as NaN, 1e3 and digits of other scripts."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def said_length(length: timedelta) -> str:
    """A length of time in the largest unit that fits it whole: ``2h``, ``90m``."""
    seconds = int(length.total_seconds())
    fits = (f"{seconds // size}{unit}" for unit, size in _LENGTHS.items() if seconds % size == 0)
    return next(fits)


def _window(found: re.Match[str]) -> Window:
    opens, closes = _minutes(found, "opens"), _minutes(found, "closes")
    if opens == _DAY_MINUTES:
        raise _fault("E_WINDOW", "no window opens at 24:00", found.start("opens"), "write 00:00")
    if opens == closes:
        raise _fault(
            "E_WINDOW",
            "a window that opens and closes at once is never open, or always",
            found.start("opens"),
            "write 00:00-24:00 for a whole day",
        )
    word: Literal["off-peak", "only"] = "only" if found["word"] == "only" else "off-peak"
    return Window(word, _days(found), opens, closes, _zone(found))


def _minutes(found: re.Match[str], group: str) -> int:
    text = found[group]
    fits = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", text)
    if fits is None:
        raise _fault("E_TIME", f"{text[:20]!r} is no time of day", found.start(group), "write 06:00")
    return _DAY_MINUTES if text == "24:00" else int(text[:2]) * 60 + int(text[3:])


def _days(found: re.Match[str]) -> tuple[int, ...]:
    if found["days"] is None:
        return tuple(range(len(_DAYS)))
    chosen: list[int] = []
    for part in found["days"].split(","):
        first, dash, last = part.partition("-")
        ends = (first, last) if dash else (first, first)
        if any(one not in _DAYS for one in ends):
            raise _fault(
                "E_CONDITION",
                f"{part[:20]!r} is no day",
                found.start("days"),
                "write Mon-Thu or Mon,Wed",
            )
        start, end = (_DAYS.index(one) for one in ends)
        chosen += [(start + step) % len(_DAYS) for step in range((end - start) % len(_DAYS) + 1)]
    if len(set(chosen)) != len(chosen):
        raise _fault("E_CONDITION", "a day stands twice", found.start("days"), "name each day once")
    return tuple(sorted(chosen))


def _zone(found: re.Match[str]) -> str:
    name = found["zone"]
    if _WRITTEN_ZONE.fullmatch(name):
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass  # said below, as for a name that cannot be one
    raise _fault(
        "E_ZONE", f"{name[:40]!r} is no time zone", found.start("zone"), "write Europe/Berlin or UTC"
    )


def _limit(found: re.Match[str]) -> Limit:
    limit = read_number(found["limit"])
    if limit is None:
        raise _fault(
            "E_NUMBER", f"{found['limit'][:30]!r} is no plain number", found.start("limit"), "write 20 or 0.5"
        )
    kind: Literal["flag", "reading"] = "flag" if found["kind"] == "flag" else "reading"
    unit = found["unit"] or ""
    if kind == "flag" and unit != "%":
        raise _fault(
            "E_UNIT", "a flag is on for a share of users", found.start("limit"), "write a % behind it"
        )
    if kind == "flag" and not 0 <= limit <= WHOLE:
        raise _fault(
            "E_RANGE", "a share lies between 0 and 100 %", found.start("limit"), "correct the number"
        )
    return Limit(kind, found["name"], _operator(found["operator"]), limit, unit, _within(found, READING_AGE))


def _operator(sign: str) -> Operator:
    known: dict[str, Operator] = {"<": "<", "<=": "<=", "=": "=", ">=": ">=", ">": ">"}
    return known[_SIGNS.get(sign, sign)]


def _done(found: re.Match[str]) -> Done:
    return Done(found["name"], _within(found, READING_AGE))


def _moment(found: re.Match[str]) -> Moment:
    text = found["moment"]
    column = found.start("moment")
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC) if _WRITTEN_MOMENT.fullmatch(text) else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise _fault(
            "E_TIME",
            f"{text[:40]!r} is no moment with its zone",
            column,
            "write 2026-12-01T18:00Z or 2026-12-01T19:00+01:00",
        )
    return Moment("until" if found["word"] == "until" else "not before", moment)


def _confirmation(found: re.Match[str]) -> Confirmation:
    if re.search(r" within \S+\Z", found["what"]):
        raise _fault("E_CONDITION", "`within` stands twice", found.start("what"), "say one length of time")
    return Confirmation(found["role"], found["what"], _within(found, CONFIRMATION_AGE))


def _within(found: re.Match[str], otherwise: timedelta) -> timedelta:
    text = found["within"]
    if text is None:
        return otherwise
    fits = re.fullmatch(r"([1-9][0-9]{0,7})([smhd])", text)
    length = timedelta(seconds=int(fits[1]) * _LENGTHS[fits[2]]) if fits else timedelta()
    if not timedelta() < length <= _LONGEST:
        raise _fault(
            "E_DURATION", f"{text[:20]!r} is no length of time", found.start("within"), "write 10m, 2h or 1d"
        )
    return length


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], DeployCondition]], ...] = (
    (_WINDOW, _window),
    (_MEASURED, _limit),
    (_BACKUP, _done),
    (_MOMENT, _moment),
    (_CONFIRMED, _confirmation),
)


def _hint(text: str) -> str:
    """The form that begins like the sentence, else all of them."""
    first = text.partition(" ")[0].casefold()
    like = [form for form in FORMS if form.partition(" ")[0] == first]
    return f"write it as: {' | '.join(like or FORMS)}"


def _said_age(age: timedelta, otherwise: timedelta) -> str:
    return "" if age == otherwise else f" within {said_length(age)}"


def _said_time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _said_days(days: tuple[int, ...]) -> str:
    return ",".join(_parts(days))


def _parts(days: tuple[int, ...]) -> Iterator[str]:
    at = 0
    while at < len(days):
        end = at
        while end + 1 < len(days) and days[end + 1] == days[end] + 1:
            end += 1
        run = days[at : end + 1]
        if len(run) >= _RUN:
            yield f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}"
        else:
            yield from (_DAYS[day] for day in run)
        at = end + 1


def _fault(code: str, message: str, column: int, hint: str) -> RulebookError:
    return RulebookError(code, message, column=column + 1, hint=hint)
