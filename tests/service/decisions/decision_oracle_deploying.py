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

    seen: dict = field(
        default_factory=lambda: {name: [] for name in HOLDS}
    )  # name -> [(taken, good, who gave a word)]

    def see(self, name, taken, good, who=""):
        self.seen[name] = sorted([*self.seen[name], (taken, good, who)])

    def holds(self, name, now, counts):
        if name == "off-peak":
            hour = now.astimezone(BERLIN).hour
            return hour >= 22 or hour < 6
        seen = [one for one in self.seen[name] if not one[2] or counts(one[2], one[0])]
        if not seen:
            return False
        taken, good, _ = seen[-1]
        return good and now - taken <= HOLDS[name]
