"""Say how ready a release is, as the service sees it: gates, what blocks, registers, what is missing.

The exit code is that of the exit gate's last run, as of ``check``; a run that no longer stands is no data.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from flightrules.cli.remote import find_release, office, plain
from flightrules.cli.remote_decisions import outcome_said
from flightrules.cli.remote_verdict import exit_code_of_run
from flightrules.cli.terminal import say, say_json
from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")
    parser.add_argument("--release", metavar="VERSION", required=True, help="the version")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def execute(arguments: Namespace) -> int:
    """Ask, print."""
    service = office()
    product = arguments.product or os.environ.get("FLIGHTRULES_PRODUCT", "")
    if not product:
        raise UsageError("E_REMOTE_RELEASE", "nothing says which product", hint="give --product KEY")
    release = find_release(service, product, arguments.release)
    found = service.get(f"/releases/{release['key']}/readiness")
    if arguments.format == "json":
        say_json(found)
    else:
        say(_text(found, outcome_said(service, release)).encode())
    last = next((gate for gate in found["gates"] if gate["kind"] == "exit"), None)
    if last is None or last["run"] is None or not last["stands"]:
        return int(ExitCode.NO_DATA)
    return int(exit_code_of_run(service.get(f"/gate-runs/{last['run']}")))


def _text(found: Mapping[str, Any], decided: str) -> str:
    lines = [f"{plain(found['product'])} {plain(found['version'])}: {plain(found['state'])}"]
    lines += [f"  decided: {decided}"] if decided else []
    for gate in found["gates"]:
        standing = "" if gate["stands"] else f" ({plain('; '.join(gate['because']))})"
        lines.append(f"  gate {plain(gate['gate'])}: {plain(gate['outcome'])}{standing}")
    for title, key in (
        ("blocks", "blockers"),
        ("know", "cautions"),
        ("claimed otherwise", "differences"),
        ("accepted", "accepted"),
        ("overdue", "overdue"),
        ("lacks", "lacks_for_approval"),
        ("said before", "said_before"),
    ):
        lines += [f"  {title}: {plain(one)}" for one in found[key]]
    for title, counts in (("open defects", found["defects"]), ("open risks", found["risks"])):
        if counts:
            lines.append(f"  {title}: " + ", ".join(f"{n} {plain(word)}" for word, n in counts.items()))
    lines += [f"  checklist {plain(name)}: {done}" for name, done in found["checklists"].items()]
    return "\n".join(lines) + "\n"
