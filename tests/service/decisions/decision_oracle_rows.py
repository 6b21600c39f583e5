"""What the oracle writes down: who may speak for whom, what was signed, what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Seat:
    """Somebody may speak in a role: holding it, or standing in for the holder."""

    person: str
    role: str
    holder: str
    through: str
    start: datetime
    end: datetime | None = None

    def live(self, now):
        return self.start <= now and (self.end is None or self.end > now)


@dataclass
class Signed:
    """One signature; ``counts_for`` are the tables that it speaks of, ``polls`` those that it counts in."""

    act: str
    person: str
    role: str
    holder: str
    choice: str
    at: datetime
    table: tuple
    moment: str = ""
    polls: set = field(default_factory=set)
    counts_for: set = field(default_factory=set)
    void: bool = False
    conditions: tuple = ()
    lender: str = ""

    def __post_init__(self):
        self.counts_for.add(self.table)

    def speaks(self):
        """Whose word it is: who lent a seat is heard through it."""
        return {self.person, self.lender} - {""}


@dataclass
class Made:
    """One decision; ``voided`` decisions stay on record."""

    outcome: str
    at: datetime
    table: tuple
    always: tuple
    until: datetime
    moment: str
    poll: int
    conditions: tuple = ()
    named: frozenset = frozenset()  # what an override lifts
    voided: bool = False

    def goes(self):
        return self.outcome not in ("NO-GO", "DEFERRED") and not self.voided
