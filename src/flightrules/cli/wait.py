"""Wait until the service has a verdict on a gate of a release that still stands, and say it.

Exits as ``check`` does; 6 when the time is up before there is one.
"""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import Office, find_release, office
from flightrules.cli.remote_verdict import exit_code_of_run, seconds, shown
from flightrules.cli.terminal import say
from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]

_PAUSE_S = 2.0


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")
    parser.add_argument("--release", metavar="VERSION", required=True, help="the version")
    parser.add_argument("--gate", metavar="ID", help="the gate; else the exit gate")
    parser.add_argument("--timeout", type=seconds, default=600, metavar="S", help="how long; 600")
    parser.add_argument("--until-go", action="store_true", help="go on waiting while the gate is shut")


def execute(arguments: Namespace) -> int:
    """Ask until there is an answer, or the time is up."""
    service = office()
    product = arguments.product or os.environ.get("FLIGHTRULES_PRODUCT", "")
    if not product:
        raise UsageError("E_REMOTE_RELEASE", "nothing says which product", hint="give --product KEY")
    release = find_release(service, product, arguments.release)
    until = time.monotonic() + arguments.timeout
    while True:
        run = _standing_run(service, release["key"], arguments.gate)
        done = run is not None and (run["opens"] or not arguments.until_go)
        left = until - time.monotonic()
        if done or left <= 0:
            break
        time.sleep(min(_PAUSE_S, left))
    title = f"{product} {arguments.release}"
    if run is None:
        say(f"{title}: no verdict that stands within {arguments.timeout:g} s\n".encode())
        return int(ExitCode.WAITING)
    say(shown(run, title).encode())
    return int(exit_code_of_run(run) if done else ExitCode.WAITING)


def _standing_run(service: Office, release: str, wanted: str | None) -> dict[str, Any] | None:
    """The gate's last run, if it was judged and still stands."""
    gates = service.get(f"/releases/{release}/readiness")["gates"]
    gate = next(
        (one for one in gates if one["gate"] == wanted or (not wanted and one["kind"] == "exit")), None
    )
    if gate is None:
        raise UsageError(
            "E_GATE",
            "the rulebook in force has no such gate",
            hint=f"known: {', '.join(one['gate'] for one in gates) or 'none'}",
        )
    if gate["run"] is None or not gate["stands"]:
        return None
    found: dict[str, Any] = service.get(f"/gate-runs/{gate['run']}")
    return found
