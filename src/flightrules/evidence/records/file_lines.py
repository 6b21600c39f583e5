"""The lines of one source file: which hold code, which ran, and how many branches each has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flightrules.values import NamedTuple

__all__ = ["HIT", "MISSED", "Branches", "FileLines", "LineCounts", "Statements", "joined_branches"]

MISSED = 1
HIT = 3

Branches = Mapping[int, tuple[int, int]]
"""Branches taken and existing, by line."""

_NONE: Branches = {}

Statements = Mapping[str, tuple[int, int]]
"""Number of statements and their mark, by position; for tools that count statements instead of lines."""


class LineCounts(NamedTuple):
    """Numbers of one file; ``partial`` are covered lines of which not all branches were taken."""

    covered: int
    total: int
    branches_covered: int = 0
    branches_total: int = 0
    partial: int = 0


class FileLines:
    """Marks of the lines of one file; ``marks[n]`` is 0 for no code, ``MISSED`` or ``HIT``.

    One byte a line keeps a report of any size small, and joining two is one OR. A format that can count
    without numbering gives ``counts`` and how to find the marks ``later``: most are never asked for.
    """

    __slots__ = ("_branches", "_later", "_marks", "counts", "statements")

    def __init__(
        self,
        marks: bytes | bytearray,
        branches: Branches | None = None,
        statements: Statements | None = None,
        counts: LineCounts | None = None,
    ) -> None:
        self._later: Callable[[], tuple[bytearray, Branches]] | None = None
        self._marks: bytes | bytearray = marks
        self._branches: Branches = branches or _NONE
        self.statements = statements
        self.counts = counts or _counts(marks, self._branches)
        if statements is not None:
            ran = sum(weight for weight, mark in statements.values() if mark == HIT)
            existing = sum(weight for weight, _ in statements.values())
            self.counts = self.counts._replace(covered=ran, total=existing)

    @classmethod
    def counted(cls, counts: LineCounts, later: Callable[[], tuple[bytearray, Branches]]) -> FileLines:
        """Lines that are counted already; ``later`` gives marks and branches when somebody asks for them."""
        lines = cls(b"", counts=counts)
        lines._later = later
        return lines

    @property
    def marks(self) -> bytes | bytearray:
        """One byte a line, index 0 unused."""
        self.settle()
        return self._marks

    @property
    def branches(self) -> Branches:
        """Branches taken and existing, by line."""
        self.settle()
        return self._branches

    def numbers(self, mark: int) -> list[int]:
        """The line numbers with this mark, ascending."""
        return [line for line, found in enumerate(self.marks) if found == mark]

    def joined(self, other: FileLines) -> FileLines:
        """Both: a line is covered if either covers it; of each line's branches the larger numbers count."""
        size = max(len(self.marks), len(other.marks))
        united = int.from_bytes(self.marks, "little") | int.from_bytes(other.marks, "little")
        branches = joined_branches(self.branches, other.branches.items())
        return FileLines(united.to_bytes(size, "little"), branches, self._joined_statements(other))

    def _joined_statements(self, other: FileLines) -> Statements | None:
        """Statements of both where both count them; a report of lines beside it leaves lines."""
        if self.statements is None or other.statements is None:
            return None
        joined = dict(self.statements)
        for position, (weight, mark) in other.statements.items():
            old_weight, old_mark = joined.get(position, (0, 0))
            joined[position] = (max(weight, old_weight), mark | old_mark)
        return joined

    def settle(self) -> None:
        """Number the lines now."""
        if self._later is not None:
            later, self._later = self._later, None
            self._marks, self._branches = later()


def _counts(marks: bytes | bytearray, branches: Branches) -> LineCounts:
    covered = marks.count(HIT)
    taken = existing = partial = 0
    for line, (some, of_all) in branches.items():
        taken += some
        existing += of_all
        partial += some < of_all and line < len(marks) and marks[line] == HIT
    return LineCounts(covered, covered + marks.count(MISSED), taken, existing, partial)


def joined_branches(
    branches: Branches, more: Iterable[tuple[int, tuple[int, int]]]
) -> dict[int, tuple[int, int]]:
    """Branches by line, of each line the larger number taken and the larger number existing."""
    joined = dict(branches)
    for line, (taken, total) in more:
        old = joined.get(line)
        joined[line] = (taken, total) if old is None else (max(taken, old[0]), max(total, old[1]))
    return joined
