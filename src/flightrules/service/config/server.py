"""The web server: granian around Django, in one process with the worker inside, or in several."""

from __future__ import annotations

import errno
import gc
import socket
from collections.abc import Callable
from typing import Any

from flightrules.errors import UsageError

__all__ = ["check_port", "serve"]

_TARGET = "flightrules.service.config.wsgi:application"
_THREADS = 16  # that answer requests, besides those that readers of event streams hold
_PATIENCE_S = 15
_GARBAGE = (700, 10, 10)
"""What may gather before it is looked through: the 100,000 of a command held all requests up for 150 ms."""


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
    serve_in = _in_one if processes == 1 else _in_many
    serve_in(_settings(host, port) | {"workers": processes}, works, listening)


def _in_one(settings: dict[str, Any], works: bool, listening: Callable[[], None]) -> None:
    from flightrules.service.config.processes import at_the_signal_to_end
    from flightrules.service.config.working import begin_work
    from flightrules.service.notices.events import close_all

    application = _load_everything()
    server = _one_process(settings)
    server.on_startup(listening)
    at_the_signal_to_end(close_all)  # readers of event streams would hold the shutdown up
    stop = begin_work() if works else _nothing
    try:
        server.serve(target_loader=lambda: application, wrap_loader=False)
    finally:
        stop()


def _in_many(settings: dict[str, Any], works: bool, listening: Callable[[], None]) -> None:
    from flightrules.service.config.processes import (
        WebProcesses,
        Worker,
        at_the_signal_to_end,
        fresh_counts,
    )

    fresh_counts()
    application = _load_everything()
    server = WebProcesses(_TARGET, respawn_failed_workers=True, **settings)
    server.on_startup(listening)
    worker = Worker() if works else None
    if worker:
        at_the_signal_to_end(worker.expect_end)
        worker.start()
    try:
        server.serve(target_loader=lambda: application, wrap_loader=False)
    finally:
        if worker:
            worker.stop()


def _one_process(settings: dict[str, Any]) -> Any:
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

    return OneProcess(_TARGET, **settings)


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


def _load_everything() -> Any:
    """The application. A fault in any route shows at the start, not at the first request."""
    from django.urls import get_resolver

    from flightrules.service.config.wsgi import application  # its import loads the middleware

    get_resolver().url_patterns  # noqa: B018 -- reading it loads it
    gc.set_threshold(*_GARBAGE)
    gc.collect()
    gc.freeze()  # what is loaded now stays; looking through it for garbage again would hold requests up
    return application


def _nothing() -> None:
    """No work was begun here."""


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
