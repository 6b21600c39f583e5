"""Say what is unsafe or broken in how the service is set up.

With --production what is fine on a laptop counts too. Exit code 1 when anything was found.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from flightrules.cli.terminal import say_json
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--production", action="store_true", help="judge as for a service that others rely on"
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def execute(arguments: Namespace) -> int:
    """Ask every check and print what was found."""
    from flightrules.service.config.start import start

    start()
    from django.utils import timezone

    from flightrules.service.config.doctor import ALWAYS, PRODUCTION, findings

    found = list(findings(timezone.now(), production=arguments.production))
    asked = len(ALWAYS) + (len(PRODUCTION) if arguments.production else 0)
    if arguments.json:
        say_json([one._asdict() for one in found])
    else:
        for one in found:
            print(f"{one.code}: {one.what}\n  fix    {one.fix}")
        print(f"{asked} checks, {len(found)} findings")
    return int(ExitCode.NO_GO if found else ExitCode.GO)
