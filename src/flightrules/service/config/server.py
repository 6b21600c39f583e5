"""The web server: granian around Django, in one process with the worker inside, or in several."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import signal
import socket
from collections.abc import Callable
from typing import Any

from flightrules.errors import UsageError
from flightrules.service.config import home

__all__ = ["check_port", "serve"]

_TARGET = "flightrules.service.config.wsgi:application"
_THREADS = 16  # that answer requests, besides those that readers of event streams hold
_PATIENCE_S = 15
_GARBAGE = (700, 10, 10)
"""What may gather before it is looked through: the 100,000 of a command held all requests up for 150 ms."""

_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def check_port(host: str, port: int) -> None:
    """See that the port can be had, before anything else is begun.

    Raises:
        UsageError: E_PORT.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except (OSError, OverflowError) as error:
        raise UsageError(
            "E_PORT", f"cannot listen at {host}:{port}: {_why(error)}", hint=_hint(error)
        ) from None


def serve(*, host: str, port: int, processes: int, works: bool, listening: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; what is under way is finished first.

    Args:
        host: where to listen.
        port: as above.
        processes: of the web; with one, everything is in this process.
        works: whether the background work is done here too.
        listening: called once the port is ours.
    """
    _load_everything()
    server = _one_process(host, port) if processes == 1 else _many_processes(host, port, processes)
    server.on_startup(_end_streams_first)
    server.on_startup(listening)
    stop = _start_work() if works else _nothing
    try:
        if processes == 1:
            from flightrules.service.config.wsgi import application

            server.serve(target_loader=lambda: application, wrap_loader=False)
        else:
            server.serve()
    finally:
        stop()


def _one_process(host: str, port: int) -> Any:
    from granian.server.mt import MTServer

    if not callable(getattr(MTServer, "_check_gil", None)):  # it would refuse to run, in its own words
        raise UsageError(
            "E_EXTRA",
            "this granian has no place to say that one web thread is meant",
            hint="install the version that requirements/service.txt names",
        )

    class OneProcess(MTServer):
        """One web worker in a thread of this process; that is no race between workers for the lock."""

        def _check_gil(self) -> None:
            return

    return OneProcess(_TARGET, workers=1, **_settings(host, port))


def _many_processes(host: str, port: int, processes: int) -> Any:
    import multiprocessing

    from granian.server.mp import MPServer

    multiprocessing.set_start_method(
        "spawn", force=True
    )  # a fork would copy the threads' locks as they stand
    os.environ[_METRICS_FOLDER] = _fresh_metrics_folder()
    os.environ["FLIGHTRULES_PARENT"] = str(os.getpid())
    return MPServer(_TARGET, workers=processes, respawn_failed_workers=True, **_settings(host, port))


def _settings(host: str, port: int) -> dict[str, Any]:
    from django.conf import settings
    from granian.constants import Interfaces

    return {
        "address": host,
        "port": port,
        "interface": Interfaces.WSGI,
        "blocking_threads": _THREADS + settings.FLIGHTRULES_EVENT_STREAMS,
        "websockets": False,
        "log_enabled": False,
        "workers_kill_timeout": _PATIENCE_S,
    }


def _load_everything() -> None:
    """A fault in any route shows at the start, not at the first request."""
    from django.urls import get_resolver

    from flightrules.service.config import wsgi  # noqa: F401 -- its import loads the middleware

    get_resolver().url_patterns  # noqa: B018 -- reading it loads it
    gc.set_threshold(*_GARBAGE)
    gc.collect()
    gc.freeze()  # what is loaded now stays; looking through it for garbage again would hold requests up


def _end_streams_first() -> None:
    """Readers of event streams would hold the shutdown up; they are sent away before it begins."""
    from flightrules.service.notices.events import close_all

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _after(close_all, signal.getsignal(number)))


def _after(first: Callable[[], None], then: Any) -> Callable[[int, Any], None]:
    def handle(number: int, frame: Any) -> None:
        first()
        then(number, frame)

    return handle


def _start_work() -> Callable[[], object]:
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


def _nothing() -> None:
    """No work was begun here."""


def _fresh_metrics_folder() -> str:
    """Counts of processes that are gone are of no use to anybody."""
    for name in os.listdir(home.path("run")):
        if name.startswith("metrics-") and not _lives(name.rpartition("-")[2]):
            shutil.rmtree(home.path("run", name), ignore_errors=True)
    folder = home.path("run", f"metrics-{os.getpid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "another program listens there"
    if isinstance(error, OSError) and error.errno == errno.EACCES:
        return "this user may not"
    return (error.strerror if isinstance(error, OSError) else None) or "that is no port"


def _hint(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "choose another with --port, or end the other program"
    return "choose a port from 1024 to 65535 with --port, and a host of this machine with --host"
