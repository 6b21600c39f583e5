"""The sweep: every few seconds it finds what is due and asks for it; the delivery guarantee of all work."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

from flightrules.service.jobs.models import WorkerBeat
from flightrules.service.jobs.registry import due_finders

__all__ = ["EVERY_S", "Sweeper", "sweep"]

EVERY_S = 3.0
_AT_ONCE = 200
_FORGOTTEN = timedelta(days=1)
_LOG = logging.getLogger("flightrules.jobs")

Offer = Callable[[str, str], None]


def sweep(offer: Offer, at: datetime) -> int:
    """Offer everything that is due at this moment; returns how much that was."""
    count = 0
    for name, due in due_finders():
        for key in due(at, _AT_ONCE):
            offer(name, key)
            count += 1
    return count


class Sweeper:
    """Sweeps in a thread of its own until it is stopped; a lost database only delays it."""

    def __init__(self, offer: Offer, *, every_s: float = EVERY_S) -> None:
        self._offer, self._every_s = offer, every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)
        self._worker = f"{socket.gethostname()[:80]}:{os.getpid()}"
        self._started_at = timezone.now()  # noqa: TID251 -- the runner is the door of background work

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop soon; does not wait."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.once()
            except (DatabaseError, InterfaceError):
                _LOG.warning("the sweep cannot reach the database; it goes on trying")
            except Exception:  # noqa: BLE001 -- a sweep that ended would end all work; it is logged
                _LOG.exception("the sweep failed; it goes on")
            finally:
                close_old_connections()
            self._stop.wait(self._every_s)

    def once(self) -> None:
        """One sign of life and one sweep."""
        at = timezone.now()  # noqa: TID251 -- see above
        WorkerBeat.objects.update_or_create(
            worker=self._worker, defaults={"beat_at": at, "started_at": self._started_at}
        )
        WorkerBeat.objects.filter(beat_at__lt=at - _FORGOTTEN).delete()
        sweep(self._offer, at)
