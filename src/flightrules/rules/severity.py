"""The severity policy: words of trackers, levels P1 to P4, and what an open defect of each level does."""

from __future__ import annotations

from typing import Literal

from flightrules.values import frozen

__all__ = ["SeverityLevel", "SeverityPolicy"]


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
