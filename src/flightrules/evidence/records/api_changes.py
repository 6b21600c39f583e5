"""Changes of an interface and whether they break its users."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from flightrules.evidence.measurement import Measurement, labelled

__all__ = ["API_CHANGE_DEFINITIONS", "ApiChange", "ApiChanges"]

API_CHANGE_DEFINITIONS = {
    "api.breaking_changes": "changes that break users, and those that the tool cannot rule out to break them",
    "api.changes": "all changes that the report lists",
}


class ApiChange(NamedTuple):
    """One change; ``level`` is breaking, suspected or harmless."""

    rule: str
    where: str
    text: str
    level: str


class ApiChanges:
    """Changes of one or several reports; joined as a union of multisets."""

    __slots__ = ("live",)

    def __init__(self, live: list[ApiChange]) -> None:
        self.live = live

    def merge(self, other: ApiChanges) -> ApiChanges:
        """The changes of both; the same report handed in twice changes nothing."""
        return ApiChanges(sorted((Counter(self.live) | Counter(other.live)).elements()))

    def measurements(self) -> Iterator[Measurement]:
        """``api.breaking_changes`` in total and by level, and ``api.changes``."""
        levels = Counter(one.level for one in self.live)
        yield Measurement("api.breaking_changes", Decimal(levels["breaking"] + levels["suspected"]))
        for level in ("breaking", "suspected"):
            yield Measurement("api.breaking_changes", Decimal(levels[level]), labels=labelled(level=level))
        yield Measurement("api.changes", Decimal(len(self.live)))

    def titles(self, limit: int) -> list[str]:
        """The breaking changes in words, at most ``limit``."""
        wanted = sorted(one for one in self.live if one.level != "harmless")
        return [f"{one.rule} at {one.where}: {one.text}" for one in wanted[:limit]]
