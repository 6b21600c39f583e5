"""Answers that nobody will ask for again are forgotten in the background."""

from __future__ import annotations

from datetime import datetime, timedelta

from flightrules.service.door.models import KeptAnswer

__all__ = ["KEPT_FOR", "forget", "to_forget"]

KEPT_FOR = timedelta(days=7)
"""How long a client may repeat a state change under its key and get the answer that was lost."""

_AT_ONCE = 1000


def to_forget(at: datetime, limit: int) -> list[str]:  # noqa: ARG001 -- the form of every job
    """One piece of work where there are answers that are too old."""
    return ["old-answers"] if KeptAnswer.objects.filter(kept_at__lt=at - KEPT_FOR).exists() else []


def forget(_key: str, at: datetime) -> None:
    """Forget some of them; those that are left are due again."""
    old = KeptAnswer.objects.filter(kept_at__lt=at - KEPT_FOR).order_by("kept_at")
    KeptAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_AT_ONCE])).delete()
