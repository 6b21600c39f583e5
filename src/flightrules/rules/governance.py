"""The frame around a release: stages, bodies, decision times, reviews of the practice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from flightrules.rules.record import Field, MapOf, Record
from flightrules.rules.shape import Number, Whole
from flightrules.rules.vocabulary import DURATION, LINE, LINES, ROLES
from flightrules.values import frozen

__all__ = ["GOVERNANCE", "Body", "DecisionTimes", "Governance", "Practice", "ReportPromise"]


@frozen
class Body:
    """A board: its members, how often it meets, what it decides."""

    id: str
    members: tuple[str, ...] = ()
    chair: str = ""
    meets: str = ""
    decides: str = ""


@frozen
class DecisionTimes:
    """The two decisions: an authorisation in the span before the window, and the final poll; and how long
    what was said counts.
    """

    authorise_earliest: timedelta | None = None
    authorise_latest: timedelta | None = None
    final_poll: timedelta | None = None
    final_counts_for: timedelta | None = None
    board_counts_for: timedelta | None = None
    template_counts_for: timedelta | None = None


@frozen
class ReportPromise:
    """What the readiness report promises to its readers."""

    produced_within: timedelta | None = None
    read_within: timedelta | None = None
    rollback_filled_within: timedelta | None = None
    leading_indicators: int = 1
    lagging_indicators: int = 1


@frozen
class Practice:
    """How far back reviews of the practice look, and where they warn."""

    decisions_reviewed: int | None = None
    incidents_reviewed: int | None = None
    emergency_share: Decimal | None = None


@frozen
class Governance:
    """Stages, bodies and times."""

    lifecycle: tuple[str, ...] = ()
    dependency_types: tuple[str, ...] = ()
    bodies: tuple[Body, ...] = ()
    decisions: DecisionTimes = DecisionTimes()
    report: ReportPromise = ReportPromise()
    practice: Practice = Practice()
    closure: tuple[str, ...] = ()


_BODY = Record(
    "a body",
    "A board that decides.",
    Body,
    (
        Field("members", ROLES, "Roles that sit on it.", default=()),
        Field("chair", LINE, "Who leads it.", default=""),
        Field("meets", LINE, "How often.", default=""),
        Field("decides", LINE, "What it decides.", default=""),
    ),
    partial=True,
)
_DECISIONS = Record(
    "the decision times",
    "When it is decided.",
    DecisionTimes,
    (
        Field(
            "authorise_earliest",
            DURATION,
            "The authorisation is taken no earlier than this before the window.",
            default=None,
        ),
        Field("authorise_latest", DURATION, "... and no later than this before the window.", default=None),
        Field("final_poll", DURATION, "The final poll, this long before the deployment.", default=None),
        Field(
            "final_counts_for",
            DURATION,
            "What is said and decided at the final poll counts for this long; 7 days where it is left out.",
            default=None,
        ),
        Field(
            "board_counts_for",
            DURATION,
            "The board's approval of a change counts for this long; 30 days where it is left out.",
            default=None,
        ),
        Field(
            "template_counts_for",
            DURATION,
            "The board's approval of a standard change counts for this long; 365 days where it is left out.",
            default=None,
        ),
    ),
    partial=True,
)
_REPORT = Record(
    "the report's promise",
    "What the readiness report promises.",
    ReportPromise,
    (
        Field("produced_within", DURATION, "It is produced in less than this.", default=None),
        Field("read_within", DURATION, "Its decision page is read in less than this.", default=None),
        Field(
            "rollback_filled_within",
            DURATION,
            "Its rollback section takes this long to fill in.",
            default=None,
        ),
        Field(
            "leading_indicators", Whole(most=20), "Leading indicators in each report, at least.", default=1
        ),
        Field(
            "lagging_indicators", Whole(most=20), "Lagging indicators in each report, at least.", default=1
        ),
    ),
    partial=True,
)
_PRACTICE = Record(
    "the review of the practice",
    "How the practice itself is looked at.",
    Practice,
    (
        Field(
            "decisions_reviewed",
            Whole(least=1),
            "Last decisions that must have a written record.",
            default=None,
        ),
        Field(
            "incidents_reviewed",
            Whole(least=1),
            "Last incidents that are matched with accepted defects.",
            default=None,
        ),
        Field(
            "emergency_share",
            Number("a share in per cent", least=0, most=100, percent=True),
            "Warn above this share of emergencies.",
            default=None,
        ),
    ),
    partial=True,
)

GOVERNANCE = Record(
    "the governance",
    "The frame around a release.",
    Governance,
    (
        Field("lifecycle", LINES, "Stages of a release, in order.", default=()),
        Field("dependency_types", LINES, "Kinds of dependencies that are mapped.", default=()),
        Field("bodies", MapOf("bodies", _BODY), "Boards by name.", default=()),
        Field("decisions", _DECISIONS, "When decisions are taken.", default=DecisionTimes()),
        Field("report", _REPORT, "What the report promises.", default=ReportPromise()),
        Field("practice", _PRACTICE, "Reviews of the practice.", default=Practice()),
        Field("closure", LINES, "What must hold before a release is closed.", default=()),
    ),
    partial=True,
)
