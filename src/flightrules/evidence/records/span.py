"""First start and last end over millions of rows, with few conversions.

Rows can hold the last end only if their latest start is within their longest duration of the latest start of
all; blocks of rows out of that reach are dropped without reading their times. Who gives a file's rows says
beforehand when its last one starts, and is told if that was not so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from operator import add, and_, lt

from flightrules.evidence.measurement import Notice
from flightrules.values import NamedTuple

__all__ = ["Ends", "Held", "Span", "moment"]

_EPOCH_DIGITS = 13
_INTEGER_DIGITS = 18


def moment(text: str) -> tuple[int | None, bool]:
    """Milliseconds since 1970 of a written time, and whether it has no zone of its own.

    Whole numbers are milliseconds; dates are year-first, without a zone they are read as UTC.
    """
    if text.isascii() and text.isdigit():
        return (int(text), False) if len(text) <= _INTEGER_DIGITS else (None, False)
    try:
        when = datetime.fromisoformat(text.strip().replace("/", "-").replace(",", "."))
    except ValueError:
        return None, False
    naive = when.tzinfo is None
    delta = (when.replace(tzinfo=UTC) if naive else when) - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86400 + delta.seconds) * 1000 + delta.microseconds // 1000, naive


class Held(NamedTuple):
    """Rows whose times were not read yet, and what is known of them.

    Every row starts between ``earliest`` and ``latest``, none takes longer than ``slowest``, all in
    milliseconds.
    """

    rows: bytes
    earliest: int
    latest: int
    slowest: int


class Ends(NamedTuple):
    """What was found: start and end, rows whose start cannot be read, whether a time has no zone."""

    first: int | None
    last: int | None
    unreadable: int
    naive: bool


class Span:
    """The time that a run took, gathered piece by piece.

    ``pairs`` takes starts and durations, both whole milliseconds, out of held rows, and may leave out
    rows that take less than the given time; ``in_order`` says that all rows are given one by one in the
    order of the file, so that their order can be judged; ``expected`` is when one of the rows is said to
    start, one of the last.
    """

    def __init__(
        self,
        pairs: Callable[[bytes, int], Sequence[tuple[bytes, bytes]]],
        *,
        in_order: bool,
        expected: int = 0,
    ) -> None:
        self._pairs = pairs
        self._in_order = in_order
        self._expected = expected
        self._previous: tuple[int, int] | None = None
        self._unordered = False
        self._unreadable = 0
        self._naive = False
        self.first: int | None = None
        self.last: int | None = None

    @property
    def is_misled(self) -> bool:
        """Whether no row ends as late as the expected one starts: rows may have been dropped in error."""
        return self._expected > (self.last or 0)

    def within(self, slowest: int) -> tuple[int, int]:
        """From when to when rows can start without a first start or a last end among them."""
        if self.first is None:
            return 0, -1
        return self.first, max(self._expected, self.last or 0) - slowest

    def hold(self, held: Held) -> None:
        """Take rows whose times need to be read only if they can hold the first start or the last end."""
        first, last = self.within(held.slowest)
        if held.earliest < first or self.first is None:
            self._read(held, 0)
        elif held.latest > last:
            self._read(held, max(last + held.slowest - held.latest, 0))

    def _read(self, held: Held, least: int) -> None:
        pairs = self._pairs(held.rows, least)
        if pairs:
            starts, durations = zip(*pairs, strict=True)
            self._widen(list(map(int, starts)), list(map(int, durations)))

    def take(self, starts: Sequence[str], durations: Sequence[str]) -> None:
        """Read the start and the duration of rows."""
        if _are_plain(starts, durations):
            self._widen(list(map(int, starts)), list(map(int, durations)))
        else:
            for start, duration in zip(starts, durations, strict=True):
                self._take_one(start, duration)

    def _take_one(self, written: str, duration: str) -> None:
        start, naive = moment(written)
        if start is None:
            self._unreadable += 1
            return
        self._naive = self._naive or naive
        self._widen([start], [_whole(duration)])

    def _widen(self, starts: list[int], durations: list[int]) -> None:
        ends = list(map(add, starts, durations))
        first, last = min(starts), max(ends)
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)
        if self._in_order and not self._unordered:
            self._judge_order(starts, ends)

    def _judge_order(self, starts: list[int], ends: list[int]) -> None:
        """Whether a row both starts and ends before the one ahead of it."""
        if self._previous is not None:
            starts, ends = [self._previous[0], *starts], [self._previous[1], *ends]
        earlier = map(lt, islice(starts, 1, None), starts)
        shorter = map(lt, islice(ends, 1, None), ends)
        self._unordered = any(map(and_, earlier, shorter))
        self._previous = starts[-1], ends[-1]

    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """First start and last end in milliseconds since 1970, where every start could be read."""
        if self.first is None or self.last is None or self._unreadable:
            return None, None
        return Decimal(self.first), Decimal(self.last)

    def found(self) -> Ends:
        """What was found so far."""
        return Ends(self.first, self.last, self._unreadable, self._naive)

    def join(self, other: Ends) -> None:
        """Take what was found in another part of the rows, whose order is not judged."""
        self.first = min((one for one in (self.first, other.first) if one is not None), default=None)
        self.last = max((one for one in (self.last, other.last) if one is not None), default=None)
        self._unreadable += other.unreadable
        self._naive = self._naive or other.naive

    @property
    def has_zone(self) -> bool:
        """Whether the times name one instant, wherever they are read."""
        return not self._naive

    def notices(self) -> Iterable[Notice]:
        """What a reader must know about the times."""
        if self._unreadable:
            yield Notice(
                "W_TIME", f"the start of {self._unreadable} rows cannot be read; no duration is given"
            )
        if self._naive:
            yield Notice("W_NAIVE_TIME", "the rows' times have no zone; they are read as UTC")
        if self._unordered:
            yield Notice("W_UNSORTED", "rows are in order neither of their start nor of their end")


def _are_plain(starts: Sequence[str], durations: Sequence[str]) -> bool:
    """Whether all starts are milliseconds since 1970 of today's length, and all durations whole."""
    lengths = set(map(len, durations))
    together = "".join((*starts, *durations))
    return (
        set(map(len, starts)) == {_EPOCH_DIGITS}
        and min(lengths) > 0
        and max(lengths) <= _INTEGER_DIGITS
        and together.isascii()
        and together.isdigit()
    )


def _whole(text: str) -> int:
    return int(text) if text.isdigit() and len(text) <= _INTEGER_DIGITS else int(Decimal(text))
