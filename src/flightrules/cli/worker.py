"""Do the office's work in the background, in a process of its own; any number share it on PostgreSQL."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--threads", type=int, default=4, metavar="N", help="pieces of work at once (default: 4)"
    )


def execute(arguments: Namespace) -> int:
    """Work until told to stop; what is under way is finished first."""
    if arguments.threads < 1:
        raise UsageError("E_WORKERS", "a worker needs at least one thread", hint="leave --threads out")
    from flightrules.service.config.start import start

    start()
    from django.db import connection

    from flightrules.service.config.bring_up import bring_up

    bring_up()
    connection.close()
    if connection.vendor == "postgresql":
        from flightrules.service.jobs.postgresql import run_worker

        run_worker(concurrency=arguments.threads)
    else:
        _work_embedded(arguments.threads)
    return int(ExitCode.GO)


def _work_embedded(threads: int) -> None:
    from flightrules.service.config.working import until_told
    from flightrules.service.jobs import embedded

    def begin() -> Callable[[], object]:
        embedded.start_here(threads=threads)
        return embedded.stop_here

    until_told(begin)
