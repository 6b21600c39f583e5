"""The points of a TAP stream as a tree: which of them are tests, and what stands below a parent.

A parent's point follows its children, which are indented further; where it ends in ``{`` it comes first.
"""

from __future__ import annotations

from collections.abc import Iterator

from flightrules.evidence.records.cases import FAILED, PASSED, SKIPPED

__all__ = ["Point", "PointTree"]


class Point:
    """One point; ``indent`` in columns, ``below`` the ends of the points under it that have none,
    and of those among the others that failed by themselves.
    """

    __slots__ = ("below", "end", "indent", "name", "parent", "suite")

    def __init__(self, name: str, end: int, indent: int) -> None:
        self.name = name
        self.end = end
        self.indent = indent
        self.suite = False
        self.parent: Point | None = None
        self.below: set[int] = set()

    @property
    def path(self) -> str:
        """The names from the outermost parent down to this point."""
        return " > ".join(reversed([self.name, *(one.name for one in self.parents())]))

    def parents(self) -> Iterator[Point]:
        """From the innermost outwards."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    @property
    def judged(self) -> int:
        """The end of a parent in the light of what is below it."""
        if self.end == PASSED and FAILED in self.below:
            return FAILED
        return SKIPPED if self.end == PASSED and self.below == {SKIPPED} else self.end


class PointTree:
    """Points in the order of the stream."""

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._unclaimed: list[Point] = []
        self._open: list[Point] = []
        self._braces = False
        self.top = 0

    def add(self, point: Point, *, opens: bool) -> None:
        """The next point; ``opens`` where its children follow in braces."""
        while self._unclaimed and self._unclaimed[-1].indent > point.indent:
            self._unclaimed.pop().parent = point
        while self._open and self._open[-1].indent >= point.indent:
            self._open.pop()
        if self._open:
            point.parent = self._open[-1]
        elif point.indent:
            self._unclaimed.append(point)
        if opens:
            self._open.append(point)
            self._braces = True
        self.top += not point.indent
        self._points.append(point)

    def mark_suite(self) -> None:
        """The last point is a suite."""
        if self._points:
            self._points[-1].suite = True

    def every(self) -> Iterator[Point]:
        """All points that are no suite, and suites that failed while nothing below them did."""
        self._settle()
        for point in self._points:
            if not point.suite or (point.end == FAILED and FAILED not in point.below):
                yield point

    def counted(self) -> Iterator[Point]:
        """The outermost points; in a stream with braces those without children instead."""
        self._settle()
        for point in self._points:
            if self._braces and (not point.below or (point.end == FAILED and FAILED not in point.below)):
                yield point
            elif not self._braces and not point.indent:
                point.end = point.judged
                yield point

    def _settle(self) -> None:
        parents = {id(point.parent) for point in self._points if point.parent is not None}
        for point in self._points:
            if id(point) not in parents:
                for above in point.parents():
                    above.below.add(point.end)
        self._explain(parents)

    def _explain(self, parents: set[int]) -> None:
        """A parent that failed by itself is why those above it failed; from the innermost outwards."""
        inner = [point for point in self._points if id(point) in parents and point.end == FAILED]
        for point in sorted(inner, key=lambda one: sum(1 for _ in one.parents()), reverse=True):
            if FAILED not in point.below:
                for above in point.parents():
                    above.below.add(FAILED)
