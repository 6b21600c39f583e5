"""oasdiff's ``breaking`` and ``changelog`` lists as JSON; levels are 1 info, 2 warning, 3 error.

A warning is a change that the tool cannot rule out to break users, so it counts as breaking.
No change at all is ``[]``, which only a source that declares this format can mean.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.api_changes import API_CHANGE_DEFINITIONS, ApiChange, ApiChanges
from flightrules.evidence.source import Source

__all__ = ["read"]

_LEVELS = {1: "harmless", 2: "suspected", 3: "breaking"}


def read(source: Source, _head: Head) -> Reading:
    """Changes by level.

    Raises:
        EvidenceError: E_ENUM for an unknown level, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    changes = []
    document = decode(source, free_text=True)
    if isinstance(document, dict):  # as its service and options for other programs wrap it
        document = document.get("changes")
    for item in objects(document, "the list", name):
        level = require(item.get("level"), int, "a change's level", name)
        if level not in _LEVELS:
            raise EvidenceError("E_ENUM", f"the level {level} is none of 1, 2, 3", file=name)
        rule = require(item.get("id"), str, "a change's id", name)
        where = f"{text(item, 'operation')} {text(item, 'path')}".strip() or text(item, "section")
        changes.append(ApiChange(rule, where, text(item, "text")[:200], _LEVELS[level]))
    return Reading(
        "oasdiff", ApiChanges(changes), facts={"tool": "oasdiff"}, definitions=dict(API_CHANGE_DEFINITIONS)
    )
