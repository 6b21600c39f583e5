"""Load results of which only a summary was kept: counts can be added, percentiles cannot.

A percentile that the tool did not print does not exist here; none is interpolated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TypeVar

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Labels, Measurement, labelled
from flightrules.values import field, frozen

__all__ = ["SUMMARY_DEFINITIONS", "LoadRow", "LoadSummary", "proven"]

_N = TypeVar("_N", int, Decimal)
SUMMARY_DEFINITIONS = {
    "percentile": "as printed by the tool; of several files the largest, since percentiles cannot be joined",
    "load.rps": "as printed by the tool; of several files the smallest",
    "load.users": "the largest number of concurrent users that the artefact states",
}


@frozen
class LoadRow:
    """One line of a summary: counts (``None`` where not printed) and times in milliseconds.

    ``percentiles`` maps a percentile such as ``99.9`` to its value.
    """

    requests: int | None = None
    failed: int | None = None
    percentiles: dict[Decimal, Decimal] = field(default_factory=dict)
    least: Decimal | None = None
    most: Decimal | None = None
    mean: Decimal | None = None

    def merge(self, other: LoadRow) -> LoadRow:
        """Both lines: counts added, the larger percentile, and only percentiles that both have."""
        shared = self.percentiles.keys() & other.percentiles.keys()
        return LoadRow(
            _sum(self.requests, other.requests),
            _sum(self.failed, other.failed),
            {one: max(self.percentiles[one], other.percentiles[one]) for one in sorted(shared)},
            _pick(min, self.least, other.least),
            _pick(max, self.most, other.most),
            _pick(max, self.mean, other.mean),
        )

    def measurements(self, labels: Labels = ()) -> Iterator[Measurement]:
        """The numbers of this line."""
        if self.requests is not None:
            yield Measurement("load.requests", Decimal(self.requests), labels=labels)
        if self.failed is not None:
            yield Measurement("load.failed", Decimal(self.failed), labels=labels)
        for percentile in sorted(self.percentiles):
            name = f"load.p{percentile.normalize():f}"
            yield Measurement(name, self.percentiles[percentile], "ms", labels)
        named = (("load.min", self.least), ("load.max", self.most), ("load.mean", self.mean))
        for name, value in named:
            if value is not None:
                yield Measurement(name, value, "ms", labels)


@frozen
class LoadSummary:
    """The total line and the lines per endpoint.

    ``seconds`` is the length of the run, ``rps`` requests per second, ``users`` the peak of
    concurrent users; ``None`` where the tool does not print them.

    A tool may tell one run in two files: its result, and its course over time (``is_course``). Joined, the
    result's counts stay as they are, and the ``course`` only fills in the users and the length.
    """

    total: LoadRow
    endpoints: dict[str, LoadRow] = field(default_factory=dict)
    seconds: Decimal | None = None
    rps: Decimal | None = None
    users: int | None = None
    is_course: bool = False
    course: LoadSummary | None = None

    def merge(self, other: LoadSummary) -> LoadSummary:
        """Counts added; of everything that cannot be added, the value that makes a pass harder."""
        if self.is_course != other.is_course:
            result, course = (other, self) if self.is_course else (self, other)
            return result.beside(course)
        endpoints = dict(self.endpoints)
        for name, row in other.endpoints.items():
            endpoints[name] = endpoints[name].merge(row) if name in endpoints else row
        return LoadSummary(
            self.total.merge(other.total),
            endpoints,
            _pick(max, self.seconds, other.seconds),
            _pick(min, self.rps, other.rps),
            _pick(max, self.users, other.users),
            self.is_course,
            _joined(self.course, other.course),
        )

    def beside(self, course: LoadSummary) -> LoadSummary:
        """The same result with a further course of its run."""
        both = _joined(self.course, course)
        return LoadSummary(self.total, self.endpoints, self.seconds, self.rps, self.users, False, both)

    def select(self, endpoints: Sequence[str]) -> LoadSummary:
        """Only the endpoints that match one of the glob patterns, with a total over them."""
        chosen = {
            name: row
            for name, row in self.endpoints.items()
            if any(fnmatchcase(name, pattern) for pattern in endpoints)
        }
        total: LoadRow | None = None
        for row in chosen.values():
            total = row if total is None else total.merge(row)
        return LoadSummary(
            total or LoadRow(), chosen, self.seconds, None, self.users, self.is_course, self.course
        )

    def percentile(self, percentile: Decimal) -> Decimal | None:
        """The percentile in milliseconds, if the tool printed it."""
        return self.total.percentiles.get(percentile)

    def mean(self) -> Decimal | None:
        """The mean in milliseconds, if the tool printed it."""
        return self.total.mean

    def longest(self) -> Decimal | None:
        """The longest duration in milliseconds, if the tool printed it."""
        return self.total.most

    def measurements(self) -> Iterator[Measurement]:
        """Totals first, then the same per endpoint in order of their names."""
        yield from self.total.measurements()
        seconds, users = self.seconds, self.users
        if self.course is not None:
            seconds = self.course.seconds if seconds is None else seconds
            users = self.course.users if users is None else users
        if seconds is not None:
            yield Measurement("load.duration", seconds, "s")
        if self.rps is not None:
            yield Measurement("load.rps", self.rps, "1/s")
        if users is not None:
            yield Measurement("load.users", Decimal(users))
        for name in sorted(self.endpoints):
            yield from self.endpoints[name].measurements(labelled(endpoint=name))


def proven(summary: LoadSummary, name: str) -> LoadSummary:
    """The summary, if it is evidence of a run.

    Raises:
        EvidenceError: E_NO_SAMPLES without any request, E_COUNT_MISMATCH with more failures than requests.
    """
    requests, failed = summary.total.requests, summary.total.failed
    if not requests:
        raise EvidenceError(
            "E_NO_SAMPLES", "the run made no request", file=name, hint="check that the load test ran"
        )
    if failed is not None and failed > requests:
        raise EvidenceError("E_COUNT_MISMATCH", f"{failed} failed of {requests} requests", file=name)
    return summary


def _joined(one: LoadSummary | None, other: LoadSummary | None) -> LoadSummary | None:
    return one.merge(other) if one is not None and other is not None else one or other


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _pick(choose: Callable[[_N, _N], _N], one: _N | None, other: _N | None) -> _N | None:
    """The chosen one of two; ``None`` where either part does not tell."""
    return None if one is None or other is None else choose(one, other)
