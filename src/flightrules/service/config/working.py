"""The background work of one process: begun as its database asks for, ended when the process is told to."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

__all__ = ["begin_work", "until_told"]


def begin_work() -> Callable[[], object]:
    """Begin to work in threads of this process; returns what finishes and ends it."""
    from django.db import connection

    from flightrules.service.jobs import apart

    apart.keep_much_apart()
    if connection.vendor == "postgresql":
        from flightrules.service.jobs.postgresql import WorkerThread

        thread = WorkerThread()
        thread.start()
        return thread.stop
    from flightrules.service.jobs import embedded

    embedded.start_here()
    return embedded.stop_here


def until_told(begin: Callable[[], Callable[[], object]]) -> None:
    """Begin, wait for SIGTERM or SIGINT, end; the whole life of a process that only works."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    end = begin()
    told.wait()
    end()
