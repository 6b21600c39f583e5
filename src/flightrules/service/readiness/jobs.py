"""Work in the background of this room: gate runs that are too much for a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flightrules.service.readiness import runs

__all__ = ["due", "judge"]


def judge(key: str, at: datetime) -> None:
    """Judge one waiting gate run."""
    runs.work_run(key, at)


def due(at: datetime, limit: int) -> Iterable[str]:
    """Keys of gate runs that wait."""
    return runs.due_runs(at, limit)
