"""Where JMeter's columns stand in a table, and patterns that take whole blocks of rows apart.

The patterns are for blocks of which ``RowPatterns.rows`` has shown that every line has all columns. Each
match ends with a line end; so as many matches as there are rows mean that every match is one whole row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Self

__all__ = ["Layout", "RowPatterns", "Starts"]

_EPOCH_DIGITS = 13
_SAMPLED_ROWS = 500
_FEW_ROWS, _STEP = 32, 16
_PATTERN_LIMIT = 64
_WIDER = 3
_STRIDE = 16
_SHORTEST_ROW = 24  # a time stamp, "0,,," and "true," with the line end
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
    def between(cls, one: bytes, other: bytes, *, tight: bool) -> Self | None:
        """Such times that hold both, if both are milliseconds since 1970.

        Where they need not be ``tight``, blocks that follow each other often get the same ones.
        """
        if not (len(one) == len(other) == _EPOCH_DIGITS and one.isdigit() and other.isdigit()):
            return None
        apart = abs(int(one) - int(other))
        free = len(str(apart)) - 1 if tight else len(str(apart * _WIDER))
        last = max(_EPOCH_DIGITS - 1 - free, 0)
        alike = next((at for at in range(last) if one[at] != other[at]), last)
        low, high = sorted((one[alike : alike + 1], other[alike : alike + 1]))
        return cls(one[:alike], low, high)

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
        return self.prefix + digit + b"[0-9]{%d}" % free


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
        self._lean: dict[tuple[Starts, bytes], Callable[[bytes], list[bytes]]] = {}
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

    def lean(self, rows: bytes, count: int, starts: Starts, ok: bytes) -> list[bytes] | None:
        """``elapsed,label,code`` of each row as it is written, if the layout is lean; ``b""`` for an odd row.

        All others start at a time within ``starts``, their success is ``ok``, and their durations are
        whole milliseconds of at most nine digits. None if the rows do not fit what was learned of their
        length; later blocks are then looked at more slowly.
        """
        if self._skip < 0:
            self._learn(self._shortest_tail(rows, _SAMPLED_ROWS) * 9 // 10)
        findall = self._lean.get((starts, ok))
        if findall is None:
            if len(self._lean) >= _PATTERN_LIMIT:
                self._lean.clear()
            findall = self._lean[starts, ok] = re.compile(self._lean_row(starts, ok)).findall
        found = findall(rows)
        if len(found) == count:
            return found
        self._learn(self._skip * 3 // 4)
        return None

    def pairs(self, rows: bytes) -> list[tuple[bytes, bytes]]:
        """Start and duration of the rows in which both are plainly written; for a lean layout."""
        pattern = rb"(?m)^([0-9]{%d})%b([0-9]{1,9})%b" % (_EPOCH_DIGITS, self._delimiter, self._delimiter)
        return re.findall(pattern, rows)

    def users(self, rows: bytes) -> list[bytes]:
        """The users of about every 16th of the rows, chosen by these rows alone."""
        if self._layout.users < 0:
            return []
        skip = self._shortest_tail(rows, _FEW_ROWS) * 9 // 10 & -_STEP
        findall = self._users.get(skip)
        if findall is None:
            if len(self._users) >= _PATTERN_LIMIT:
                self._users.clear()
            findall = self._users[skip] = self._sampler(skip)
        return findall(rows)

    def _learn(self, skip: int) -> None:
        """Skip that many bytes behind ``success`` at once: looking for line ends costs 1 ns a byte."""
        self._skip = skip
        self._lean.clear()

    def _shortest_tail(self, rows: bytes, sampled: int) -> int:
        lines = rows.split(b"\n", sampled)[:-1]
        behind = self._layout.ok + 1
        return min((len(line.split(self._delimiter, behind)[behind]) for line in lines), default=0)

    def _lean_row(self, starts: Starts, ok: bytes) -> bytes:
        cell, delimiter = self._cell, self._delimiter
        between = (cell + delimiter) * (self._layout.ok - self._layout.code - 1)
        parts = (
            starts.pattern,
            b"([0-9]{1,9}" + (delimiter + cell) * 2 + b")",
            between + ok,
            b"(?s:.{%d})" % self._skip + _REST,
        )
        return delimiter.join(parts) + b"|" + _REST

    def _sampler(self, skip: int) -> Callable[[bytes], list[bytes]]:
        ahead = (self._cell + self._delimiter) * self._layout.users
        end = b"(?=[%b\n])" % self._delimiter
        jump = (_STRIDE - 2) * (_SHORTEST_ROW + skip)
        row = b"(?m)^" + ahead + b"([0-9]{1,9})" + end + _REST
        return re.compile(row + b"(?:(?s:.{%d})%b)?+" % (jump, _REST)).findall

    def _every_cell(self) -> bytes:
        layout, delimiter = self._layout, self._delimiter
        last = b"[^%b\n]*+" % delimiter
        cells = [last if place == layout.width - 1 else self._cell for place in range(layout.wanted[-1] + 1)]
        for place in layout.wanted:
            cells[place] = b"(%b)" % cells[place]
        return delimiter.join(cells) + b"()" + _REST
