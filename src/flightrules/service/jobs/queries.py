"""Whether anybody works: for readiness and metrics."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from flightrules.service.jobs.models import WorkerBeat

__all__ = ["FRESH_S", "seconds_since_beat", "works"]

FRESH_S = 30
"""A worker sweeps every few seconds; one that was not heard of for this long is taken for dead."""


def seconds_since_beat(at: datetime) -> float | None:
    """Seconds since any worker swept; None where none ever did."""
    last: datetime | None = WorkerBeat.objects.aggregate(last=Max("beat_at"))["last"]
    return None if last is None else max(0.0, (at - last).total_seconds())


def works(at: datetime) -> bool:
    """Whether a worker is alive."""
    since = seconds_since_beat(at)
    return since is not None and since <= FRESH_S
