"""What answers of trackers share: checked access to records, pages, and the way to a reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json import require
from flightrules.evidence.records.defects import DEFECT_DEFINITIONS, Defect, DefectList
from flightrules.evidence.records.pages import OnePageError

__all__ = ["Item", "api_error", "items", "maybe_partial", "on_last_page", "partial", "tracker_reading"]


class Item:
    """One decoded record; every access checks the type and names the place."""

    def __init__(self, value: Any, what: str, name: str) -> None:
        self.value: dict[str, Any] = require(value, dict, what, name)
        self.what = what
        self.name = name

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def get(self, key: str, kind: type) -> Any:
        """The value of that type, or None where it is absent or null."""
        value = self.value.get(key)
        return None if value is None else require(value, kind, f"{self.what}.{key}", self.name)

    def required(self, key: str, kind: type) -> Any:
        """The value of that type."""
        return require(self.value.get(key), kind, f"{self.what}.{key}", self.name)

    def text(self, *keys: str) -> str:
        """The first of these that is given: text or a number; empty otherwise."""
        for key in keys:
            value = self.value.get(key)
            if value is not None and value != "":
                return str(require(value, (str, int), f"{self.what}.{key}", self.name))
        return ""

    def identity(self, *keys: str) -> str:
        """The first of these that is given; a record without identity cannot be counted once."""
        found = self.text(*keys).strip()
        if not found:
            raise EvidenceError("E_MISSING_FIELD", f"{self.what} has no {keys[0]}", file=self.name)
        return found

    def inner(self, key: str) -> Item | None:
        """The object at this key."""
        value = self.value.get(key)
        return None if value is None else Item(value, f"{self.what}.{key}", self.name)

    def name_of(self, key: str, *inner: str) -> str:
        """Text, or the first given text inside the object there, such as the ``login`` of an ``assignee``."""
        value = self.value.get(key)
        if isinstance(value, dict):
            return Item(value, f"{self.what}.{key}", self.name).text(*inner)
        return self.text(key)

    def names(self, key: str, *inner: str) -> tuple[str, ...]:
        """The texts of a list, or of the objects in it; sorted, each once."""
        value = self.value.get(key)
        if isinstance(value, dict):  # GraphQL wraps lists
            value = value.get("nodes")
        entries = [] if value is None else require(value, list, f"{self.what}.{key}", self.name)
        what = f"{self.what}.{key}[]"
        return tuple(sorted({_entry(one, inner, what, self.name) for one in entries} - {""}))


def _entry(value: Any, inner: Sequence[str], what: str, name: str) -> str:
    if isinstance(value, dict):
        return Item(value, what, name).text(*inner)
    return str(require(value, str, what, name))


def items(value: Any, what: str, name: str) -> list[Item]:
    """The records of a list."""
    return [Item(one, f"{what}[{at}]", name) for at, one in enumerate(require(value, list, what, name))]


def partial(name: str, message: str, listed: int | None = None) -> EvidenceError:
    """One page is not the answer; ``listed`` are the records on it."""
    hint = "fetch all pages and hand over the complete answer"
    return OnePageError(message, name, hint, ("defects.listed", listed))


def api_error(name: str, messages: Iterable[object]) -> EvidenceError:
    """The tracker's refusal, in its own words."""
    words = "; ".join(str(one)[:120] for one in messages) or "no reason given"
    return EvidenceError(
        "E_API_ERROR",
        f"the tracker refused: {words[:300]}",
        file=name,
        hint="repeat the request with credentials and a valid query",
    )


def maybe_partial(count: int, page_sizes: Sequence[int]) -> tuple[Notice, ...]:
    """A bare list that is exactly one page long may go on; the answer itself does not tell."""
    if count not in page_sizes:
        return ()
    return (Notice("W_MAYBE_PARTIAL", f"the list holds exactly {count} records, a common page size"),)


def on_last_page(document: list[Any]) -> int:
    """How many records stand in a bare list, or on the last of several pages in one list."""
    paged = bool(document) and all(isinstance(page, list) for page in document)
    return len(document[-1] if paged else document)


def tracker_reading(
    format_name: str,
    records: Iterable[Defect],
    *,
    tool: str,
    notices: Sequence[Notice] = (),
    facts: dict[str, str] | None = None,
) -> Reading:
    """The reading of a complete list of records."""
    found = DefectList()
    for record in records:
        found.add(record)
    return Reading(
        format_name,
        found.defects(),
        notices=(*notices, *found.notices()),
        facts={"tool": tool, **(facts or {})},
        definitions=dict(DEFECT_DEFINITIONS),
    )
