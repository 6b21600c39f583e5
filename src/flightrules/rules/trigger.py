"""Rollback: how, by whom, how fast, and the triggers that were agreed before the release."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from flightrules.rules.record import Field, MapOf, Record
from flightrules.rules.shape import Choice, Number, Whole
from flightrules.rules.vocabulary import DURATION, FLAG, LINE, MOMENT, ROLES, TEXT
from flightrules.values import frozen

__all__ = ["ROLLBACK", "Rollback", "Trigger"]


@frozen
class Trigger:
    """A rule agreed before the release.

    It fires when ``signal`` is over ``factor`` times its baseline, or over ``limit`` (in ``unit``), or fails
    ``failures`` times in a row; ``lasting`` is how long without a break, ``within`` how soon after the
    release. A manual one asks ``decided_by``. ``action`` is rollback, halt, page or flag.
    """

    id: str
    signal: str
    kind: str = "automatic"
    factor: Decimal | None = None
    limit: Decimal | None = None
    unit: str = ""
    failures: int | None = None
    lasting: timedelta | None = None
    within: timedelta | None = None
    baseline: str = ""
    source: str = ""
    decided_by: tuple[str, ...] = ()
    action: str = "rollback"
    reason: str = ""
    tier: str = "act"

    @property
    def has_threshold(self) -> bool:
        """Whether a machine could tell that it fires."""
        return any(value is not None for value in (self.factor, self.limit, self.failures))


@frozen
class Rollback:
    """The plan for going back. ``estimated_minutes`` is a guess, ``measured`` what a rehearsal took."""

    method: str = ""
    owner: str = ""
    estimated_minutes: int | None = None
    objective: timedelta | None = None
    measured: timedelta | None = None
    rehearsed_at: datetime | None = None
    rehearsal_required: bool = False
    data_recovery: str = ""
    decide_when: str = ""
    triggers: tuple[Trigger, ...] = ()


_TRIGGER = Record(
    "a rollback trigger",
    "A rule that says when to go back.",
    Trigger,
    (
        Field("signal", LINE, "What is observed, such as error_rate or latency_p99.", required=True),
        Field(
            "kind",
            Choice("automatic", "manual"),
            "automatic needs no person; manual is decided by one.",
            default="automatic",
        ),
        Field(
            "factor", Number("a factor", least=1), "Fires above this many times the baseline.", default=None
        ),
        Field("limit", Number("a limit", percent=True), "Fires above this value.", default=None),
        Field("unit", LINE, "Unit of the limit.", default=""),
        Field(
            "count",
            Whole(least=1),
            "Fires after this many failures in a row.",
            default=None,
            attribute="failures",
        ),
        Field(
            "for",
            DURATION,
            "How long the breach must last without a break.",
            default=None,
            attribute="lasting",
        ),
        Field("within", DURATION, "Only this soon after the release.", default=None),
        Field("baseline", LINE, "What it is compared with.", default=""),
        Field("source", LINE, "Where the signal comes from.", default=""),
        Field("decided_by", ROLES, "Who decides on a manual trigger.", default=()),
        Field(
            "action",
            Choice("rollback", "halt", "page", "flag"),
            "What happens when it fires.",
            default="rollback",
        ),
        Field("reason", TEXT, "Why, when the action only flags; or what to look at.", default=""),
        Field(
            "tier",
            Choice("act", "watch"),
            "act does it; watch only tells people and starts the clock.",
            default="act",
        ),
    ),
    partial=True,
)

ROLLBACK = Record(
    "the rollback plan",
    "How the release is taken back, and when.",
    Rollback,
    (
        Field("method", LINE, "Such as blue/green switch, Helm rollback or feature flag.", default=""),
        Field("owner", LINE, "Who does it.", default=""),
        Field("estimated_minutes", Whole(least=0, most=10_000), "Estimated minutes.", default=None),
        Field("objective", DURATION, "It must take no longer.", default=None),
        Field("measured", DURATION, "How long the last rehearsal took.", default=None),
        Field("rehearsed_at", MOMENT, "When it was last rehearsed, with zone.", default=None),
        Field("rehearsal_required", FLAG, "An unrehearsed rollback does not count.", default=False),
        Field("data_recovery", TEXT, "What happens to data written meanwhile.", default=""),
        Field("decide_when", TEXT, "The rule when no trigger fits.", default=""),
        Field("triggers", MapOf("triggers", _TRIGGER), "Triggers by name.", default=()),
    ),
    partial=True,
)
