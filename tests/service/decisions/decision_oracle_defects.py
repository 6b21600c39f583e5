"""What the oracle knows of one known defect: how bad it is, who ships it all the same, and until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ASKED = ("product-manager", "qa-lead")
"""Both have to accept a P2; nobody can accept a P1, and a P3 asks for nothing."""


@dataclass
class Accepted:
    """One acceptance; it stands when everybody who must has said yes, and until it expires."""

    until: datetime
    given: dict = field(default_factory=dict)  # role -> person
    key: str = ""

    def is_whole(self):
        return set(self.given) == set(ASKED)


@dataclass
class Known:
    """The one defect of the register; without a severity there is none."""

    severity: str = ""
    is_open: bool = False
    revision: int = 0
    acceptance: Accepted | None = None

    def live(self, now):
        """The acceptance that stands now."""
        one = self.acceptance
        return one if one is not None and one.is_whole() and one.until > now else None

    def decision(self, now):
        """What it does to a release now; nothing where there is no open defect."""
        if not self.is_open:
            return ""
        if self.severity == "P3":
            return "ships"
        return "accepted" if self.severity == "P2" and self.live(now) else "blocks"

    def inputs(self):
        """What a verdict was made of: an acceptance that has expired is still among it."""
        whole = self.acceptance is not None and self.acceptance.is_whole()
        return (self.revision, self.acceptance.key if whole else "")

    def listed(self, now):
        """How it lies on the table: open, how bad, and what becomes of it."""
        return (self.severity, self.decision(now)) if self.is_open else ()

    def shown(self, now):
        """What is on the table beside it: the acceptance that stands."""
        live = self.live(now)
        return live.key if live else ""

    def change(self, severity):
        """Who accepted a milder defect did not accept this one."""
        self.acceptance = None if severity < self.severity else self.acceptance
        self.severity = severity

    def may_accept(self, person, role, now):
        """Whether this yes would count: it is asked for, not given yet, and by another person."""
        if not self.is_open or self.severity != "P2" or role not in ASKED:
            return False
        one = self.acceptance
        if one is None or one.until <= now:
            return True
        return role not in one.given and person not in one.given.values()

    def accept(self, person, role, until, now, key):
        """A new one where none waits for this yes."""
        if self.acceptance is None or self.acceptance.until <= now:
            self.acceptance = Accepted(until, key=key)
        self.acceptance.given[role] = person
