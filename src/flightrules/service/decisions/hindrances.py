"""What other rooms hold against going: open blockers, the board's approval, what an emergency still lacks."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import Any

from flightrules.service.blockers.queries import Blocker, blockers, open_blockers
from flightrules.service.releases.queries import Release

__all__ = ["accepted_blockers", "blockers_in_words", "lacks", "raised"]


def blockers_in_words(release: Release) -> tuple[str, ...]:
    """Each open blocker in a sentence."""
    return tuple(f"{one.title} (open since {one.raised_at:%Y-%m-%d})" for one in open_blockers(release))


def accepted_blockers(release: Release) -> list[Blocker]:
    """Blockers that go out with the release, accepted with a mitigation."""
    return list(blockers(release).filter(state=Blocker.State.ACCEPTED))


def raised(release: Release) -> int:
    """How many blockers are open or accepted: with any, nobody signs that none is known."""
    return len(open_blockers(release)) + len(accepted_blockers(release))


def lacks(release: Release, at: datetime) -> tuple[str, ...]:
    """What must be there before the release may go, in words."""
    missing = str(_asked("board", "lacks_approval", release, at) or "")
    return (
        *((missing,) if missing else ()),
        *(_asked("emergencies", "lacks_for_decision", release, at) or ()),
    )


def _asked(room: str, question: str, release: Release, at: datetime) -> Any:
    try:
        queries = import_module(f"flightrules.service.{room}.queries")
    except ModuleNotFoundError:
        return None
    return getattr(queries, question)(release, at)
