"""What this room has to know of rooms above it: they say so when they are ready, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["draft_of", "learn_drafter"]

Drafter = Callable[[str], str]

_asked: list[Drafter] = []


def learn_drafter(drafter: Drafter) -> None:
    """Who drafts what is owed after an event: of its ``kind/key`` the text, or an empty one."""
    _asked[:] = [drafter]


def draft_of(about: str) -> str:
    """The text that the product has for what is owed; empty where it has none."""
    return _asked[0](about) if _asked else ""
