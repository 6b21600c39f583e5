"""How long a blocker may stay unanswered: each level of the agreed path gets its time, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flightrules.rules.authority import EscalationLevel
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of

__all__ = ["levels_of", "next_escalation", "overdue_since"]


def levels_of(product: str) -> tuple[EscalationLevel, ...]:
    """The levels that say how soon they answer, lowest first; none where nothing was agreed."""
    edition = edition_in_force(product)
    levels = rulebook_of(edition).authority.escalation if edition else ()
    return tuple(one for one in levels if one.respond_within is not None)


def next_escalation(levels: Sequence[EscalationLevel], since: datetime, asked: int) -> datetime | None:
    """When the next level is asked; None where all were.

    Args:
        levels: of the agreed path.
        since: when it was raised, came back, or the level before was to be asked.
        asked: how many levels were asked so far.
    """
    if asked >= len(levels):
        return None
    return since + (levels[asked].respond_within or timedelta())


def overdue_since(levels: Sequence[EscalationLevel], since: datetime) -> datetime | None:
    """The moment after which it is older than was agreed; None where nothing was."""
    return next_escalation(levels, since, 0)
