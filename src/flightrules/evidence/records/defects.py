"""Defect records: what trackers list, counted from the records and joined by their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Literal, cast

from flightrules.evidence.measurement import Measurement, Notice, labelled
from flightrules.evidence.records.defect_words import kind_of
from flightrules.values import NamedTuple

__all__ = ["DEFECT_DEFINITIONS", "Defect", "DefectList", "Defects", "Late", "Sort", "State"]

State = Literal["open", "done", "unknown"]
Sort = tuple[str, str, State]
"""Severity and type in the tracker's words, and the state."""
UNKNOWN_SEVERITY = "unknown"
DEFECT_DEFINITIONS = {
    "open defect": "not in a final state of the tracker; an unknown state counts as open",
    "defect": "every record that is not typed as story, task or the like; an unknown type counts as a defect",
    "joined records": "one id counts once; the latest update wins, and without update times the open one",
}


class Defect(NamedTuple):
    """One record of a tracker.

    ``severity`` and ``type`` are the tracker's own words; the rulebook's severity policy maps them.
    ``fields`` holds what else is known, as pairs: ``owner``, ``mitigation``, ``affected_users``,
    ``business_impact``, ``monitoring``, ``resolution_target``, ``component`` and ``fix_version``
    (these two once for each value).
    """

    id: str
    title: str = ""
    severity: str = ""
    state: State = "unknown"
    type: str = ""
    url: str = ""
    labels: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    created: str = ""
    updated: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it counts as open: everything that is not known to be done."""
        return self.state != "done"

    @property
    def kind(self) -> Literal["defect", "story", "other"]:
        """What the type says it is."""
        return kind_of(self.type)

    def all(self, name: str) -> tuple[str, ...]:
        """The values of one of the ``fields``; empty when the tracker does not state it."""
        return tuple(value for key, value in self.fields if key == name)


class Late(NamedTuple):
    """Records that nobody asked for yet: severity, type and state of each, and what gives them in order."""

    sorts: Sequence[Sort]
    rows: Callable[[], Iterable[Defect]]


class Defects:
    """Records by id. Joining is independent of order and grouping.

    What came as a block is made into records when somebody asks for one: most ask for counts alone.
    """

    __slots__ = ("_by_id", "_late")

    def __init__(self, by_id: dict[str, Defect | None] | None = None, late: list[Late] | None = None) -> None:
        """``by_id`` holds ``None`` in the place of each record that is ``late``."""
        self._by_id = {} if by_id is None else by_id
        self._late = [] if late is None else late

    @classmethod
    def of(cls, records: Iterable[Defect]) -> Defects:
        """The records, each id once."""
        found = DefectList()
        for record in records:
            found.add(record)
        return found.defects()

    @property
    def by_id(self) -> dict[str, Defect]:
        """All records."""
        for block in self._late:
            self._by_id.update((record.id, record) for record in block.rows())
        self._late.clear()
        return cast("dict[str, Defect]", self._by_id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Defects) and self.by_id == other.by_id

    __hash__ = None  # type: ignore[assignment]  # it holds what may change its form

    def merge(self, other: Defects) -> Defects:
        """The records of both."""
        return Defects.of((*self, *other))

    def __iter__(self) -> Iterator[Defect]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def select(self, patterns: Sequence[str]) -> Defects:
        """The records with a component or label that matches one of the shell patterns (case matters)."""
        return Defects({key: one for key, one in self.by_id.items() if _matches(one, patterns)})

    def open_defects(self) -> tuple[Defect, ...]:
        """The defects that are not done, by id."""
        found = [one for one in self if one.is_open and one.kind == "defect"]
        return tuple(sorted(found))

    def stories(self) -> tuple[Defect, ...]:
        """The records that are stories, by id."""
        return tuple(sorted(one for one in self if one.kind == "story"))

    def measurements(self) -> Iterator[Measurement]:
        """Counts of records; ``defects.open`` also for each severity word that occurs."""
        open_by = Counter[str]()
        total = stories = stories_done = 0
        for (severity, word, state), number in self._sorts().items():
            kind, is_open = kind_of(word), state != "done"
            if kind == "defect":
                total += number
                if is_open:
                    open_by[severity or UNKNOWN_SEVERITY] += number
            elif kind == "story":
                stories += number
                stories_done += number * (not is_open)
        yield Measurement("defects.listed", Decimal(len(self)))
        yield Measurement("defects.total", Decimal(total))
        yield Measurement("defects.open", Decimal(open_by.total()))
        for severity, number in sorted(open_by.items()):
            yield Measurement("defects.open", Decimal(number), labels=labelled(severity=severity))
        if stories:
            yield Measurement("stories.total", Decimal(stories))
            yield Measurement("stories.done", Decimal(stories_done))

    def notices(self) -> Iterator[Notice]:
        """What a reader must know about these records."""
        sorts = self._sorts().items()
        others = sum(number for (_, word, _), number in sorts if kind_of(word) != "defect")
        if others:
            yield Notice("W_NOT_DEFECTS", f"{others} of {len(self)} records are stories, tasks or the like")
        unknown = sum(number for (_, _, state), number in sorts if state == "unknown")
        if unknown:
            yield Notice(
                "W_UNKNOWN_STATE", f"{unknown} of {len(self)} records have no known state and count as open"
            )
        unrated = sum(
            number
            for (severity, word, state), number in sorts
            if not severity and state != "done" and kind_of(word) == "defect"
        )
        if unrated:
            yield Notice("W_UNKNOWN_SEVERITY", f"{unrated} open defects have no severity")

    def _sorts(self) -> Counter[Sort]:
        """How many records have the same severity, type and state; few of these occur."""
        known = (one for one in self._by_id.values() if one is not None)
        sorts = Counter((one.severity, one.type, one.state) for one in known)
        for block in self._late:
            sorts.update(block.sorts)
        return sorts


class DefectList:
    """Collects records while a file is read; ``joined`` counts repeated ids."""

    def __init__(self) -> None:
        self._by_id: dict[str, Defect | None] = {}
        self._late: list[Late] = []
        self.joined = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, record: Defect) -> None:
        """Take one record; of two with one id the later update stays."""
        before = self._by_id.setdefault(record.id, record)
        if before is not record:
            before = self.defects().by_id[record.id]
            self.joined += 1
            self._by_id[record.id] = max(before, record, key=_precedence)

    def add_later(self, ids: Sequence[str], late: Late) -> None:
        """Take a block of records; if an id is not new, they are made at once."""
        fresh: dict[str, Defect | None] = dict.fromkeys(ids)
        if len(fresh) == len(ids) and fresh.keys().isdisjoint(self._by_id.keys()):
            self._by_id.update(fresh)
            self._late.append(late)
            return
        for record in late.rows():
            self.add(record)

    def join(self, later: DefectList) -> bool:
        """Take those that another list holds, behind these; false, taking none, where both hold an id."""
        if not self._by_id.keys().isdisjoint(later._by_id.keys()):
            return False
        self._by_id.update(later._by_id)
        self._late += later._late
        self.joined += later.joined
        return True

    def defects(self) -> Defects:
        """The records so far."""
        return Defects(self._by_id, self._late)

    def notices(self) -> tuple[Notice, ...]:
        """What the records say about themselves, and how many repeated an id."""
        found = tuple(self.defects().notices())
        if not self.joined:
            return found
        return (Notice("W_DUPLICATE_ID", f"{self.joined} records repeat an id and were joined"), *found)


def _precedence(record: Defect) -> tuple[int, float, bool, Defect]:
    """A total order, so that joining does not depend on order; of two equals the open one stays.

    A record without an update time may be the newest: it wins while it is open and loses while done.
    """
    at = _instant(record.updated)
    rank = 1 if at is not None else 2 if record.is_open else 0
    return rank, at or 0.0, record.is_open, record


def _instant(text: str) -> float | None:
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _matches(record: Defect, patterns: Sequence[str]) -> bool:
    names = (*record.labels, *record.all("component"))
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
