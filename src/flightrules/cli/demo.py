"""Fill the service with a made-up shop and three releases at different stages, tell what was made, serve it.

Nobody in it can sign in; the setup link that serving prints opens the first real account. A home that holds
data already is left alone.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from flightrules.cli.terminal import say
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--no-serve", action="store_true", help="fill and tell, do not serve")
    parser.add_argument(
        "--port", type=int, default=8750, metavar="N", help="port to listen at (default: 8750)"
    )


def execute(arguments: Namespace) -> int:
    """Bring the schema up, fill, tell, serve."""
    os.environ.setdefault(
        "FLIGHTRULES_BASE_URL", f"http://localhost:{arguments.port}"
    )  # what links begin with
    from flightrules.service.config.start import start

    start()
    from flightrules.service.config.migrate import migrate
    from flightrules.service.demo.story import PRODUCT, fill

    migrate()
    said = fill(datetime.now(UTC))
    lines = [f"A made-up shop now lies in {_place()}:", *(f"  {one}" for one in said)]
    lines += [*_way_in(serving=not arguments.no_serve), f"Then: GET /api/v1/releases?product={PRODUCT}", ""]
    say("\n".join(lines).encode())
    if arguments.no_serve:
        return int(ExitCode.GO)
    from flightrules.cli.serve import execute as serve

    return serve(Namespace(host="127.0.0.1", port=arguments.port, no_worker=False, workers=None))


def _place() -> str:
    from django.db import connection

    from flightrules.service.config.home import home

    return f"PostgreSQL, with its files in {home()}" if connection.vendor == "postgresql" else str(home())


def _way_in(*, serving: bool) -> tuple[str, ...]:
    """The one way for a person who wants to look; the people of the story stay shut out."""
    where = "The line `set up` below has" if serving else "`flightrules serve` prints"
    return (
        f"To look at it: {where} a set-up link, good once, for the first account.",
        "Take the role release-manager there, which sees every product, release, report and register.",
        "When asked, add a passkey or an authenticator app: the first account also manages people.",
        "From a terminal, with a token of that account: `flightrules inbox`, `poll`, `blocker`, `override`,",
        "`emergency`, `board` and `obligations` show and do what people do here.",
    )
