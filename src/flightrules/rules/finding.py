"""One lint finding."""

from __future__ import annotations

from typing import Literal

from flightrules.values import frozen

__all__ = ["LintFinding", "own"]


@frozen
class LintFinding:
    """``where`` is ``file:line``, or the file and the section; ``suggestion`` may be put in as it stands."""

    code: str
    level: Literal["error", "warning"]
    where: str
    message: str
    suggestion: str


def own(origin: str) -> bool:
    """Whether the rulebook itself says it, not a shipped profile or preset."""
    return not origin.startswith(("profile ", "preset ", "the catalogue"))
