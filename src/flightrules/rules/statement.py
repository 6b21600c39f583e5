"""Sentences without an operator: items of a checklist, and those too vague to be measured."""

from __future__ import annotations

from typing import Any

from flightrules.errors import RulebookError
from flightrules.rules.metrics import METRICS
from flightrules.rules.rewritten import BETTER, rewritten
from flightrules.rules.sentence import Words, refused
from flightrules.rules.subject import Subject

__all__ = ["checklist", "field_named", "says_done", "stories", "vague"]

_DONE = frozenset(
    [
        "accepted",
        "announced",
        "approved",
        "archived",
        "attached",
        "cleared",
        "closed",
        "complete",
        "completed",
        "conducted",
        "confirmed",
        "defined",
        "delivered",
        "demonstrated",
        "deployed",
        "distributed",
        "documented",
        "done",
        "evaluated",
        "executed",
        "finished",
        "granted",
        "held",
        "identified",
        "in-place",
        "installed",
        "live",
        "loaded",
        "met",
        "mitigated",
        "notified",
        "prepared",
        "present",
        "provisioned",
        "published",
        "ready",
        "reconciled",
        "recorded",
        "rehearsed",
        "resolved",
        "reviewed",
        "scheduled",
        "shared",
        "signed",
        "signed-off",
        "tested",
        "trained",
        "updated",
        "validated",
        "verified",
        "working",
        "written",
    ]
)


_FIELDS = (
    "affected users",
    "affected users estimate",
    "business impact",
    "mitigation",
    "monitoring",
    "owner",
    "resolution target",
    "severity",
    "title",
)
_ALMOST = 0.79
_SAYS_NOTHING = _DONE | {"all", "everything", "it", "we", "is", "are", "fully", "release", "product", "and"}
"""Words that name nothing that could be found done; a sentence of them alone is an aspiration."""


def says_done(words: list[str]) -> bool:
    """Whether the words name something that can be found done."""
    return any(word.lower() in _DONE for word in words)


def field_named(name: str, words: Words, place: dict[str, Any]) -> str:
    """A field that records are asked for: one of a known defect, or a column of the tracker's own.

    Raises:
        RulebookError: E_METRIC at a name that is a known one but for a letter or two; no record has that.
    """
    if name in _FIELDS:
        return name
    from difflib import get_close_matches

    close = get_close_matches(name, _FIELDS, n=1, cutoff=_ALMOST)
    if close:
        raise refused("E_METRIC", f"{name!r} is no field", place, f"did you mean {close[0]!r}?", words[0])
    return name


def checklist(text: str, by: str | None, place: dict[str, Any], sentence: str) -> Subject:
    """An item that somebody must have done: ``Runbooks published``, ``Pen test complete``.

    Raises:
        RulebookError: E_VAGUE_CRITERION when the words name nothing that can be found done.
    """
    words = text.split()
    if not says_done(words) or _SAYS_NOTHING.issuperset(word.lower() for word in words):
        raise vague(sentence, place)
    name = f"{text} by {by}" if by else text
    return Subject(METRICS["checklist.done_rate"], {"checklist": name.lower()})


def stories(words: list[str], by: str | None) -> Subject | None:
    """``All stories accepted by PM``: a rate of its own, because trackers measure it."""
    if "stories" not in words:
        return None
    return Subject(METRICS["stories.accepted_rate"], {"accepted_by": by} if by else {})


def vague(sentence: str, place: dict[str, Any]) -> RulebookError:
    """The refusal of a criterion that nobody could measure."""
    return RulebookError(
        "E_VAGUE_CRITERION",
        f"{sentence.strip()[:80]!r} cannot be measured: it has no operator and no threshold",
        file=place["file"],
        line=place["line"],
        column=place["column"],
        hint=f"write for example: {rewritten(sentence.split()) or BETTER}",
    )
