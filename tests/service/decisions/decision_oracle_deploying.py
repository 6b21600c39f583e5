"""What the oracle knows of deploying: which conditions were asked for, and what shows that they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
HOLDS = {"flag": timedelta(minutes=15), "backup": timedelta(hours=4), "word": timedelta(hours=24)}
"""How long what was seen shows anything; only the clock needs nothing to be seen."""


@dataclass
class Proofs:
    """What was seen, newest taken last; a condition of which nothing was seen does not hold."""

    seen: dict = field(default_factory=lambda: {name: [] for name in HOLDS})  # name -> [(taken, good)]

    def see(self, name, taken, good):
        self.seen[name] = sorted([*self.seen[name], (taken, good)])

    def holds(self, name, now):
        if name == "off-peak":
            hour = now.astimezone(BERLIN).hour
            return hour >= 22 or hour < 6
        if not self.seen[name]:
            return False
        taken, good = self.seen[name][-1]
        return good and now - taken <= HOLDS[name]
