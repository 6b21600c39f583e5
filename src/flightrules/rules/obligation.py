"""Obligations: what must be written, by whom, how long after which event."""

from __future__ import annotations

from datetime import timedelta

from flightrules.rules.record import Field, MapOf, Record
from flightrules.rules.shape import Choice
from flightrules.rules.vocabulary import DURATION, LINE, ROLE, TEXT
from flightrules.values import frozen

__all__ = ["OBLIGATIONS", "Obligation"]

EVENTS = (
    "decision",
    "no-go",
    "override",
    "verbal-sign-off",
    "release",
    "emergency-release",
    "incident",
    "freeze",
    "request",
)


@frozen
class Obligation:
    """A debt with a clock: ``what`` is due from ``owner`` ``within`` a time ``after`` an event."""

    id: str
    what: str
    within: timedelta
    after: str = "decision"
    owner: str = ""
    confirmed_by: str = ""
    escalates_to: str = ""
    applies_to: str = ""


OBLIGATIONS: MapOf[Obligation] = MapOf(
    "obligations",
    Record(
        "an obligation",
        "What must be done within a time.",
        Obligation,
        (
            Field("what", TEXT, "What is due.", required=True),
            Field("within", DURATION, "How soon.", required=True),
            Field("after", Choice(*EVENTS), "The event that starts the clock.", default="decision"),
            Field("owner", ROLE, "Who owes it.", default=""),
            Field("confirmed_by", ROLE, "Who confirms it.", default=""),
            Field("escalates_to", ROLE, "Who is told when it is overdue.", default=""),
            Field("applies_to", LINE, "The track or class that it is for.", default=""),
        ),
        partial=True,
    ),
)
