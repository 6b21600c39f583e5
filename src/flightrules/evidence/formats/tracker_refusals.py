"""Answers of trackers that hold no issues: refused by name, so that nobody takes them for zero."""

from __future__ import annotations

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.tracker_answers import api_error
from flightrules.evidence.source import Source

__all__ = ["read"]

_MESSAGES = ("errorMessages", "errors", "message", "error_description", "error")


def read(source: Source, _head: Head) -> Reading:
    """Always raises, with the reason."""
    document = decode(source)
    if isinstance(document, dict):
        if "nextPageToken" in document or "isLast" in document:
            raise EvidenceError(
                "E_PARTIAL",
                "an answer about pages that holds no issues",
                file=source.name,
                hint="keep the whole answer",
            )
        raise api_error(source.name, _messages(document))
    raise EvidenceError(
        "E_UNRECOGNISED",
        f"{_what(document[0] if document else None)}, not issues",
        file=source.name,
        line=1,
        column=1,
        hint="export the search for issues itself",
    )


def _messages(document: dict[str, object]) -> list[str]:
    found: list[str] = []
    for key in _MESSAGES:
        value = document.get(key)
        entries = value if isinstance(value, list) else [value]
        found += [str(one.get("message", "") if isinstance(one, dict) else one) for one in entries if one]
    return found


def _what(first: object) -> str:
    if isinstance(first, dict):
        if "jql" in first:
            return "a list of Jira filters"
        if "statusCategory" in first:
            return "a list of Jira statuses"
    return "a list of Jira settings"
