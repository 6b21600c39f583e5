"""Several web processes at one port and one that works, all watched over by the process that began them.

It loads everything once, keeps no connection and does no work itself, so that it can fork at any time:
whoever ends early is replaced at once. What is made before the fork in shared memory, such as the counts of
the rate limits, is one for all of them. When it is killed itself, all end with it.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

from django.db import connections
from granian.server.mp import MPServer

from flightrules.service.config import home
from flightrules.service.config.working import begin_work, until_told
from flightrules.service.jobs.apart import end_with_parent

__all__ = ["WebProcesses", "Worker", "at_the_signal_to_end", "fresh_counts"]

_LOG = logging.getLogger("flightrules.processes")
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_PAUSE_S = 1.0
_PATIENCE_S = 22.0  # a little more than the runner has to finish


class WebProcesses(MPServer):
    """The web, in processes that are forked from this one."""

    @staticmethod
    def _spawn_wsgi_worker(*given: Any) -> None:
        """The whole life of a web process."""
        from flightrules.service.notices.events import close_all

        end_with_parent()
        at_the_signal_to_end(close_all)
        MPServer._spawn_wsgi_worker(*given)  # noqa: SLF001 -- ours is around it

    def startup(self, *how: Any) -> None:
        """Begin all of them."""
        multiprocessing.set_start_method("fork", force=True)
        connections.close_all()  # a connection is of one process alone
        super().startup(*how)  # type: ignore[no-untyped-call]

    def _respawn_workers(self, workers: Any, *how: Any, **more: Any) -> None:
        _LOG.warning("a web process ended early; another takes its place")
        super()._respawn_workers(workers, *how, **more)

    def shutdown(self, exit_code: int = 0) -> None:
        """End all of them; who ended by itself because all were told to is none that failed."""
        if self.interrupt_signal:
            self.interrupt_children.clear()
        elif self.interrupt_children:
            _LOG.error("a web process ended again as soon as it was replaced; the service ends")
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]


class Worker:
    """The process that does the background work; replaced when it ends and was not told to."""

    def __init__(self) -> None:
        self._told, self._lock = threading.Event(), threading.Lock()
        self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._process = self._made()

    def start(self) -> None:
        """Begin."""
        connections.close_all()
        self._process.start()
        self._watcher.start()

    def expect_end(self) -> None:
        """From here on its end is no surprise: whoever ends us may have told it too."""
        self._told.set()

    def stop(self) -> None:
        """Have it finish what is under way, and end."""
        with self._lock:
            self._told.set()
            self._process.terminate()
        self._watcher.join(_PATIENCE_S)
        if self._watcher.is_alive():
            self._process.kill()
            self._watcher.join()

    def _watch(self) -> None:
        while True:
            self._process.join()
            if self._told.wait(_PAUSE_S):
                return
            with self._lock:
                if self._told.is_set():
                    return
                _LOG.warning("the worker ended early; another takes its place")
                self._process = self._made()
                self._process.start()

    def _made(self) -> multiprocessing.process.BaseProcess:
        return multiprocessing.get_context("fork").Process(target=_work, name="worker")


def _work() -> None:
    """The whole life of the process that works."""
    end_with_parent()
    signal.set_wakeup_fd(-1)  # that of our parent
    until_told(begin_work)


def at_the_signal_to_end(act: Callable[[], object]) -> None:
    """Act when SIGTERM or SIGINT comes, beside whoever handles it: the server sets its handlers last."""
    here, there = socket.socketpair()
    there.setblocking(False)
    signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)

    def watch(_kept: socket.socket = there) -> None:
        while here.recv(1)[:1] not in (b"", bytes([signal.SIGTERM]), bytes([signal.SIGINT])):
            pass
        act()

    threading.Thread(target=watch, name="signals", daemon=True).start()


def fresh_counts() -> None:
    """Have the counts of all processes kept in one folder; to be called before anything counts.

    Counts of processes that are gone are of no use to anybody.
    """
    for name in os.listdir(home.path("run")):
        if name.startswith("metrics-") and not _lives(name.rpartition("-")[2]):
            shutil.rmtree(home.path("run", name), ignore_errors=True)
    folder = home.path("run", f"metrics-{os.getpid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    os.environ[_METRICS_FOLDER] = folder


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
