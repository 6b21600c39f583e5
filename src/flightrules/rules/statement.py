"""Sentences without an operator: items of a checklist, and those too vague to be measured."""

from __future__ import annotations

from typing import Any

from flightrules.errors import RulebookError
from flightrules.rules.metrics import METRICS
from flightrules.rules.rewritten import BETTER, rewritten
from flightrules.rules.subject import Subject

__all__ = ["checklist", "says_done", "stories", "vague"]

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


_SAYS_NOTHING = _DONE | {"all", "everything", "it", "we", "is", "are", "fully", "release", "product", "and"}
"""Words that name nothing that could be found done; a sentence of them alone is an aspiration."""


def says_done(words: list[str]) -> bool:
    """Whether the words name something that can be found done."""
    return any(word.lower() in _DONE for word in words)


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
