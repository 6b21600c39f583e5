"""The runner of one process, for SQLite: a few threads fed by commits, by other processes and by the sweep.

There are two lanes, so that neither a gate waits behind a thousand messages nor a message behind a long gate.
Nothing waits here that is not also a row: a process that is killed forgets its queue and loses no work.
"""

from __future__ import annotations

import logging
import queue
import threading
import time

from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

from flightrules.service.jobs import apart
from flightrules.service.jobs.bell import Bell, ring
from flightrules.service.jobs.registry import may_be_much
from flightrules.service.jobs.sweep import EVERY_S, Sweeper

__all__ = ["Runner", "offer", "start_here", "stop_here"]

_LOG = logging.getLogger("flightrules.jobs")
_QUEUE_LIMIT = 10_000
_here: Runner | None = None

Lane = queue.Queue[tuple[str, str] | None]


class Runner:
    """Threads that work off what is offered; the same piece of work is never done twice at once.

    Args:
        threads: of each lane.
        every_s: seconds between two sweeps.
    """

    def __init__(self, *, threads: int = 2, every_s: float = EVERY_S) -> None:
        self._short, self._long = Lane(_QUEUE_LIMIT), Lane(_QUEUE_LIMIT)
        self._known: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name=f"work-{n}", daemon=True)
            for lane in (self._short, self._long)
            for n in range(threads)
        ]
        self._sweeper, self._bell = Sweeper(self.offer, every_s=every_s), Bell(self.offer)

    def start(self) -> None:
        """Begin to work and to sweep."""
        for thread in self._threads:
            thread.start()
        self._bell.start()
        self._sweeper.start()

    def stop(self, patience_s: float = 20.0) -> bool:
        """Finish what is under way and stop; whether everything came to its end in time."""
        self._sweeper.stop()
        self._bell.stop()
        for _ in range(len(self._threads) // 2):
            self._short.put(None)
            self._long.put(None)
        until = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def offer(self, name: str, key: str) -> None:
        """Have it done soon, unless it waits or runs already; when too much waits, the sweep asks again."""
        work, lane = (name, key), self._long if may_be_much(name) else self._short
        with self._lock:
            if work in self._known:
                return
            try:
                lane.put_nowait(work)
            except queue.Full:
                return
            self._known.add(work)

    def _run(self, lane: Lane) -> None:
        while (work := lane.get()) is not None:
            try:
                _do(*work)
            finally:
                with self._lock:
                    self._known.discard(work)


def _do(name: str, key: str) -> None:
    close_old_connections()
    try:
        apart.do(name, key, timezone.now())  # noqa: TID251 -- the runner is the door of background work
    except (DatabaseError, InterfaceError):
        _LOG.warning("work waits for the database", extra={"work": name, "row": key})
    except Exception:  # noqa: BLE001 -- one piece of work that fails must not end the thread; the row tells
        _LOG.exception("work failed", extra={"work": name, "row": key})
    finally:
        close_old_connections()


def start_here(*, threads: int = 2) -> Runner:
    """Start the one runner of this process."""
    global _here  # noqa: PLW0603 -- one a process, as the process is the worker
    if _here is None:
        _here = Runner(threads=threads)
        _here.start()
    return _here


def stop_here(patience_s: float = 20.0) -> bool:
    """Stop the runner of this process, if there is one; whether it came to its end in time."""
    global _here
    runner, _here = _here, None
    return runner is None or runner.stop(patience_s)


def offer(name: str, key: str) -> None:
    """Give work to the runner of this process; without one, tell the process that has one."""
    if _here is not None:
        _here.offer(name, key)
    else:
        ring(name, key)
