"""How an entry tells of a row: what a model declares, and the rows that are there without any.

Whoever writes to the database alone can add a role, a signature or a release; no entry then tells how it came
to be. A model says so by ``recorded_as``: one :class:`Recorded`, or several of which one must hold. Entries
about a denial or a later change do not count, for they may speak of a row that was slipped in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Model, QuerySet

from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.entry import read_entry
from flightrules.service.records.tags import Tag

if TYPE_CHECKING:
    from flightrules.service.records.models import Entry

__all__ = ["Ended", "Recorded", "batches", "is_told", "misended", "unrecorded", "vanished"]

_BATCH = 300
_OWN_KEYS = ("pk", "key")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One way in which entries tell that rows of a model came to be.

    Attributes:
        kind: the first half of the entry's subject.
        tags: what the entry says that happened.
        key: field of the row, or path over relations, that is the other half of the subject.
        words: fields whose values must stand in the entry as well; one that is None is left out.
        same: fields whose values the entry's data holds under their own names; what is empty may be left out.
        saying: a piece of the entry's canonical JSON that must stand in it.
        several: whether one entry tells of several rows; otherwise each row takes one of its own.
        among: the name under which an entry lists several of them; ``same`` is then asked of the row's own.
    """

    kind: str
    tags: tuple[Tag, ...]
    key: str = "pk"
    words: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    saying: bytes = b""
    several: bool = False
    among: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How entries tell that a row counts no more; declared as ``ended_as``.

    Attributes:
        kind, tags, key, words: as in :class:`Recorded`.
        field: the moment at which it ended; empty as long as it counts.
    """

    kind: str
    tags: tuple[Tag, ...]
    field: str
    key: str = "pk"
    words: tuple[str, ...] = ()


def unrecorded(model: type[Model], ways: Sequence[Recorded]) -> Iterator[tuple[Any, str]]:
    """(primary key, the subject that the first way expects) of rows that no entry tells of."""
    left: dict[Any, str] = {}
    for number, way in enumerate(ways):
        taken: set[int] = set()
        for batch in batches(QuerySet(model), way.key, (*way.words, *way.same)):
            if number == 0:
                left.update({row[0]: f"{way.kind}/{row[1]}" for row in batch})
            for key in _told(way, [row for row in batch if row[0] in left], taken):
                left.pop(key, None)
    yield from sorted(left.items(), key=lambda one: str(one[0]))


def vanished(model: type[Model], ways: Sequence[Recorded]) -> Iterator[str]:
    """Subjects of entries that tell of a row which is not there, where the entry has the row's own key."""
    for way in ways:
        if way.key not in _OWN_KEYS or way.saying:
            continue
        told = _rows().filter(tag__in=way.tags, subject__startswith=f"{way.kind}/")
        subjects = told.order_by("subject").values_list("subject", flat=True).distinct()
        there = {f"{way.kind}/{key}" for key in QuerySet(model).values_list(way.key, flat=True).iterator()}
        yield from (one for one in subjects.iterator(_BATCH) if one not in there)


def misended(model: type[Model], way: Ended) -> Iterator[tuple[Any, bool]]:
    """(primary key, whether the row says that it is over) of rows of which the entries say otherwise."""
    told_by = Recorded(way.kind, way.tags, way.key, way.words, several=True)
    for is_over in (False, True):
        rows: QuerySet[Any, Any] = QuerySet(model).filter(**{f"{way.field}__isnull": not is_over})
        for batch in batches(rows, told_by.key, told_by.words):
            told = set(_told(told_by, batch, set()))
            yield from ((row[0], is_over) for row in batch if (row[0] in told) != is_over)


def batches(found: QuerySet[Any, Any], key: str, names: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """Primary key, ``key`` and these columns of the rows, a few hundred at a time."""
    rows = found.order_by("pk").values_list("pk", key, *names)
    batch: list[tuple[Any, ...]] = []
    for row in rows.iterator(_BATCH):
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _told(way: Recorded, rows: Sequence[tuple[Any, ...]], taken: set[int]) -> Iterator[Any]:
    """Primary keys of those rows that an entry tells of; ``taken`` are entries that were found for others."""
    entries = _entries(way, {f"{way.kind}/{row[1]}" for row in rows if row[1] is not None})
    behind = 2 + len(way.words)
    for row in rows:
        wanted = [canonical_bytes(str(word)) for word in row[2:behind] if word is not None]
        same = dict(zip(way.same, row[behind:], strict=True))
        for number, body in entries.get(f"{way.kind}/{row[1]}", ()):
            fits = number not in taken and all(word in body for word in wanted)
            if fits and _holds(way, body, row[0], same):
                if not way.several:
                    taken.add(number)
                yield row[0]
                break


def _holds(way: Recorded, body: bytes, key: Any, same: Mapping[str, Any]) -> bool:
    """Whether the entry's data says the very same of these fields."""
    data = read_entry(body).data if same else {}
    listed = [one for one in data.get(way.among) or () if str(key) in one.values()] if way.among else []
    return all(is_told((listed or [data])[0].get(name), value) for name, value in same.items())


def is_told(told: Any, value: Any) -> bool:
    """Whether an entry says this of a column; what is empty may be left out of it."""
    if isinstance(value, UUID):
        return bool(told == str(value))
    if isinstance(value, datetime) and isinstance(told, str):
        return datetime.fromisoformat(told) == value
    return bool(told == value or (told is None and not value))


def _entries(way: Recorded, subjects: set[str]) -> dict[str, list[tuple[int, bytes]]]:
    found: dict[str, list[tuple[int, bytes]]] = {}
    rows = _rows().filter(subject__in=subjects, tag__in=way.tags)
    for number, subject, body in rows.values_list("pk", "subject", "body"):
        if way.saying in bytes(body):
            found.setdefault(subject, []).append((number, bytes(body)))
    return found


def _rows() -> QuerySet[Entry]:
    """The ledger's rows; models declare themselves with this file before any model can be imported."""
    from flightrules.service.records.models import Entry

    return Entry.objects.order_by("pk")
