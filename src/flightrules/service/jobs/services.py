"""The one way to ask for work in the background."""

from __future__ import annotations

from django.db import connection, transaction

from flightrules.service.jobs import embedded
from flightrules.service.jobs.registry import handler

__all__ = ["enqueue"]


def enqueue(name: str, row_key: object) -> None:
    """Ask for the work ``name`` on a row, in the caller's transaction: undone with it, begun after it.

    This only makes it quick. What guarantees the work is the row itself: the sweep finds it when it is due.

    Raises:
        LookupError: the job map knows no such work.
    """
    handler(name)
    key = str(row_key)
    if connection.vendor == "postgresql":
        from flightrules.service.jobs.postgresql import defer

        defer(name, key)
    else:
        transaction.on_commit(lambda: embedded.offer(name, key), robust=True)
