"""Exchange the identity of a CI job for a token of the service, for minutes: nothing is stored in a pipeline.

Prints the token alone, for `export FLIGHTRULES_TOKEN=$(flightrules token --from github)`. Where several
commands share one job, do it once: a provider's token is exchanged once, for ever. A job of one command needs
no such step: with FLIGHTRULES_IDENTITY set, each command does it for itself.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from flightrules.cli.remote import address
from flightrules.cli.terminal import say
from flightrules.cli.workload import exchanged
from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--from",
        dest="source",
        default="",
        metavar="WHERE",
        help="github, env:NAME or file:PATH; else from FLIGHTRULES_IDENTITY",
    )
    parser.add_argument("--audience", default="", metavar="TEXT", help="else the address of the service")
    parser.add_argument("--machine", default="", metavar="KEY", help="where it stands for several machines")
    parser.add_argument(
        "--github-env", action="store_true", help="set FLIGHTRULES_TOKEN for the steps that follow, masked"
    )


def execute(arguments: Namespace) -> int:
    """Ask for the provider's token, exchange it, hand it on."""
    source = arguments.source or os.environ.get("FLIGHTRULES_IDENTITY", "")
    if not source:
        raise UsageError(
            "E_WORKLOAD_IDENTITY", "nothing says where the token of this job comes from", hint="give --from"
        )
    path = _github_env() if arguments.github_env else ""
    found = exchanged(address(), source, audience=arguments.audience, machine=arguments.machine)
    token = found["access_token"]
    if not path:
        say(f"{token}\n".encode())
        return int(ExitCode.GO)
    say(f"::add-mask::{token}\n".encode())
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"FLIGHTRULES_TOKEN={token}\n")
    say(f"FLIGHTRULES_TOKEN is set for {found.get('expires_in', 0)} seconds\n".encode())
    return int(ExitCode.GO)


def _github_env() -> str:
    path = os.environ.get("GITHUB_ENV", "")
    if not path:
        raise UsageError(
            "E_WORKLOAD_IDENTITY",
            "GITHUB_ENV is not set",
            hint="--github-env is for a step of GitHub Actions",
        )
    return path
