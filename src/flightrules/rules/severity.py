"""The severity policy: words of trackers, levels P1 to P4, and what an open defect of each level does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from flightrules.patterns import late
from flightrules.rules.role_words import role_words
from flightrules.values import frozen

__all__ = ["SeverityLevel", "SeverityPolicy"]

_NUMBERED = late(r"(?:s|sev|severity|p|prio|priority|level)([0-9])")


@frozen
class SeverityLevel:
    """One level. ``decision`` is what an open defect of it does without a record:

    ``override-only`` blocks and no acceptance helps; ``accept`` blocks until an acceptance by every role in
    ``waivable_by`` stands; ``acknowledge`` is listed and does not block; ``ignore`` is not assessed.
    """

    name: str
    also: tuple[str, ...]
    decision: Literal["override-only", "accept", "acknowledge", "ignore"]
    waivable_by: tuple[str, ...] = ()
    definition: str = ""


@frozen
class SeverityPolicy:
    """Levels from worst to least; an unknown word counts as the worst level, never as none."""

    scheme: str
    levels: tuple[SeverityLevel, ...]

    def level(self, word: str) -> SeverityLevel | None:
        """The level that a tracker's word means, ``None`` when nobody agreed on it."""
        key = word.strip().casefold()
        for level in self.levels:
            if key == level.name.casefold() or key in (other.casefold() for other in level.also):
                return level
        return None

    def meant(self, word: str) -> str:
        """The level that an unknown word is likely to mean, for a hint: ``Sev-1``, ``prio 2``, ``P0``."""
        key = "".join(one for one in word.casefold() if one.isalnum())
        names = {other.casefold(): level.name for level in self.levels for other in (level.name, *level.also)}
        if key in names:
            return names[key]
        found = _NUMBERED.fullmatch(key)
        place = max(int(found[1]) - 1, 0) if found else len(self.levels)
        return self.levels[place].name if place < len(self.levels) else ""

    def lifting(self, severities: Iterable[str], authorities: Iterable[str]) -> tuple[str, ...]:
        """Which authorities may override while defects of these severities are open.

        A level that only an override lifts names who has to agree; where none of the authorities is among
        them, those are asked instead. Roles are compared without regard to how they are spelt.
        """
        able = tuple(authorities)
        worst = {(self.level(one) or self.levels[0]).name for one in severities if self.levels}
        for level in self.levels:
            if level.name in worst and level.decision == "override-only" and level.waivable_by:
                named = {role_words(role) for role in level.waivable_by}
                able = tuple(role for role in able if role_words(role) in named) or level.waivable_by
        return able
