"""Levels in a sentence: severities of findings and defects, impacts of accessibility violations."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["DEFECT_LEVELS", "FINDING_LEVELS", "IMPACTS", "UPWARDS", "impacts", "severities"]

FINDING_LEVELS = ("critical", "high", "medium", "low", "info")
DEFECT_LEVELS = ("p1", "p2", "p3", "p4")
IMPACTS = ("critical", "serious", "moderate", "minor")
UPWARDS = frozenset(["above", "higher", "worse"])
"""``HIGH or above``: the level and every worse one."""


def severities(words: Iterable[str]) -> str:
    """Severity words in their one order: worst first, joined by ``|``."""
    ranked = _ranked(words, FINDING_LEVELS, DEFECT_LEVELS)
    return "|".join(word.upper() if word in DEFECT_LEVELS else word for word in ranked)


def impacts(words: Iterable[str]) -> str:
    """Impacts of accessibility violations as axe names them: worst first, joined by ``|``."""
    return "|".join(_ranked(words, IMPACTS))


def _ranked(words: Iterable[str], *scales: tuple[str, ...]) -> list[str]:
    """The words scale by scale, worst first; then those of no scale, among them an upwards of nothing."""
    flat = {part for word in words for part in re.split(r"[\s/|]+", word.lower()) if part}
    upwards = flat & UPWARDS
    found: list[str] = []
    for scale in scales:
        named = [at for at, word in enumerate(scale) if word in flat]
        if named and upwards:
            found += scale[: named[-1] + 1]
        else:
            found += [scale[at] for at in named]
    rest = flat - {word for scale in scales for word in scale} - (upwards if found else set())
    return found + sorted(rest)
