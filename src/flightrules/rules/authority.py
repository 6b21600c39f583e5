"""Authority: roles with their people and deputies, powers, quorums and who does what in each activity."""

from __future__ import annotations

from datetime import timedelta

from flightrules.rules.record import Field, ListOf, MapOf, Record
from flightrules.rules.shape import Always, Choice, Whole
from flightrules.rules.vocabulary import DURATION, FLAG, LINE, LINES, ROLES
from flightrules.values import frozen

__all__ = [
    "ACTS",
    "AUTHORITY",
    "DOSSIER_PARTS",
    "PARTS",
    "POWERS",
    "PRESETS",
    "Act",
    "Activity",
    "Apart",
    "Authority",
    "EscalationLevel",
    "Role",
]

PRESETS = ("qa-led", "sponsor-led", "cab-led")
POWERS = ("may_sign", "may_block", "may_accept", "may_override", "may_waive")
DOSSIER_PARTS = ("gates", "evidence", "waivers", "acceptances", "defects", "checklists")
"""What a role may say that its signature does not rely on. What goes out, where to and by which rules is not
among them: nobody's signature is carried over to something else.
"""
PARTS = ("requester", "change_author", "tester", "attestor", "deployer", "signer")
"""The parts that a person can have in one release."""
ACTS = ("verdict", "authorisation", "override", "waiver", "acceptance", "emergency")


@frozen
class Role:
    """A function with the people who hold it and what they may do.

    ``may_override`` never works alone: the override act asks for its own quorum. ``relies_on`` are the parts
    of the dossier whose change voids the role's signature; empty for all of them.
    """

    id: str
    title: str = ""
    person: str = ""
    deputy: str = ""
    critical: bool = False
    may_sign: bool = False
    may_block: bool = False
    may_accept: bool = False
    may_override: bool = False
    may_waive: bool = False
    relies_on: tuple[str, ...] = ()


@frozen
class Act:
    """Something signed: who is accountable, who signs, how many of them, and who must be among them."""

    id: str
    accountable: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    quorum: int | None = None
    required: tuple[str, ...] = ()
    distinct_people: bool = True

    @property
    def needed(self) -> int:
        """How many signatures complete it; all signers when no quorum is stated."""
        return self.quorum if self.quorum is not None else len(self.signers)


@frozen
class Activity:
    """Who is responsible, accountable, supporting, consulted and informed for one activity."""

    id: str
    responsible: tuple[str, ...] = ()
    accountable: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()


@frozen
class EscalationLevel:
    """One step of the agreed path, with how soon it answers."""

    id: str
    contacts: tuple[str, ...] = ()
    respond_within: timedelta | None = None
    title: str = ""


@frozen
class Apart:
    """Two parts that nobody may have both; with ``unknown_refuses`` everybody who has the first is known."""

    id: str
    first: str
    second: str
    unknown_refuses: bool = False


@frozen
class Authority:
    """Who may do what, and who may not be whom; ``separations`` stand beside those that always hold."""

    preset: str = ""
    roles: tuple[Role, ...] = ()
    acts: tuple[Act, ...] = ()
    activities: tuple[Activity, ...] = ()
    escalation: tuple[EscalationLevel, ...] = ()
    negotiated_by: tuple[str, ...] = ()
    separations: tuple[Apart, ...] = ()

    def role(self, name: str) -> Role | None:
        """The role of that id."""
        return next((role for role in self.roles if role.id == name), None)

    def act(self, name: str) -> Act | None:
        """The act of that id."""
        return next((act for act in self.acts if act.id == name), None)


_ROLE = Record(
    "a role",
    "A function, its people and its powers.",
    Role,
    (
        Field("title", LINE, "Its name in reports.", default=""),
        Field("person", LINE, "Who holds it.", default=""),
        Field("deputy", LINE, "Who stands in.", default=""),
        Field(
            "critical", FLAG, "Without this role no release can be decided; it needs a deputy.", default=False
        ),
        Field("may_sign", FLAG, "May sign verdicts and authorisations.", default=False),
        Field("may_block", FLAG, "May raise a blocker.", default=False),
        Field("may_accept", FLAG, "May accept a blocker or defect with mitigation.", default=False),
        Field("may_override", FLAG, "May take part in overriding a no-go, never alone.", default=False),
        Field("may_waive", FLAG, "May approve waivers.", default=False),
        Field(
            "relies_on",
            ListOf(Choice(*DOSSIER_PARTS), least=1),
            "Parts of the dossier that void its signature when they change; release, target, rulebook and "
            "artefacts always do. All of them when it is not stated.",
            default=(),
        ),
    ),
    partial=True,
)

_ACT = Record(
    "a signed act",
    "Who signs what.",
    Act,
    (
        Field("accountable", ROLES, "The one role that answers for it.", default=()),
        Field("signers", ROLES, "Roles that may sign.", default=()),
        Field(
            "quorum",
            Whole(least=1, most=100),
            "How many of them must sign; all when it is not stated.",
            default=None,
        ),
        Field("required", ROLES, "Roles that must be among those who sign.", default=()),
        Field(
            "distinct_people",
            Always("one person in two seats is one voice: signatures always come from different people"),
            "The signatures come from different people. They always do; the key only says it.",
            default=True,
        ),
    ),
    partial=True,
)

_ACTIVITY = Record(
    "an activity",
    "Responsible, accountable, supporting, consulted, informed.",
    Activity,
    tuple(
        Field(key, ROLES, doc, default=())
        for key, doc in (
            ("responsible", "Who does it; several are fine."),
            ("accountable", "Who answers for it; exactly one."),
            ("supports", "Who helps."),
            ("consulted", "Who is asked before."),
            ("informed", "Who is told afterwards."),
        )
    ),
    partial=True,
)

_LEVEL = Record(
    "an escalation level",
    "A step of the path that a disagreement takes.",
    EscalationLevel,
    (
        Field("title", LINE, "What it is for.", default=""),
        Field("contacts", LINES, "Roles or people.", default=()),
        Field("respond_within", DURATION, "How soon they answer.", default=None),
    ),
    partial=True,
)

_APART = Record(
    "a separation",
    "Two parts in a release that nobody may have both.",
    Apart,
    (
        Field("first", Choice(*PARTS), "Whoever has this part ...", required=True),
        Field("second", Choice(*PARTS), "... may not have this one.", required=True),
        Field(
            "unknown_refuses",
            FLAG,
            "While not everybody is known who has the first part, nobody is let through either.",
            default=False,
        ),
    ),
    partial=True,
)

AUTHORITY = Record(
    "the authority",
    "Who may sign, block, accept, override and waive.",
    Authority,
    (
        Field(
            "preset",
            Choice(*PRESETS),
            "qa-led, sponsor-led or cab-led: roles and acts to start from.",
            default="",
        ),
        Field("roles", MapOf("roles", _ROLE), "Roles by name.", default=()),
        Field("acts", MapOf("acts", _ACT), "Signed acts by name.", default=()),
        Field("activities", MapOf("activities", _ACTIVITY), "Activities by name.", default=()),
        Field("escalation", MapOf("escalation", _LEVEL), "Levels by name, lowest first.", default=()),
        Field(
            "negotiated_by", ROLES, "Roles that agree on thresholds at the start of a project.", default=()
        ),
        Field(
            "separations",
            MapOf("separations", _APART),
            "Parts in a release that nobody may have both, beside those that always hold.",
            default=(),
        ),
    ),
    partial=True,
)
