"""What entries told last of the columns of a row, where rows are changed: compared with what stands there.

A model says so by ``told_as``. The ledger holds personal texts and long values as commitments and digests;
they are compared by those, and what was erased is not compared at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet

from flightrules.ledger.canonical import canonical_bytes
from flightrules.ledger.entry import read_entry
from flightrules.service.records.recorded import batches, is_told
from flightrules.service.records.tags import Tag

if TYPE_CHECKING:
    from flightrules.service.records.models import Entry

__all__ = ["ANYTHING", "Aside", "Told", "mistold"]

ANYTHING = object()
"""What an entry sets a column to that may stand either way from then on."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Entries about something else that tell of a row as well.

    Attributes:
        named: under which name their data holds the row's key.
        fields: columns that their data holds under their names.
        sets: what such an entry means by itself.
    """

    named: str
    fields: tuple[str, ...] = ()
    sets: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """How entries tell of the columns of a row.

    Attributes:
        kind, key: as in :class:`~flightrules.service.records.recorded.Recorded`.
        tags: entries about the row, whose data holds columns under their names; a name under ``changed`` that
            has no value there was emptied.
        fields: columns that are compared once an entry has told of them.
        usual: columns that are as the model makes them until an entry tells of them.
        sets: what a tag means by itself; ``True`` and ``False`` say whether a moment or a word is there.
        asides: entries about something else, by their tag.
    """

    kind: str
    tags: tuple[Tag, ...]
    fields: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    sets: Mapping[Tag, Mapping[str, object]] = field(default_factory=dict)
    asides: Mapping[Tag, Aside] = field(default_factory=dict)
    key: str = "pk"


def mistold(model: type[Model], way: Told) -> Iterator[tuple[Any, str]]:
    """(primary key, column) where a row does not stand as the entries told last."""
    names = (*way.fields, *way.usual)
    fresh = model()
    usual = {name: getattr(fresh, name) for name in way.usual}
    beside = _beside(way)
    for batch in batches(QuerySet(model), way.key, names):
        told = _told(way, [str(row[1]) for row in batch], beside)
        kept = _kept(told.values())
        for row in batch:
            said = usual | told.get(str(row[1]), {})
            stands = dict(zip(names, row[2:], strict=True))
            differing = [one for one in names if one in said and not _is(said[one], stands[one], kept)]
            yield from ((row[0], name) for name in differing)


def _told(way: Told, keys: Sequence[str], beside: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """What was told last of each column of these rows."""
    subjects = {f"{way.kind}/{key}": key for key in keys}
    rows = _entries().filter(subject__in=subjects, tag__in=way.tags)
    asked = rows.values_list("pk", "subject", "tag", "body")
    lines = [
        (number, subjects[subject], _said(way, Tag(tag), read_entry(bytes(body)).data))
        for number, subject, tag, body in asked.iterator()
    ]
    lines += [(number, key, said) for key in keys for number, said in beside.get(key, ())]
    told: dict[str, dict[str, Any]] = {}
    for _, key, said in sorted(lines, key=lambda line: line[0]):
        told.setdefault(key, {}).update(said)
    return told


def _said(way: Told, tag: Tag, data: Mapping[str, Any]) -> dict[str, Any]:
    changed = data.get("changed") or ()
    names = (*way.fields, *way.usual)
    said = {name: data.get(name) for name in names if name in data or name in changed}
    return said | dict(way.sets.get(tag, {}))


def _beside(way: Told) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """What entries about something else say, by the key of the row that they tell of."""
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    rows = _entries().filter(tag__in=list(way.asides)).values_list("pk", "tag", "body")
    for number, tag, body in rows.iterator():
        aside, data = way.asides[Tag(tag)], read_entry(bytes(body)).data
        if data.get(aside.named):
            said = {name: data.get(name) for name in aside.fields} | dict(aside.sets)
            found.setdefault(str(data[aside.named]), []).append((number, said))
    return found


def _kept(told: Any) -> dict[str, tuple[bytes | None, bool]]:
    """Salt of each commitment that was told, and whether it was erased."""
    from flightrules.service.records.models import PersonalDatum

    wanted = {str(one["commitment"]) for said in told for one in said.values() if _is_commitment(one)}
    rows = PersonalDatum.objects.filter(pk__in=wanted).values_list("pk", "salt", "erased_at")
    return {pk: (None if salt is None else bytes(salt), erased is not None) for pk, salt, erased in rows}


def _is(said: Any, stands: Any, kept: Mapping[str, tuple[bytes | None, bool]]) -> bool:
    if said is ANYTHING:
        return True
    if isinstance(said, bool):
        return bool(stands) == said
    if _is_commitment(said):
        salt, erased = kept.get(str(said["commitment"]), (None, False))
        return erased or (salt is not None and _commitment(salt, stands) == str(said["commitment"]))
    if isinstance(said, dict) and set(said) == {"sha256"}:
        return hashlib.sha256(canonical_bytes(stands)).hexdigest() == str(said["sha256"])
    return is_told(said, stands)


def _is_commitment(said: Any) -> bool:
    return isinstance(said, dict) and set(said) == {"commitment"}


def _commitment(salt: bytes, stands: Any) -> str:
    text = stands if isinstance(stands, str) else json.dumps(stands, ensure_ascii=False)
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _entries() -> QuerySet[Entry]:
    """The ledger's rows; models declare themselves with this file before any model can be imported."""
    from flightrules.service.records.models import Entry

    return Entry.objects.order_by("pk")
