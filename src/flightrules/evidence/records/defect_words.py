"""The words of trackers: which types are no defects, and what labels say about severity and type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from flightrules.patterns import late

__all__ = ["kind_of", "severity_from", "type_from"]

# Type names are free text and translated; only words that surely mean no defect leave the count.
_STORY = frozenset(
    [
        "story",
        "user story",
        "user-story",
        "job story",
        "product backlog item",
        "requirement",
        "故事",
        "需求",
        "ストーリー",
        "스토리",
        "récit",
        "récit utilisateur",
        "historia",
        "história",
        "история",
    ]
)
_OTHER = frozenset(
    [
        "task",
        "sub-task",
        "subtask",
        "technical task",
        "epic",
        "initiative",
        "theme",
        "feature",
        "new feature",
        "feature request",
        "enhancement",
        "improvement",
        "proposal",
        "question",
        "documentation",
        "docs",
        "spike",
        "research",
        "chore",
        "support",
        "service request",
        "change",
        "change request",
        "idea",
        "test",
        "test case",
        "test_case",
        "test plan",
        "test set",
        "test execution",
        "test suite",
        "pre-condition",
        "precondition",
        "discussion",
        "refactoring",
        "maintenance",
        "code review request",
        "shared steps",
        "任务",
        "子任务",
        "长篇故事",
        "タスク",
        "サブタスク",
        "エピック",
        "작업",
        "하위 작업",
        "에픽",
        "aufgabe",
        "unteraufgabe",
        "verbesserung",
        "neue funktion",
        "tâche",
        "sous-tâche",
        "amélioration",
        "tarea",
        "subtarea",
        "mejora",
        "tarefa",
        "subtarefa",
        "melhoria",
        "задача",
        "подзадача",
        "улучшение",
        "эпик",
    ]
)
_DEFECT = frozenset({"bug", "defect", "regression", "incident", "crash", "fault", "problem", "hotfix"})
_PREFIX = late(r"(?:severity|sev|priority|prio|importance|impact)\s*(?:::|[:/_=-])\s*(\S.*)\Z", re.IGNORECASE)
_SHORT = late(r"(?:p|s|prio|sev)-?[0-5]\Z", re.IGNORECASE)
_BARE = frozenset(
    {"blocker", "critical", "major", "minor", "trivial", "high", "medium", "low", "urgent", "showstopper"}
)
_TYPE_PREFIX = late(r"(?:type|kind|category|issue type|t|c)\s*(?:::|[:/_=-])\s*(\S.*)\Z", re.IGNORECASE)


@lru_cache(maxsize=1024)
def kind_of(type_name: str) -> Literal["defect", "story", "other"]:
    """What a record of this type is; a word that is not known means a defect."""
    word = type_name.strip().casefold()
    if word in _STORY:
        return "story"
    return "other" if word in _OTHER else "defect"


def severity_from(labels: Iterable[str]) -> str:
    """The severity that labels such as ``P1``, ``severity::critical`` or ``priority: high`` state.

    Empty when none does, or when two disagree: which of them holds cannot be known.
    """
    found = {word.casefold(): word for word in map(_severity, labels) if word}
    return next(iter(found.values())) if len(found) == 1 else ""


def type_from(labels: Iterable[str]) -> str:
    """The type that labels such as ``bug``, ``kind/bug`` or ``type::feature`` state; a defect goes first."""
    words = [_type(label) for label in labels]
    defect = next((word for word in words if word in _DEFECT), "")
    return defect or next((word for word in words if word in _STORY or word in _OTHER), "")


def _severity(label: str) -> str:
    text = label.strip()
    prefixed = _PREFIX.match(text)
    if prefixed:
        return prefixed.group(1).strip()
    return text if _SHORT.match(text) or text.casefold() in _BARE else ""


def _type(label: str) -> str:
    text = label.strip()
    prefixed = _TYPE_PREFIX.match(text)
    return (prefixed.group(1) if prefixed else text).strip().casefold()
