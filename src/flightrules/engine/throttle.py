"""The share of emergencies: more than one release in ten on that track shows that the normal way fails.

The share is (emergencies in the window + this one) / (releases in the window + this one). The window is the
longer of the last 20 releases decided for production and those of the last 90 days. An emergency that was
classified and is not decided yet counts as both. A history too short to hold a single emergency within the
limit counts as the shortest that can (10 releases at 10 %): so a young product may have its first emergency,
and no second one before there are releases to weigh it against.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from flightrules.engine.operators import shown
from flightrules.values import frozen

__all__ = ["LIMIT", "WINDOW_AGE", "WINDOW_RELEASES", "Past", "Share", "share_with_one_more"]

LIMIT = Decimal(10)
"""The largest share in per cent where the track states none; a rulebook may only ask for less."""

WINDOW_RELEASES = 20
WINDOW_AGE = timedelta(days=90)
_WHOLE = Decimal(100)


@frozen
class Past:
    """One release that was decided for production, and whether it went as an emergency."""

    at: datetime
    emergency: bool


@frozen
class Share:
    """How many emergencies there would be, of how many releases.

    Attributes:
        emergencies: in the window, under way, and the one that is asked for.
        releases: the same of all releases.
        counted: what the emergencies are divided by: ``releases``, or more where the history is too short.
        limit: the largest share allowed, in per cent.
    """

    emergencies: int
    releases: int
    counted: int
    limit: Decimal

    @property
    def per_cent(self) -> Decimal:
        """The share in per cent, exact as far as thirds and the like go."""
        return _WHOLE * self.emergencies / self.counted

    @property
    def is_exceeded(self) -> bool:
        """Whether it is more than allowed; exact, without any rounding."""
        return _WHOLE * self.emergencies > self.limit * self.counted

    @property
    def is_young(self) -> bool:
        """Whether the history was too short to be divided by."""
        return self.counted > self.releases

    def __str__(self) -> str:
        """``3 of 20 releases = 15 %, limit 10 %``; never rounded to the other side of the limit."""
        per_cent = shown(self.per_cent, self.limit)
        young = f", counted as {self.counted} as the history is short" if self.is_young else ""
        counted = f"{self.emergencies} of {self.releases} releases{young}"
        return f"{counted} = {per_cent} %, limit {_plain(self.limit)} %"


def share_with_one_more(
    history: Iterable[Past], *, under_way: int, at: datetime, limit: Decimal | None = None
) -> Share:
    """The share if one more emergency were let in now.

    Args:
        history: all releases decided for production, in any order. Of what lies after ``at`` emergencies
            alone count: a clock that was set back makes no room for another.
        under_way: other emergencies that are classified and not decided.
        at: now.
        limit: of the track, in per cent; 10 where it states none.
    """
    allowed = LIMIT if limit is None else min(limit, LIMIT)
    counted = (one for one in history if one.at <= at or one.emergency)
    known = sorted(counted, key=lambda one: (one.at, one.emergency))  # of one moment, emergencies stay in
    recent = sum(one.at >= at - WINDOW_AGE for one in known)
    size = max(recent, min(WINDOW_RELEASES, len(known)))
    window = known[len(known) - size :]
    emergencies = sum(one.emergency for one in window) + under_way + 1
    releases = len(window) + under_way + 1
    return Share(emergencies, releases, max(releases, _least(allowed)), allowed)


def _least(limit: Decimal) -> int:
    """The fewest releases of which one may be an emergency; with a limit of nothing, none may."""
    return int((_WHOLE / limit).to_integral_value(ROUND_CEILING)) if limit > 0 else 1


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
