"""First start and last end over millions of rows, with few conversions.

A batch of rows can hold the last end only while its latest start is within the longest duration of
the latest start of all; batches out of that reach are dropped without reading their times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from operator import add

from flightrules.evidence.measurement import Notice

__all__ = ["Span", "moment"]

_PENDING_LIMIT = 8
_EPOCH_DIGITS = 13
_INTEGER_DIGITS = 18
_Pair = tuple[str, str]


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


class Span:
    """The time that a run took, gathered batch by batch.

    ``pairs`` takes start and elapsed out of rows; ``sortable`` says that rows begin with their
    start; ``careful`` converts every row, so that rows out of time order are noticed.
    """

    def __init__(
        self, pairs: Callable[[Iterable[str]], Iterable[_Pair]], *, sortable: bool, careful: bool
    ) -> None:
        self._pairs = pairs
        self._sortable = sortable
        self._careful = careful
        self._slowest = 0
        self._latest = 0
        self._pending: list[tuple[int, list[str]]] = []
        self._previous: tuple[int, int] | None = None
        self._unordered = False
        self._unreadable = 0
        self._naive = False
        self.first: int | None = None
        self.last: int | None = None

    def take(self, rows: list[str], slowest: int) -> None:
        """Look at a batch of rows that hold no quotes; ``slowest`` is their longest duration or more."""
        self._slowest = max(self._slowest, slowest)
        if not rows:
            return
        latest = self._edges(rows) if self._sortable and not self._careful else None
        if latest is None:
            self.convert(self._pairs(rows))
            return
        self._latest = max(self._latest, latest)
        within_reach = self._latest - self._slowest
        self._pending = [one for one in (*self._pending, (latest, rows)) if one[0] >= within_reach]
        if len(self._pending) > _PENDING_LIMIT:
            self._flush()

    def _edges(self, rows: list[str]) -> int | None:
        """The latest start of the batch, if its starts compare as text."""
        earliest, latest = (start for start, _ in self._pairs((min(rows), max(rows))))
        if not (_is_epoch(earliest) and _is_epoch(latest)):
            return None
        self.first = int(earliest) if self.first is None else min(self.first, int(earliest))
        return int(latest)

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        for _, rows in pending:
            pairs = list(self._pairs(rows))
            if not self._convert_plain(pairs):
                self.convert(pairs)

    def _convert_plain(self, pairs: list[_Pair]) -> bool:
        """Widen the span without a Python step for each pair; False where one is not plainly written."""
        starts, elapsed = zip(*pairs, strict=True)
        together = "".join((*starts, *elapsed))
        lengths = set(map(len, elapsed))
        whole = min(lengths) > 0 and max(lengths) <= _INTEGER_DIGITS
        if not (
            whole and set(map(len, starts)) == {_EPOCH_DIGITS} and together.isascii() and together.isdigit()
        ):
            return False
        last = max(map(add, map(int, starts), map(int, elapsed)))
        self.first = min(int(min(starts)), last if self.first is None else self.first)
        self.last = last if self.last is None else max(self.last, last)
        return True

    def convert(self, pairs: Iterable[_Pair]) -> None:
        """Read start and elapsed of every pair."""
        for written, elapsed in pairs:
            start, naive = moment(written)
            if start is None:
                self._unreadable += 1
                continue
            self._naive = self._naive or naive
            end = start + _whole(elapsed)
            self.first = start if self.first is None else min(self.first, start)
            self.last = end if self.last is None else max(self.last, end)
            if self._previous and start < self._previous[0] and end < self._previous[1]:
                self._unordered = True
            self._previous = (start, end)

    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """First start and last end in milliseconds since 1970, where every start could be read."""
        self._flush()
        if self.first is None or self.last is None or self._unreadable:
            return None, None
        return Decimal(self.first), Decimal(self.last)

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
        if self._unordered and self._careful:
            yield Notice("W_UNSORTED", "rows are in order neither of their start nor of their end")


def _is_epoch(text: str) -> bool:
    return len(text) == _EPOCH_DIGITS and text.isascii() and text.isdigit()


def _whole(text: str) -> int:
    return int(text) if text.isdigit() and len(text) <= _INTEGER_DIGITS else int(Decimal(text))
