"""The watch after a release, minute by minute, and the hypercare after it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from flightrules.rules.record import Field, MapOf, Record
from flightrules.rules.shape import Number
from flightrules.rules.vocabulary import DURATION, FLAG, IDS, LINE, LINES, ROLES
from flightrules.values import frozen

__all__ = ["WATCH", "Hypercare", "Mark", "Watch"]


@frozen
class Mark:
    """One look at production, ``after`` the release, and what must be seen.

    ``tolerance`` is the allowed difference from ``baseline`` in per cent.
    """

    id: str
    after: timedelta
    look_at: str
    expect: str = ""
    signals: tuple[str, ...] = ()
    baseline: str = ""
    baseline_window: timedelta | None = None
    tolerance: Decimal | None = None


@frozen
class Hypercare:
    """The days after the watch."""

    lasts: timedelta | None = None
    update_every: timedelta | None = None
    areas: tuple[str, ...] = ()
    ends_when: tuple[str, ...] = ()


@frozen
class Watch:
    """Marks, who stands by and for how long, and for which releases that is not optional."""

    marks: tuple[Mark, ...] = ()
    on_watch: tuple[str, ...] = ()
    until: timedelta | None = None
    mandatory_for: tuple[str, ...] = ()
    breach_engages_rollback: bool = True
    hypercare: Hypercare = Hypercare()


_MARK = Record(
    "a mark of the watch",
    "One look at production.",
    Mark,
    (
        Field("after", DURATION, "How long after the release.", required=True),
        Field("look_at", LINE, "What is looked at.", required=True),
        Field("expect", LINE, "What must be seen.", default=""),
        Field("signals", IDS, "Signals that are compared.", default=()),
        Field("baseline", LINE, "What it is compared with.", default=""),
        Field("baseline_window", DURATION, "Over which time the baseline is averaged.", default=None),
        Field(
            "tolerance",
            Number("a tolerance in per cent", least=0, percent=True),
            "Allowed difference from the baseline.",
            default=None,
        ),
    ),
    partial=True,
)

_HYPERCARE = Record(
    "the hypercare",
    "The days after the watch.",
    Hypercare,
    (
        Field("lasts", DURATION, "How long.", default=None),
        Field("update_every", DURATION, "How often people are told.", default=None),
        Field("areas", LINES, "What is followed.", default=()),
        Field("ends_when", LINES, "What must hold before it ends.", default=()),
    ),
    partial=True,
)

WATCH = Record(
    "the watch",
    "What is looked at after a release, when, by whom.",
    Watch,
    (
        Field("marks", MapOf("marks", _MARK, spaced=True), "Marks such as T+5.", default=()),
        Field("on_watch", ROLES, "Who is available.", default=()),
        Field("until", DURATION, "Until when they are.", default=None),
        Field("mandatory_for", IDS, "What a release touches when the watch is not optional.", default=()),
        Field(
            "breach_engages_rollback", FLAG, "A breach engages the rollback criteria at once.", default=True
        ),
        Field("hypercare", _HYPERCARE, "The days after.", default=Hypercare()),
    ),
    partial=True,
)
