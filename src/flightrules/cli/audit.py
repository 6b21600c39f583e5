"""Look at how a team decides: detectors over its own history, as the service has recorded it.

Each says ``found``, ``clean`` or ``too little to tell``, with the rows behind it and what to do. The exit
code is 1 where anything was found, 5 where there was too little to tell anything, else 0.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from flightrules.cli.remote import office, plain
from flightrules.cli.terminal import say, say_json
from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]

_ROWS = 10


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("what", choices=("practice",), help="what is looked at: how releases were decided")
    parser.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def execute(arguments: Namespace) -> int:
    """Ask, print."""
    service = office()
    product = arguments.product or os.environ.get("FLIGHTRULES_PRODUCT", "")
    if not product:
        raise UsageError("E_REMOTE_RELEASE", "nothing says which product", hint="give --product KEY")
    found = service.get(f"/products/{product}/practice")
    if arguments.format == "json":
        say_json(found)
    else:
        say("".join(map(_shown, found["detections"])).encode())
    states = {one["state"] for one in found["detections"]}
    if "found" in states:
        return int(ExitCode.NO_GO)
    return int(ExitCode.GO if "clean" in states else ExitCode.NOTHING_EVALUATED)


def _shown(one: Mapping[str, Any]) -> str:
    lines = [f"{plain(one['id']):4} {plain(one['state']):18} {plain(one['title'])}: {plain(one['sentence'])}"]
    lines += [f"       {plain(row['subject'])}: {plain(row['what'])}" for row in one["rows"][:_ROWS]]
    if len(one["rows"]) > _ROWS:
        lines.append(f"       and {len(one['rows']) - _ROWS} more; all of them with --format json")
    if one["advice"]:
        lines.append(f"       do: {plain(one['advice'])}")
    return "\n".join(lines) + "\n"
