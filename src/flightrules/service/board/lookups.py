"""What this room has to know of rooms above it: they say so when they are ready, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flightrules.service.releases.queries import Release

__all__ = ["learn_decided", "undecided"]

Undecided = Callable[[Release, datetime], str]

_asked: list[Undecided] = []


def learn_decided(lookup: Undecided) -> None:
    """Where it is found whether a release may go now: why not, in a sentence, or an empty text."""
    _asked[:] = [lookup]


def undecided(release: Release, at: datetime) -> str:
    """Why the release may not go now; empty where a standing decision says that it may."""
    if not _asked:
        return "nobody here can say whether the release was decided"
    return _asked[0](release, at)
