"""Moments, spans, people and counts in words; and the two sentences that a signature may stand under."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from flightrules.engine.verdict import Outcome, Status, Verdict
from flightrules.reports.report import known_by
from flightrules.rules.exceptions import Approval
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook

__all__ = [
    "age",
    "approvals",
    "count",
    "glossed_over",
    "listed",
    "met",
    "moment",
    "role_title",
    "roles_named",
    "span",
    "statement",
    "window",
]

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_GLOSS = re.compile(r"\bfine\b", re.IGNORECASE)


def moment(at: datetime) -> str:
    """``2026-11-21 09:00 UTC``: always with its zone."""
    text = at.isoformat(sep=" ", timespec="minutes")
    clock, offset = text[:16], text[16:]
    return f"{clock} UTC" if offset in ("+00:00", "") else f"{clock} {offset}"


def window(book: Rulebook) -> str:
    """The release window with its zone, or that none is stated."""
    found = book.release.window
    if found is None:
        return "not stated"
    zone = f" ({found.zone})" if found.zone else ""
    closes = f" to {moment(found.closes_at)}" if found.closes_at else ""
    return f"{moment(found.opens_at)}{closes}{zone}"


def span(time: timedelta) -> str:
    """A duration in its largest whole unit: ``10 minutes``, ``3 days``."""
    seconds = int(time.total_seconds())
    for size, name in _UNITS:
        if seconds >= size and (seconds % size == 0 or seconds >= 100 * size):
            return count(seconds // size, name)
    return "0 minutes"


def age(time: timedelta) -> str:
    """How long ago, in one rough unit: ``14 hours old``."""
    seconds = int(time.total_seconds())
    if seconds < 0:
        return "in the future"
    for size, name in _UNITS[:3]:
        if seconds >= size:
            return f"{count(seconds // size, name)} old"
    return "just taken"


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 defect``, ``1,204 defects``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: list[str], joint: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"


def roles_named(roles: Iterable[str]) -> str:
    """Several roles in words, as a list in a sentence."""
    return listed([role_words(role) for role in roles])


def role_title(book: Rulebook, role: str) -> str:
    """A role as people call it."""
    known = book.authority.role(role)
    return known.title if known is not None and known.title else role_words(role)


def approvals(found: tuple[Approval, ...], book: Rulebook) -> str:
    """Who said yes, in which role, when, and how that is known."""
    said = [
        f"{one.name}, {role_title(book, one.role)}, "
        f"{moment(one.at) if one.at else 'no date'} ({known_by(one)})"
        for one in found
    ]
    return "; ".join(said) or "nobody"


def statement(verdict: Verdict) -> str:
    """What a signature says. It follows from the verdict and cannot be chosen.

    With every criterion met it is "no known blockers"; with anything waived or accepted it is "risk accepted
    as listed". That a known risk does not exist is never among the statements.
    """
    if verdict.outcome is Outcome.NO_GO:
        return "I recommend NO-GO for the blocking items listed above."
    if verdict.outcome is Outcome.HOLD:
        return "I make no recommendation while the data listed above is missing."
    if verdict.outcome is Outcome.CONDITIONAL_GO:
        return "Risk accepted as listed in section 4, on the conditions listed above."
    if any(result.would_block for result in verdict.results):
        return "No known blockers. Advisory criteria that are not met are listed in section 2."
    if any(line.state for line in verdict.defects):
        return "No known blockers. Open defects that ship are listed in section 3."
    return "No known blockers."


def glossed_over(*texts: str) -> str:
    """A remark where a reason calls a risk "fine": a risk can be accepted, not talked away."""
    if not any(_GLOSS.search(text) for text in texts):
        return ""
    return "The wording above plays the risk down; what is recorded is that the risk exists and is accepted."


def met(verdict: Verdict) -> tuple[int, int]:
    """How many criteria are met, of how many that apply."""
    apply = [result for result in verdict.results if result.status is not Status.NOT_APPLICABLE]
    return sum(result.status is Status.PASS for result in apply), len(apply)
