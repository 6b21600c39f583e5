"""The words of the evidence room: what a format returns and what the engine receives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Protocol, Self

from flightrules.values import field, frozen

__all__ = ["Evidence", "Labels", "Measurement", "Notice", "Reading", "Records", "labelled"]

Labels = tuple[tuple[str, str], ...]


def labelled(**labels: str) -> Labels:
    """Labels in their one order, so that equal labels are equal tuples."""
    return tuple(sorted(labels.items()))


@frozen
class Measurement:
    """One value of one metric.

    ``unit`` is ``1`` for counts and ratios, ``ms``, ``s``, ``1/s``, ``%`` otherwise.
    Without labels the value is the total over the artefact.
    """

    metric: str
    value: Decimal
    unit: str = "1"
    labels: Labels = ()


@frozen
class Notice:
    """Something a reader of the evidence must know; ``code`` starts with ``W_``."""

    code: str
    message: str


class Records(Protocol):
    """What several files of one method can be joined on: cases, lines, findings, samples, defects."""

    def merge(self, other: Self) -> Self:
        """The records of both; joining parts gives what one file with everything would give."""
        ...

    def measurements(self) -> Iterable[Measurement]:
        """The numbers, counted from the records themselves."""
        ...


@frozen
class Reading:
    """What a format saw in one artefact.

    ``records`` are kept where filtering by scope, quarantine or baseline needs them.
    ``extra`` holds measurements that do not follow from the records.
    ``facts`` are statements of the artefact on itself: ``taken_at`` (RFC 3339), ``build``,
    ``environment``, ``tool``, ``tool_version``. ``definitions`` name the choices of formula
    (``percentile: nearest-rank``) that a report prints beside the numbers.
    """

    format: str
    records: Records | None = None
    extra: tuple[Measurement, ...] = ()
    notices: tuple[Notice, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)

    @property
    def measurements(self) -> Iterator[Measurement]:
        """All numbers, records first."""
        if self.records is not None:
            yield from self.records.measurements()
        yield from self.extra


@frozen
class Evidence:
    """One artefact as received, bound to where, when and of what it was taken.

    ``digest`` is the hexadecimal SHA-256 of the bytes. ``bound`` tells how build and environment
    are known: by the artefact's ``content``, by a ``binding`` file that names the digest,
    by the rulebook's ``source`` declaration, or ``unknown``.
    """

    method: str
    path: str
    digest: str
    size: int
    reading: Reading
    received_at: datetime
    taken_at: datetime | None = None
    environment: str | None = None
    build: str | None = None
    bound: str = "unknown"
