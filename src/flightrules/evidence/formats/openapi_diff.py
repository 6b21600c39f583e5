"""openapi-diff (npm): breaking, non-breaking and unclassified differences of two OpenAPI files.

An unclassified difference cannot be ruled out to break users. The command line writes a sentence before
the JSON, and nothing but a sentence where the two do not differ.
"""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode_text, require, utf8
from flightrules.evidence.records.api_changes import API_CHANGE_DEFINITIONS, ApiChange, ApiChanges
from flightrules.evidence.source import Source

__all__ = ["read"]

_SAME = "No changes found between the two specifications"
_GROUPS = {
    "breakingDifferences": "breaking",
    "unclassifiedDifferences": "suspected",
    "nonBreakingDifferences": "harmless",
}


def read(source: Source, _head: Head) -> Reading:
    """Changes by level.

    Raises:
        EvidenceError: E_CONTRADICTION where breaking differences are announced and none is listed,
            E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    sentence, brace, rest = utf8(source).partition("{")
    if not brace and sentence.strip() == _SAME:
        return _reading([])
    document = mapping(decode_text(brace + rest, name, free_text=True), "the report", name)
    announced = require(document.get("breakingDifferencesFound"), bool, "breakingDifferencesFound", name)
    changes = [
        ApiChange(text(item, "code"), text(item, "entity"), text(item, "action"), level)
        for key, level in _GROUPS.items()
        for item in objects(document.get(key), key, name, optional=True)
    ]
    if announced != any(one.level == "breaking" for one in changes):
        message = f"breakingDifferencesFound is {str(announced).lower()}, the list says otherwise"
        raise EvidenceError("E_CONTRADICTION", message, file=name, hint="check the tool that wrote it")
    return _reading(changes)


def _reading(changes: list[ApiChange]) -> Reading:
    return Reading(
        "openapi-diff",
        ApiChanges(changes),
        facts={"tool": "openapi-diff"},
        definitions=dict(API_CHANGE_DEFINITIONS),
    )
