"""Serve the whole office: pages, REST, and the work in the background.

Everything is kept under FLIGHTRULES_HOME. Where there are two cores, two web processes answer. With
FLIGHTRULES_DATABASE_URL set to PostgreSQL any number of `flightrules serve --no-worker` and
`flightrules worker` processes share the work.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace

from flightrules import __version__
from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]

_PORT_LIMIT = 65_535


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen at (default: this machine only)"
    )
    parser.add_argument(
        "--port", type=int, default=8750, metavar="N", help="port to listen at (default: 8750)"
    )
    parser.add_argument(
        "--no-worker", action="store_true", help="leave the background work to other processes"
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="web processes (default: 2 on two cores or more, else 1)"
    )


def execute(arguments: Namespace) -> int:
    """Bring the schema up, say where to go, serve until told to stop."""
    _check(arguments)
    os.environ.setdefault("FLIGHTRULES_BASE_URL", f"http://{_in_url(arguments.host)}:{arguments.port}")
    from flightrules.service.config.start import start

    start()
    from flightrules.service.config.bring_up import bring_up
    from flightrules.service.config.cores import web_processes
    from flightrules.service.config.server import check_port, serve

    check_port(arguments.host, arguments.port)
    bring_up()
    link = _setup_link()
    serve(
        host=arguments.host,
        port=arguments.port,
        processes=arguments.workers or web_processes(),
        works=not arguments.no_worker,
        listening=lambda: _greet(arguments, link),
    )
    return int(ExitCode.GO)


def _check(arguments: Namespace) -> None:
    if not 1 <= arguments.port <= _PORT_LIMIT:
        raise UsageError("E_PORT", f"{arguments.port} is no port", hint="choose one from 1024 to 65535")
    if arguments.workers is not None and arguments.workers < 1:
        raise UsageError("E_WORKERS", "there must be at least one web process", hint="leave --workers out")


def _setup_link() -> str | None:
    """The one-time link that opens the first account; nothing once there is an account."""
    from django.utils import timezone

    from flightrules.service.people.services import setup_link

    return setup_link(at=timezone.now())


def _greet(arguments: Namespace, link: str | None) -> None:
    from django.conf import settings
    from django.db import connection

    _say(f"Flightrules {__version__} at {settings.FLIGHTRULES_BASE_URL}")
    _say(f"  home      {settings.FLIGHTRULES_HOME}")
    _say(f"  database  {'PostgreSQL' if connection.vendor == 'postgresql' else 'SQLite'}")
    if link:
        _say(f"  set up    {link}")
        _say("            (opens the first account, once; each start prints a new link until then)")
    if arguments.no_worker:
        _say("  worker    elsewhere: flightrules worker")


def _say(line: str) -> None:
    """A line on stdout; nobody reading it is no reason not to serve."""
    try:
        print(line, flush=True)
    except (OSError, ValueError, UnicodeEncodeError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- open as long as we are


def _in_url(host: str) -> str:
    if host in ("", "0.0.0.0", "::", "127.0.0.1"):  # noqa: S104 -- compared with, not listened at
        return "localhost"  # passkeys belong to a name, not to an address
    return f"[{host}]" if ":" in host else host
