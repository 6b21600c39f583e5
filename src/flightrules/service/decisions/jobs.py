"""Work in the background of this room: votes and decisions that rest on what has changed are voided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.service.decisions import override_watch, polls, queries, standing

__all__ = ["escalate", "outdated", "refresh", "to_escalate", "to_void", "void"]


def refresh(key: str, at: datetime) -> None:
    """Bring one open poll up to what is there now."""
    polls.sweep_poll(key, at)


def outdated(at: datetime, limit: int) -> Iterable[str]:
    """Keys of open polls in which something does not count any more."""
    return queries.polls_to_refresh(at, limit)


def void(key: str, at: datetime) -> None:
    """Void one decision that does not stand."""
    standing.sweep_decision(key, at)


def to_void(at: datetime, limit: int) -> Iterable[str]:
    """Keys of decisions that do not stand."""
    return standing.to_void(at, limit)


def escalate(key: str, at: datetime) -> None:
    """Escalate one override whose second signature is late."""
    override_watch.watch_override(key, at)


def to_escalate(at: datetime, limit: int) -> Iterable[str]:
    """Keys of overrides whose second signature is late."""
    return override_watch.due_overrides(at, limit)
