"""An exact multiset of durations in milliseconds: what percentiles are taken from.

Values that repeat (whole milliseconds) are counted per value; values that rarely repeat (fractions)
are kept as a flat array of doubles, 8 bytes each. A double gives back every decimal of up to
15 significant digits, so nothing that a load tool writes is rounded.
"""

from __future__ import annotations

from array import array
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import accumulate
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

    __slots__ = ("counted", "loose")

    def __init__(self) -> None:
        self.counted: Counter[int | float] = Counter()
        self.loose: array[float] = array("d")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Durations) and self._items() == other._items()

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __len__(self) -> int:
        return self.counted.total() + len(self.loose)

    def add(self, ms: int | Decimal, count: int = 1) -> None:
        """Count a duration ``count`` times; ``ms`` is finite and not negative."""
        self.counted[ms if isinstance(ms, int) else _lossless(ms)] += count

    def update(self, other: Durations) -> None:
        """Take all durations of ``other`` too."""
        self.counted.update(other.counted)
        self.loose.extend(other.loose)

    def joined(self, other: Self) -> Durations:
        """Both together, as a new multiset."""
        both = Durations()
        both.update(self)
        both.update(other)
        return both

    def percentiles(self, wanted: tuple[Decimal, ...]) -> list[Decimal]:
        """The nearest-rank percentiles, in milliseconds; empty when there is no duration."""
        items = self._items()
        if not items:
            return []
        reached = list(accumulate(count for _, count in items))
        return [_exact(items[_first(reached, rank(one, reached[-1]))][0]) for one in wanted]

    def extremes(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """Smallest, largest and mean duration (mean to three places), if there is any."""
        items = self._items()
        if not items:
            return None
        total = sum((_exact(ms) * count for ms, count in items), Decimal())
        mean = (total / len(self)).quantize(_THREE_PLACES, ROUND_HALF_EVEN)
        return _exact(items[0][0]), _exact(items[-1][0]), mean

    def _items(self) -> list[tuple[int | float, int]]:
        """Value and count, in ascending order."""
        if not self.loose:
            return sorted(self.counted.items())
        counts = Counter(self.loose)
        counts.update(self.counted)
        return sorted(counts.items())


def _first(reached: list[int], wanted: int) -> int:
    low, high = 0, len(reached) - 1
    while low < high:
        middle = (low + high) // 2
        if reached[middle] >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def _lossless(ms: Decimal) -> int | float:
    return int(ms) if ms == ms.to_integral_value() else float(ms)


def _exact(ms: float) -> Decimal:
    return Decimal(ms) if isinstance(ms, int) else Decimal(repr(ms)).normalize() if ms % 1 else Decimal(int(ms))
