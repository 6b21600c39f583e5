"""An exact multiset of durations in milliseconds: what percentiles are taken from.

Values that repeat (whole milliseconds) are counted per value; values that rarely repeat (fractions)
are kept as a flat array of doubles, 8 bytes each. A double gives back every decimal of up to
15 significant digits, so nothing that a load tool writes is rounded.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import accumulate
from math import fsum
from operator import mul
from typing import Self

__all__ = ["Durations", "rank"]

_THREE_PLACES = Decimal("0.001")


def rank(percentile: Decimal, size: int) -> int:
    """The 1-based nearest rank: the smallest rank that at least ``percentile`` % of the values reach.

    Formula: ceil(P / 100 * N), at least 1 (NIST/SEMATECH e-Handbook, "nearest rank").
    """
    exact = percentile * size / 100
    whole = int(exact)
    return min(max(whole + (exact > whole), 1), size)


class Durations:
    """A multiset of durations; joining two gives what one with everything would give."""

    __slots__ = ("_sorted", "counted", "loose")

    def __init__(self, loose: array[float] | None = None) -> None:
        self.counted: Counter[int | float] = Counter()
        self.loose: array[float] = array("d") if loose is None else loose
        self._sorted = not self.loose

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Durations) and self._counts() == other._counts()

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __len__(self) -> int:
        return self.counted.total() + len(self.loose)

    def add(self, ms: int | Decimal, count: int = 1) -> None:
        """Count a duration ``count`` times; ``ms`` is finite and not negative."""
        self.counted[ms if isinstance(ms, int) else _lossless(ms)] += count

    def update(self, other: Durations) -> None:
        """Take all durations of ``other`` too."""
        self.counted.update(other.counted)
        if other.loose:
            self.loose.extend(other._ordered())
            self._sorted = len(self.loose) == len(other.loose)

    def joined(self, other: Self) -> Durations:
        """Both together, as a new multiset."""
        both = Durations()
        both.update(self)
        both.update(other)
        return both

    def percentiles(self, wanted: tuple[Decimal, ...]) -> list[Decimal]:
        """The nearest-rank percentiles, in milliseconds; empty when there is no duration."""
        size = len(self)
        if not size:
            return []
        if not self.counted:
            ordered = self._ordered()
            return [_exact(ordered[rank(one, size) - 1]) for one in wanted]
        counts = self._counts()
        values = sorted(counts)
        reached = list(accumulate(map(counts.__getitem__, values)))
        return [_exact(values[bisect_left(reached, rank(one, size))]) for one in wanted]

    def mean(self) -> Decimal | None:
        """The mean to 50 digits, from the exact sum: nothing is rounded across a threshold."""
        size = len(self)
        if not size:
            return None
        with localcontext(prec=50):
            total = sum(map(Decimal, map(repr, self.loose)), Decimal(0))
            return (total + self._counted_sum()) / size

    def extremes(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """Smallest, largest and mean duration (mean to three places), if there is any."""
        if not len(self):
            return None
        # fsum rounds once, whatever the order; a sum of doubles would depend on it
        total = Decimal(fsum(self.loose)) + self._counted_sum()
        mean = (total / len(self)).quantize(_THREE_PLACES, ROUND_HALF_EVEN)
        ends = [*self.counted, *(self._ordered()[:1]), *(self._ordered()[-1:])]
        return _exact(min(ends)), _exact(max(ends)), mean

    def _counted_sum(self) -> Decimal:
        if set(map(type, self.counted)) <= {int}:
            return Decimal(sum(map(mul, self.counted.keys(), self.counted.values())))
        return sum((_exact(ms) * count for ms, count in self.counted.items()), Decimal(0))

    def _ordered(self) -> array[float]:
        """The loose values in ascending order; sorted once, and cheap to join when sorted before."""
        if not self._sorted:
            self.loose = array("d", sorted(self.loose))
            self._sorted = True
        return self.loose

    def _counts(self) -> Counter[int | float]:
        """How often each value is there."""
        if not self.loose:
            return self.counted
        counts = Counter[int | float](self.loose)
        counts.update(self.counted)
        return counts


def _lossless(ms: Decimal) -> int | float:
    return int(ms) if ms == ms.to_integral_value() else float(ms)


def _exact(ms: float) -> Decimal:
    return (
        Decimal(ms) if isinstance(ms, int) else Decimal(repr(ms)).normalize() if ms % 1 else Decimal(int(ms))
    )
