"""Release classes and tracks: how much approval a release needs, and what an emergency may relax."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from flightrules.rules.record import Field, MapOf, Record
from flightrules.rules.shape import Choice, Number, Whole
from flightrules.rules.vocabulary import DURATION, FLAG, IDS, LINE, LINES, ROLES, TEXT
from flightrules.values import frozen

__all__ = ["CLASSES", "TRACKS", "ReleaseClass", "Track"]


@frozen
class ReleaseClass:
    """Major, minor or patch: what a release of that size needs.

    ``human_signoff`` is ``always``, ``above_threshold`` (of ``risk_threshold``, 0 to 100) or ``never``;
    ``signoff_reserved_for`` are the cases that always need a person.
    """

    id: str
    title: str = ""
    approval: str = "streamlined"
    testing: str = "full"
    gates: tuple[str, ...] = ()
    human_signoff: str = "always"
    risk_threshold: Decimal | None = None
    signoff_reserved_for: tuple[str, ...] = ()
    rollback_objective: timedelta | None = None
    rehearsal_max_age: timedelta | None = None


@frozen
class Track:
    """The way a release goes: standard, or an emergency with its own gates, debts and throttle.

    ``relaxes`` and ``never_relaxes`` name criteria, categories or rules in words. ``max_share`` is the
    largest share of releases in per cent that may take the track.
    """

    id: str
    title: str = ""
    gates: tuple[str, ...] = ()
    qualifies: str = ""
    classifier: tuple[str, ...] = ()
    classified_in_writing: bool = False
    approver: tuple[str, ...] = ()
    quorum: int | None = None
    checklist: tuple[str, ...] = ()
    relaxes: tuple[str, ...] = ()
    never_relaxes: tuple[str, ...] = ()
    max_share: Decimal | None = None
    scope_locked: bool = False
    independent_reviewers: int | None = None
    verbal_sign_off_by: tuple[str, ...] = ()
    written_sign_off_within: timedelta | None = None
    review_within: timedelta | None = None
    on_call_for: timedelta | None = None
    rollback_below: timedelta | None = None


CLASSES: MapOf[ReleaseClass] = MapOf(
    "classes",
    Record(
        "a release class",
        "What a release of this size needs.",
        ReleaseClass,
        (
            Field("title", LINE, "Its name in reports.", default=""),
            Field(
                "approval",
                Choice("cab", "streamlined", "fast-track"),
                "How it is approved: by the board, streamlined, or fast with a review afterwards.",
                default="streamlined",
            ),
            Field("testing", Choice("full", "targeted"), "How much is tested.", default="full"),
            Field("gates", IDS, "Gates that it must pass.", default=()),
            Field(
                "human_signoff",
                Choice("always", "above_threshold", "never"),
                "When a person signs.",
                default="always",
            ),
            Field(
                "risk_threshold",
                Number("a risk score", least=0, most=100),
                "The risk score above which a person signs.",
                default=None,
            ),
            Field("signoff_reserved_for", LINES, "Cases that always need a person.", default=()),
            Field("rollback_objective", DURATION, "A rollback must be done within this time.", default=None),
            Field(
                "rehearsal_max_age",
                DURATION,
                "A rollback rehearsal older than this does not count.",
                default=None,
            ),
        ),
        partial=True,
    ),
)

TRACKS: MapOf[Track] = MapOf(
    "tracks",
    Record(
        "a track",
        "The way of a release, with what it relaxes and what it never relaxes.",
        Track,
        (
            Field("title", LINE, "Its name in reports.", default=""),
            Field("gates", IDS, "Gates on this way.", default=()),
            Field("qualifies", TEXT, "What may take this way.", default=""),
            Field("classifier", ROLES, "Who classifies a release onto this track.", default=()),
            Field(
                "classified_in_writing",
                FLAG,
                "The classification is written before the track opens.",
                default=False,
            ),
            Field("approver", ROLES, "Who approves.", default=()),
            Field(
                "quorum",
                Whole(least=1, most=100),
                "How many approvers; all when it is not stated.",
                default=None,
            ),
            Field("checklist", LINES, "What must be confirmed.", default=()),
            Field("relaxes", LINES, "What it relaxes: criteria, categories, or a rule in words.", default=()),
            Field("never_relaxes", LINES, "What it never relaxes.", default=()),
            Field(
                "max_share",
                Number("a share in per cent", least=0, most=10, percent=True),
                "Largest share of releases on this track, at most 10 %.",
                default=None,
            ),
            Field("scope_locked", FLAG, "Only the affected path may change.", default=False),
            Field(
                "independent_reviewers",
                Whole(least=0, most=100),
                "Reviewers who did not write the change.",
                default=None,
            ),
            Field("verbal_sign_off_by", ROLES, "Whose word is enough until it is written.", default=()),
            Field(
                "written_sign_off_within",
                DURATION,
                "The written sign-off is due within this time.",
                default=None,
            ),
            Field(
                "review_within",
                DURATION,
                "The post-incident review is scheduled within this time.",
                default=None,
            ),
            Field(
                "on_call_for",
                DURATION,
                "Someone stays available after the release for this time.",
                default=None,
            ),
            Field("rollback_below", DURATION, "A tested rollback takes less than this.", default=None),
        ),
        partial=True,
    ),
)
