"""How the severity policy is written, and the two schemes that ship: P1 to P4, and Critical to Low.

Each level names the other scheme's word, so that a tracker may use either.
"""

from __future__ import annotations

from typing import Any

from flightrules.rules.record import Field, MapOf, Record
from flightrules.rules.severity import SeverityLevel, SeverityPolicy
from flightrules.rules.shape import Choice
from flightrules.rules.vocabulary import ROLES, TEXT, WORDS
from flightrules.values import frozen

__all__ = ["SCHEMES", "SEVERITY", "shipped_policy"]

_WORST = ("Blocker", "Sev1", "S1", "Highest")
_SECOND = ("Major", "Sev2", "S2")
_THIRD = ("Minor", "Moderate", "Sev3", "S3")
_LAST = ("Trivial", "Cosmetic", "Lowest", "Sev4", "S4")

SCHEMES: dict[str, tuple[SeverityLevel, ...]] = {
    "p1-p4": (
        SeverityLevel(
            "P1",
            ("Critical", *_WORST),
            "override-only",
            ("cto_vp_eng", "qa_lead"),
            "Data loss, a security breach, lost revenue, or a feature that fails completely without a "
            "workaround.",
        ),
        SeverityLevel(
            "P2",
            ("High", *_SECOND),
            "accept",
            ("product_manager", "qa_lead"),
            "A key feature is degraded for a known group of users and a workaround exists.",
        ),
        SeverityLevel(
            "P3",
            ("Medium", *_THIRD),
            "acknowledge",
            (),
            "The feature works; usability, looks or rare cases suffer.",
        ),
        SeverityLevel(
            "P4",
            ("Low", *_LAST),
            "ignore",
            (),
            "Spelling and small blemishes without effect on users; listed for the next release.",
        ),
    ),
    "critical-low": (
        SeverityLevel(
            "Critical", ("P1", *_WORST), "override-only", ("cto_vp_eng", "qa_lead"), "Blocks the release."
        ),
        SeverityLevel(
            "High",
            ("P2", *_SECOND),
            "override-only",
            ("cto_vp_eng", "qa_lead"),
            "Must be mended before the release.",
        ),
        SeverityLevel(
            "Medium", ("P3", *_THIRD), "acknowledge", (), "May be deferred with a documented mitigation."
        ),
        SeverityLevel("Low", ("P4", *_LAST), "acknowledge", (), "May be deferred."),
    ),
}


def shipped_policy(scheme: str = "p1-p4") -> SeverityPolicy:
    """The policy of a shipped scheme as it stands."""
    return SeverityPolicy(scheme, SCHEMES[scheme])


@frozen
class _Stated:
    """What a rulebook says of one level; ``None`` keeps what the scheme says."""

    name: str
    also: tuple[str, ...] | None = None
    decision: Any = None
    waivable_by: tuple[str, ...] | None = None
    definition: str | None = None

    def over(self, level: SeverityLevel | None) -> SeverityLevel:
        """The scheme's level with what is stated put over it; an undecided level blocks."""
        base = level or SeverityLevel(self.name, (), "override-only")
        return SeverityLevel(
            base.name,
            base.also if self.also is None else self.also,
            self.decision or base.decision,
            base.waivable_by if self.waivable_by is None else self.waivable_by,
            self.definition or base.definition,
        )


def _policy(scheme: str, levels: tuple[_Stated, ...]) -> SeverityPolicy:
    policy = SeverityPolicy(scheme, SCHEMES.get(scheme, ()))
    found = {level.name: level for level in policy.levels}
    for stated in levels:
        known = policy.level(stated.name)
        name = known.name if known else stated.name
        found[name] = stated.over(found.get(name))
    return SeverityPolicy(scheme, tuple(found.values()))


SEVERITY = Record(
    "the severity policy",
    "What an open defect of each level does.",
    _policy,
    (
        Field(
            "scheme",
            Choice("p1-p4", "critical-low", "own"),
            "p1-p4, critical-low, or own (all levels stated here, worst first).",
            default="p1-p4",
        ),
        Field(
            "levels",
            MapOf(
                "severity levels",
                Record(
                    "a severity level",
                    "What the scheme's level does here; what is not stated stays as the scheme says.",
                    _Stated,
                    (
                        Field("also", WORDS, "Words of trackers that mean this level.", default=None),
                        Field(
                            "decision",
                            Choice("override-only", "accept", "acknowledge", "ignore"),
                            "override-only blocks and no acceptance helps; accept blocks until every "
                            "role of waivable_by accepted; acknowledge is listed; ignore is not "
                            "assessed.",
                            default=None,
                        ),
                        Field(
                            "waivable_by",
                            ROLES,
                            "Roles that must all accept a defect of this level.",
                            default=None,
                        ),
                        Field("definition", TEXT, "What makes a defect one of this level.", default=None),
                    ),
                    partial=True,
                ),
                key="name",
                spaced=True,
            ),
            "Levels by name, worst first.",
            default=(),
        ),
    ),
    partial=True,
)
