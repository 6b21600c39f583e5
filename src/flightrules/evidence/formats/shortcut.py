"""Shortcut stories: a bare list, or the answer of a search; ``completed`` decides."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.defect_words import severity_from
from flightrules.evidence.records.defects import Defect, State
from flightrules.evidence.records.tracker_answers import Item, items, partial, tracker_reading
from flightrules.evidence.source import Source

__all__ = ["read"]

_RATINGS = ("severity", "priority")


def read(source: Source, _head: Head) -> Reading:
    """Stories of one complete answer.

    Raises:
        EvidenceError: E_PARTIAL, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    found = _stories(decode(source), source.name)
    return tracker_reading("shortcut", map(_defect, found), tool="Shortcut")


def _stories(document: Any, name: str) -> list[Item]:
    if isinstance(document, list):
        return items(document, "stories", name)
    answer = Item(document, "answer", name)
    answer = answer.inner("stories") or answer
    found = items(answer.value.get("data"), "data", name)
    total = answer.get("total", int)
    if answer.text("next") or (total is not None and total > len(found)):
        raise partial(name, f"the search found {total} stories, the answer holds {len(found)}", len(found))
    return found


def _defect(story: Item) -> Defect:
    labels = story.names("labels", "name")
    return Defect(
        id=story.identity("id"),
        title=story.text("name"),
        severity=_severity(story) or severity_from(labels),
        state=_state(story),
        type="story" if story.text("story_type") == "feature" else story.text("story_type"),
        url=story.text("app_url"),
        labels=labels,
        fields=(("resolution_target", story.text("deadline")),) if story.text("deadline") else (),
        created=story.text("created_at"),
        updated=story.text("updated_at"),
    )


def _severity(story: Item) -> str:
    what = f"{story.what}.custom_fields"
    fields = items(story.value.get("custom_fields") or [], what, story.name)
    found = {one.text("name", "field_name").casefold(): one.text("value") for one in fields}
    return next((found[key] for key in _RATINGS if found.get(key)), "")


def _state(story: Item) -> State:
    completed = story.get("completed", bool)
    return "unknown" if completed is None else "done" if completed else "open"
