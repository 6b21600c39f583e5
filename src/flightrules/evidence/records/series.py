"""Time series of a monitoring system, condensed to last, least, most and mean value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Labels, Measurement, Notice, Reading
from flightrules.evidence.reading.epoch import rfc3339
from flightrules.values import frozen

__all__ = ["SERIES_DEFINITIONS", "Point", "Series", "reading_of"]

SERIES_DEFINITIONS = {
    "monitoring.value": "the value of an instant query; a range gives last, min, max and mean instead",
    "monitoring.mean": "the plain mean of a series' points, to 6 places",
}
Point = tuple[Decimal, Decimal]  # milliseconds since 1970, value
_SIX_PLACES = Decimal("0.000001")
_COUNTERS = ("_total", "_count", "_sum", "_bucket")
_GAP_FACTOR = Decimal("1.5")


@frozen
class Series:
    """The points of one series, as the artefact orders them; ``instant`` for one value."""

    labels: Labels
    points: tuple[Point, ...]
    instant: bool = False

    def measurements(self, labels: Labels) -> Iterator[Measurement]:
        """The numbers of this series."""
        values = [value for _, value in sorted(self.points)]
        if self.instant:
            yield Measurement("monitoring.value", values[0], labels=labels)
            return
        mean = sum(values, Decimal()) / len(values)
        yield Measurement("monitoring.last", values[-1], labels=labels)
        yield Measurement("monitoring.min", min(values), labels=labels)
        yield Measurement("monitoring.max", max(values), labels=labels)
        yield Measurement("monitoring.mean", _rounded(mean), labels=labels)

    @property
    def is_counter(self) -> bool:
        """Whether the name is one that Prometheus keeps for counters."""
        return any(key in ("metric", "__name__") and value.endswith(_COUNTERS) for key, value in self.labels)

    @property
    def has_reset(self) -> bool:
        """Whether a counter fell, or a nameless series fell to less than half of itself."""
        values = [value for _, value in sorted(self.points)]
        nameless = not self.labels
        pairs = list(pairwise(values))
        if self.is_counter:
            return any(after < before for before, after in pairs)
        return nameless and any(0 <= after * 2 < before for before, after in pairs)

    @property
    def has_gap(self) -> bool:
        """Whether two neighbours lie further apart than one and a half of the usual step."""
        times = sorted(time for time, _ in self.points)
        steps = sorted(after - before for before, after in pairwise(times))
        return len(steps) > 1 and steps[-1] > steps[len(steps) // 2] * _GAP_FACTOR

    @property
    def is_unsorted(self) -> bool:
        """Whether the points stand out of time order."""
        times = [time for time, _ in self.points]
        return times != sorted(times)


def reading_of(
    format_name: str, series: list[Series], source: str, *, notices: Iterable[Notice] = (), tool: str
) -> Reading:
    """The series as measurements, the most general numbers first.

    Raises:
        EvidenceError: E_NO_DATA without any point, E_DUPLICATE_KEY for two series of equal labels.
    """
    if not series or not any(one.points for one in series):
        message = "the answer holds no series" if not series else "no series holds a point"
        hint = "check the query and that the source was up; an empty answer is never healthy"
        raise EvidenceError("E_NO_DATA", message, file=source, hint=hint)
    empty = sum(not one.points for one in series)
    if empty:
        raise EvidenceError("E_NO_DATA", f"{empty} of {len(series)} series hold no point", file=source)
    _refuse_twins(series, source)
    newest = max(time for one in series for time, _ in one.points)
    taken_at = rfc3339(newest) if newest else None
    return Reading(
        format_name,
        extra=tuple(_measurements(series)),
        notices=(*notices, *_notices(series)),
        facts={"tool": tool} | ({"taken_at": taken_at} if taken_at else {}),
        definitions=SERIES_DEFINITIONS,
    )


def _refuse_twins(series: list[Series], source: str) -> None:
    seen: set[Labels] = set()
    for one in series:
        if one.labels in seen:
            named = ", ".join(f"{key}={value}" for key, value in one.labels)[:80] or "no labels"
            raise EvidenceError("E_DUPLICATE_KEY", f"two series have the same labels: {named}", file=source)
        seen.add(one.labels)


def _measurements(series: list[Series]) -> Iterator[Measurement]:
    yield Measurement("monitoring.series", Decimal(len(series)))
    yield Measurement("monitoring.samples", Decimal(sum(len(one.points) for one in series)))
    if len(series) == 1:
        yield from series[0].measurements(())
        if not series[0].labels:
            return
    for one in series:
        yield from one.measurements(one.labels)


def _notices(series: list[Series]) -> Iterator[Notice]:
    marks = (
        ("W_UNSORTED", "is_unsorted", "hold points out of time order; they were sorted"),
        ("W_RESET", "has_reset", "fall as a restarted counter does"),
        ("W_GAP", "has_gap", "have a gap between two points"),
    )
    for code, attribute, words in marks:
        count = sum(getattr(one, attribute) for one in series if not one.instant)
        if count:
            yield Notice(code, f"{count} of {len(series)} series {words}")


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_SIX_PLACES, ROUND_HALF_EVEN) if abs(value.adjusted()) < 18 else value  # noqa: PLR2004
