"""Checklists: things that people state to be done, item by item, such as runbooks, drills and acceptances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from flightrules.evidence.measurement import Labels, Measurement, Notice, labelled
from flightrules.values import field, frozen

__all__ = ["CHECKLIST_DEFINITIONS", "ChecklistItem", "Checklists"]

CHECKLIST_DEFINITIONS = {
    "done": "what the item's own record says; of two records of one item the one that is not done stands"
}


class ChecklistItem(NamedTuple):
    """One item. ``owner`` says who answers for it, ``evidence`` where to look it up."""

    checklist: str
    id: str
    title: str
    done: bool
    owner: str = ""
    evidence: str = ""


@frozen
class Checklists:
    """Items by checklist and id."""

    items: dict[tuple[str, str], ChecklistItem] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterable[ChecklistItem]) -> Checklists:
        """The items, each once; an item that one record calls open is open."""
        found: dict[tuple[str, str], ChecklistItem] = {}
        for item in items:
            key = item.checklist, item.id
            found[key] = min(found.get(key, item), item, key=lambda one: (one.done, one))
        return cls(found)

    def merge(self, other: Checklists) -> Checklists:
        """The items of both."""
        return Checklists.of((*self, *other))

    def __iter__(self) -> Iterator[ChecklistItem]:
        return iter(self.items.values())

    def __len__(self) -> int:
        return len(self.items)

    def open_items(self) -> tuple[ChecklistItem, ...]:
        """What is not done, sorted."""
        return tuple(sorted(item for item in self if not item.done))

    def measurements(self) -> Iterator[Measurement]:
        """``checklist.total`` and ``checklist.done``: over all, by checklist, and by an item's title."""
        total: defaultdict[Labels, int] = defaultdict(int)
        done: defaultdict[Labels, int] = defaultdict(int)
        for item in self:
            for labels in ((), labelled(checklist=item.checklist), labelled(item=item.title)):
                total[labels] += 1
                done[labels] += item.done
        for labels in sorted(total):
            yield Measurement("checklist.total", Decimal(total[labels]), labels=labels)
            yield Measurement("checklist.done", Decimal(done[labels]), labels=labels)

    def notices(self) -> Iterator[Notice]:
        """Which done items nobody can look up."""
        bare = sum(item.done and not (item.owner and item.evidence) for item in self)
        if bare:
            yield Notice("W_CLAIMED", f"{bare} items are done without an owner or a place to look it up")
