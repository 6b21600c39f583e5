"""Load samples, exact and mergeable: what a load test measured, request by request.

Percentiles are nearest-rank over all requests that have a duration, failed ones included: a request
that failed fast is no fast request, but leaving failures out would hide time-outs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fnmatch import fnmatchcase

from flightrules.evidence.measurement import Labels, Measurement, labelled
from flightrules.evidence.records.durations import Durations

__all__ = ["SAMPLE_DEFINITIONS", "Samples"]

SAMPLE_DEFINITIONS = {
    "percentile": "nearest-rank over all requests, failed ones included",
    "load.rps": "requests divided by the seconds from the first start to the last end, to 3 places",
    "load.users": "the largest number of concurrent users that the artefact states",
}
_STANDARD = (Decimal(50), Decimal(90), Decimal(95), Decimal(99))
_THREE_PLACES = Decimal("0.001")


class Samples:
    """Every request of a load test, counted per endpoint, duration and outcome.

    ``first`` and ``last`` are the first start and the last end in milliseconds since 1970, ``users``
    the peak of concurrent users; ``None`` where the artefact does not tell.
    """

    __slots__ = ("_everything", "durations", "failed", "first", "last", "requests", "users")

    def __init__(
        self, *, first: Decimal | None = None, last: Decimal | None = None, users: int | None = None
    ) -> None:
        self.requests: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.durations: dict[str, Durations] = {}
        self._everything: Durations | None = None
        self.first = first
        self.last = last
        self.users = users

    @classmethod
    def of(
        cls,
        counts: Mapping[tuple[str, int | Decimal, bool], int],
        *,
        first: Decimal | None = None,
        last: Decimal | None = None,
        users: int | None = None,
    ) -> Samples:
        """Samples from ``(endpoint, milliseconds, ok) -> how often``."""
        samples = cls(first=first, last=last, users=users)
        for (endpoint, ms, ok), count in counts.items():
            samples.add(endpoint, ms, ok=ok, count=count)
        return samples

    def add(self, endpoint: str, ms: int | Decimal | None, *, ok: bool, count: int = 1) -> None:
        """Count one kind of request ``count`` times; ``ms`` is ``None`` where no answer came."""
        self.requests[endpoint] += count
        if not ok:
            self.failed[endpoint] += count
        if ms is not None:
            self._durations(endpoint).add(ms, count)

    def add_all(self, endpoint: str, durations: Durations, *, requests: int, failed: int) -> None:
        """Count many requests of one endpoint at once."""
        self.requests[endpoint] += requests
        if failed:
            self.failed[endpoint] += failed
        self._durations(endpoint).update(durations)

    def seen(self, start: Decimal | None, end: Decimal | None, users: int | None = None) -> None:
        """Widen the time span and the peak of users."""
        self.first = _least(self.first, start)
        self.last = _most(self.last, end)
        if users is not None:
            self.users = max(users, self.users or 0)

    def merge(self, other: Samples) -> Samples:
        """All requests of both; the span covers both, users are the larger peak, never the sum."""
        both = Samples()
        for part in (self, other):
            for endpoint in part.requests:
                both.add_all(
                    endpoint,
                    part.durations.get(endpoint, Durations()),
                    requests=part.requests[endpoint],
                    failed=part.failed[endpoint],
                )
            both.seen(part.first, part.last, part.users)
        return both

    def select(self, endpoints: Sequence[str]) -> Samples:
        """Only the endpoints that match one of the glob patterns; span and users stay the run's."""
        chosen = Samples(first=self.first, last=self.last, users=self.users)
        for endpoint in self.requests:
            if any(fnmatchcase(endpoint, pattern) for pattern in endpoints):
                durations = self.durations.get(endpoint, Durations())
                chosen.add_all(
                    endpoint, durations, requests=self.requests[endpoint], failed=self.failed[endpoint]
                )
        return chosen

    def percentile(self, percentile: Decimal) -> Decimal | None:
        """The nearest-rank percentile in milliseconds, or ``None`` when nothing was timed.

        Raises:
            ValueError: the percentile is not above 0 and at most 100.
        """
        if not 0 < percentile <= 100:  # noqa: PLR2004  a percentile's own range
            message = f"no percentile: {percentile}"
            raise ValueError(message)
        found = self._all_durations().percentiles((percentile,))
        return found[0] if found else None

    def mean(self) -> Decimal | None:
        """The mean duration in milliseconds to 50 digits, or ``None`` when nothing was timed."""
        return self._all_durations().mean()

    def longest(self) -> Decimal | None:
        """The longest duration in milliseconds, or ``None`` when nothing was timed."""
        return self.percentile(Decimal(100))

    def ahead(self) -> None:
        """Join the endpoints now, of which any total is taken; see ``Cases.ahead``."""
        self._all_durations()

    @property
    def seconds(self) -> Decimal | None:
        """Seconds from the first start to the last end."""
        if self.first is None or self.last is None or self.last < self.first:
            return None
        return (self.last - self.first) / 1000

    def measurements(self) -> Iterator[Measurement]:
        """Totals first, then the same per endpoint in order of their names."""
        yield from self.totals()
        for endpoint in sorted(self.requests):
            labels = labelled(endpoint=endpoint)
            durations = self.durations.get(endpoint, Durations())
            yield from _numbers(self.requests[endpoint], self.failed[endpoint], durations, labels)

    def totals(self) -> Iterator[Measurement]:
        """The numbers of the whole run, without those of each endpoint, which take much longer."""
        total = self.requests.total()
        if total:
            yield from _numbers(total, self.failed.total(), self._all_durations(), ())
            yield from self._run(total)

    def _run(self, total: int) -> Iterator[Measurement]:
        seconds = self.seconds
        if seconds is not None:
            yield Measurement("load.duration", seconds, "s")
        if seconds:
            rate = (total / seconds).quantize(_THREE_PLACES, ROUND_HALF_EVEN)
            yield Measurement("load.rps", rate, "1/s")
        if self.users is not None:
            yield Measurement("load.users", Decimal(self.users))

    def _durations(self, endpoint: str) -> Durations:
        """The durations of an endpoint, to be added to."""
        self._everything = None
        found = self.durations.get(endpoint)
        if found is None:
            found = self.durations[endpoint] = Durations()
        return found

    def _all_durations(self) -> Durations:
        if len(self.durations) == 1:
            return next(iter(self.durations.values()))
        if self._everything is None:
            self._everything = Durations()
            for one in self.durations.values():
                self._everything.update(one)
        return self._everything


def _numbers(requests: int, failed: int, durations: Durations, labels: Labels) -> Iterable[Measurement]:
    yield Measurement("load.requests", Decimal(requests), labels=labels)
    yield Measurement("load.failed", Decimal(failed), labels=labels)
    yield from (
        Measurement(f"load.p{percentile}", value, "ms", labels)
        for percentile, value in zip(_STANDARD, durations.percentiles(_STANDARD), strict=False)
    )
    extremes = durations.extremes()
    if extremes is not None:
        named = zip(("load.min", "load.max", "load.mean"), extremes, strict=True)
        yield from (Measurement(name, value, "ms", labels) for name, value in named)


def _least(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)


def _most(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    known = [value for value in (one, other) if value is not None]
    return max(known, default=None)
