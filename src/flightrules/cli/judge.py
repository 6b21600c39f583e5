"""Have a gate judged again on what the service holds: after a waiver, say, or a change of a register.

Nothing is sent; `flightrules push` brings evidence first. The exit code is the verdict's, as of `check`.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from flightrules.cli.remote import office
from flightrules.cli.remote_acts import add_format_option, stated, told
from flightrules.cli.remote_decisions import add_release_options, release_of
from flightrules.cli.remote_verdict import await_run, exit_code_of_run, seconds, shown

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    add_release_options(parser)
    parser.add_argument("--gate", metavar="ID", default="", help="the gate; else the exit gate")
    parser.add_argument("--timeout", type=seconds, default=300, metavar="S", help="how long to wait; 300")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask, wait, say what came of it."""
    service = office()
    release = release_of(service, arguments)
    run = service.post(f"/releases/{release['key']}/gate-runs", stated(arguments, "gate"))
    run = await_run(service, run, arguments.timeout)
    told(arguments, run, shown(run, f"{release['product']} {release['version']}").splitlines())
    return int(exit_code_of_run(run))
