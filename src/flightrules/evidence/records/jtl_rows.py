"""Where JMeter's columns stand in a table, and patterns that take whole blocks of rows apart.

The patterns are for blocks of which ``RowPatterns.rows`` has shown that every line has all columns. Each
match ends with a line end; so as many matches as there are rows mean that every match is one whole row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from typing import Any, Self

from flightrules.values import NamedTuple

__all__ = ["Layout", "RowPatterns", "Starts"]

_EPOCH_DIGITS = 13
_SAMPLED_ROWS = 500
_MOST_DIGITS = 9
_OFTEN = 8
_WIDER = 1
_STRIDE = 16
_STEP = 256  # few patterns for blocks of about the same rows
_PATTERN_LIMIT = 64
_AT_ONCE = 16  # rows; with more, one that is odd would cost more
_PATIENCE = 16  # blocks
_REST = rb"[^\n]*+\n"


class Layout(NamedTuple):
    """Where the columns stand; ``-1`` for a column that is not there."""

    delimiter: str
    width: int
    start: int
    elapsed: int
    label: int
    code: int
    ok: int
    users: int
    variables: int  # sample variables: the quoted names at the header's end

    @property
    def wanted(self) -> tuple[int, ...]:
        """The places of the columns that are read, in their order in the table."""
        places = (self.start, self.elapsed, self.label, self.code, self.ok, self.users)
        return tuple(sorted(place for place in places if place >= 0))

    @property
    def is_lean(self) -> bool:
        """Whether the columns stand in JMeter's own order, so that what is counted stands together."""
        first = (self.start, self.elapsed, self.label, self.code)
        return first == (0, 1, 2, 3) and self.code < self.ok < self.width - 1


class Starts(NamedTuple):
    """Times from ``prefix`` and the digit ``low`` to ``prefix`` and ``high``, whatever digits follow."""

    prefix: bytes
    low: bytes
    high: bytes

    @classmethod
    def between(cls, one: bytes, other: bytes, first: int, last: int) -> Self | None:
        """Times that hold both, if both are milliseconds since 1970.

        They are as many as there can be from ``first`` to ``last``, so that blocks that follow each other
        get the same ones. Where ``last`` is too early they go somewhat beyond both; where ``first`` is too
        late they are all that there are.
        """
        if not (len(one) == len(other) == _EPOCH_DIGITS and one.isdigit() and other.isdigit()):
            return None
        start, end = sorted((int(one), int(other)))
        beyond = end + _WIDER * (end - start)
        return cls._of(start, end, first, last) or cls._of(start, end, first, beyond) or cls(b"", b"0", b"9")

    @classmethod
    def _of(cls, start: int, end: int, first: int, last: int) -> Self | None:
        """The most that can be written so, hold ``start`` and ``end`` and lie from ``first`` to ``last``."""
        for free in range(_EPOCH_DIGITS - 1, -1, -1):
            unit = 10**free
            prefix = start // unit // 10
            low = max(-(-first // unit) - prefix * 10, 0)
            high = min((last + 1) // unit - 1 - prefix * 10, 9)
            if low <= start // unit - prefix * 10 and end // unit - prefix * 10 <= high:
                written = b"%0*d" % (_EPOCH_DIGITS - 1 - free, prefix) if free < _EPOCH_DIGITS - 1 else b""
                return cls(written, b"%d" % low, b"%d" % high)
        return None

    @property
    def earliest(self) -> int:
        """The first of the times."""
        return int((self.prefix + self.low).ljust(_EPOCH_DIGITS, b"0"))

    @property
    def latest(self) -> int:
        """The last of the times."""
        return int((self.prefix + self.high).ljust(_EPOCH_DIGITS, b"9"))

    @property
    def pattern(self) -> bytes:
        """What matches these times and no others."""
        free = _EPOCH_DIGITS - 1 - len(self.prefix)
        digit = self.low if self.low == self.high else b"[%b-%b]" % (self.low, self.high)
        return self.prefix + digit + b"[0-9]{%d}+" % free


_Usual = tuple[Starts, bytes, int]
_FindAll = Callable[..., list[Any]]


class RowPatterns:
    """The patterns for one layout. They look at rows without quotes, each with its line end."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._delimiter = layout.delimiter.encode()
        self._cell = b"[^%b]*+" % self._delimiter
        kept = b"\n" + self._delimiter
        self._dropped = bytes(byte for byte in range(256) if byte not in kept)
        self._frame = self._delimiter * (layout.width - 1) + b"\n"
        self._frames = b""
        self._skip = -1
        self._digits = 1
        self._longer = 0
        self._lean: dict[_Usual, _FindAll] = {}
        self._runs: dict[_Usual, _FindAll] = {}
        self._unlike = 0
        self._users: dict[int, Callable[[bytes], list[bytes]]] = {}
        self._cells = re.compile(self._every_cell().decode()).findall

    def rows(self, rows: bytes) -> int:
        """How many rows there are, if every line has all columns; else ``-1``."""
        if self._layout.width == 1:
            return -1  # a blank line would be a row
        # one deletion proves the width of every line; a pattern over all cells costs twice as much
        frames = rows.translate(None, self._dropped)
        if len(self._frames) < len(frames):
            self._frames = self._frame * (len(frames) // len(self._frame) + 1)
        return len(frames) // len(self._frame) if self._frames.startswith(frames) else -1

    def cells(self, rows: str) -> list[tuple[str, ...]]:
        """The wanted cells of each row, and an empty one behind them."""
        found: list[tuple[str, ...]] = self._cells(rows)
        return found

    def learn(self, rows: bytes) -> None:
        """Look at the first rows: how long they are, and how long the durations are written."""
        if self._skip < 0:
            lines = rows.split(b"\n", _SAMPLED_ROWS)[:-1]
            cells = [line.split(self._delimiter, self._layout.ok + 1) for line in lines]
            self._skip_behind(min((len(row[-1]) for row in cells), default=0) * 9 // 10)
            longest = max((len(row[self._layout.elapsed]) for row in cells), default=0)
            self._digits = min(max(longest, 1), _MOST_DIGITS)

    def met(self, digits: int) -> None:
        """Tell of odd durations with so many digits; when that is so often, they are usual from then on.

        Not at once: the longer usual durations may be, the more blocks can hold the last end.
        """
        self._longer += digits > self._digits
        if self._longer >= _OFTEN:
            self._longer = 0
            self._digits = min(digits, _MOST_DIGITS)

    @property
    def slowest(self) -> int:
        """What no usual duration is longer than."""
        return int("9" * self._digits)

    def lean(self, rows: bytes, count: int, starts: Starts, ok: bytes) -> list[bytes] | None:
        """``elapsed,label,code`` of each row as it is written, if the layout is lean; ``b""`` for an odd row.

        All others start at a time within ``starts``, their success is ``ok``, and their durations are
        whole milliseconds, no longer than the ``slowest``. None if the rows do not fit what was learned of
        their length; later blocks are then looked at more slowly.
        """
        usual = starts, ok, self._digits
        findall = self._lean.get(usual)
        if findall is not None and count > _AT_ONCE:
            alike = self._alike(rows, count, usual, findall)
            if alike is not None:
                return alike
        if findall is None:
            if len(self._lean) >= _PATTERN_LIMIT:
                self._lean.clear()
                self._runs.clear()
            findall = self._lean[usual] = re.compile(self._lean_row(starts, ok) + b"|" + _REST).findall
        found = findall(rows)
        if len(found) == count:
            return found
        self._skip_behind(self._skip * 3 // 4)
        return None

    def _alike(self, rows: bytes, count: int, usual: _Usual, each: _FindAll) -> list[bytes] | None:
        """The same if no row is odd, but for the last few: by many rows at once, in a sixth less of time.

        ``None`` if one is; then the next blocks are not tried.
        """
        if self._unlike:
            self._unlike -= 1
            return None
        runs = self._runs.get(usual)
        if runs is None:
            row, prefix = self._lean_row(*usual[:2]), usual[0].prefix
            # the prefix first, for it is searched for fast; then that it begins a line, for a search goes on
            first = prefix + rb"(?<![^\n]%b)" % prefix + row[len(prefix) :]
            runs = self._runs[usual] = re.compile(first + row * (_AT_ONCE - 1)).findall
        end = len(rows)
        for _ in range(count % _AT_ONCE):
            end = rows.rfind(b"\n", 0, end - 1) + 1
        found = [*chain.from_iterable(runs(rows, 0, end)), *each(rows, end)]
        if len(found) == count:
            return found
        self._unlike = _PATIENCE
        return None

    def pairs(self, rows: bytes, least: int) -> list[tuple[bytes, bytes]]:
        """Start and duration of the rows in which both are plainly written; for a lean layout.

        Left out are some whose duration is less than ``least``.
        """
        digits = min(len(str(least)), _MOST_DIGITS)
        # a line end that is written out is searched for eight times as fast as (?m)^
        row = rb"\n([0-9]{%d}+)%b([0-9]{%d,%d}+)%b"
        pattern = row % (_EPOCH_DIGITS, self._delimiter, digits, _MOST_DIGITS, self._delimiter)
        return re.findall(pattern, b"\n" + rows)

    def users(self, rows: bytes, count: int) -> list[bytes]:
        """The users of about every 16th of the rows, chosen by these rows alone."""
        if self._layout.users < 0:
            return []
        jump = (_STRIDE - 1) * len(rows) // max(count, 1) & -_STEP
        findall = self._users.get(jump)
        if findall is None:
            if len(self._users) >= _PATTERN_LIMIT:
                self._users.clear()
            findall = self._users[jump] = self._sampler(jump)
        return findall(rows)

    def _skip_behind(self, skip: int) -> None:
        """Skip that many bytes behind ``success`` at once: looking for line ends costs 1 ns a byte."""
        self._skip = skip
        self._lean.clear()
        self._runs.clear()

    def _lean_row(self, starts: Starts, ok: bytes) -> bytes:
        cell, delimiter = self._cell, self._delimiter
        between = (cell + delimiter) * (self._layout.ok - self._layout.code - 1)
        parts = (
            starts.pattern,
            b"([0-9]{1,%d}+" % self._digits + (delimiter + cell) * 2 + b")",
            between + ok,
            b"(?s:.{%d}+)" % self._skip + _REST,
        )
        return delimiter.join(parts)

    def _sampler(self, jump: int) -> Callable[[bytes], list[bytes]]:
        ahead = (self._cell + self._delimiter) * self._layout.users
        end = b"(?=[%b\n])" % self._delimiter
        row = b"(?m)^" + ahead + b"([0-9]{1,9}+)" + end + _REST
        return re.compile(row + b"(?:(?s:.{%d}+)%b)?+" % (jump, _REST)).findall

    def _every_cell(self) -> bytes:
        layout, delimiter = self._layout, self._delimiter
        last = b"[^%b\n]*+" % delimiter
        cells = [last if place == layout.width - 1 else self._cell for place in range(layout.wanted[-1] + 1)]
        for place in layout.wanted:
            cells[place] = b"(%b)" % cells[place]
        return delimiter.join(cells) + b"()" + _REST
