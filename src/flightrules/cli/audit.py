"""Look at how a team decides by its own history, or at which clauses a recorded change broke.

`practice` asks the service for its detectors. Each says ``found``, ``clean`` or ``too little to tell``, with
the rows behind it and what to do. `change` needs no service: it reads one change as JSON, or a list of them,
and names each clause of 21 CFR 11, DORA, PCI DSS, NIST 800-53, SOX and ITIL that it broke. The exit code is 1
where anything was found, 5 where there was too little to tell anything, else 0.
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
_LARGEST = 64 << 20


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("what", choices=("practice", "change"), help="what is looked at")
    parser.add_argument("file", nargs="?", metavar="FILE", help="change: its record, as JSON")
    parser.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def execute(arguments: Namespace) -> int:
    """Ask or read, print."""
    return _changes(arguments) if arguments.what == "change" else _practice(arguments)


def _changes(arguments: Namespace) -> int:
    """Every change of the file with the clauses that it broke; a list of none tells nothing."""
    from flightrules.engine.clauses import CLAUSES
    from flightrules.engine.process_rules import broken_clauses

    found = [broken_clauses(one) for one in _records(arguments.file)]
    if arguments.format == "json":
        say_json([{"change": number, "broken": list(broken)} for number, broken in enumerate(found, 1)])
    else:
        for number, broken in enumerate(found, 1):
            lines = [f"change {number}: {f'breaks {len(broken)}' if broken else 'breaks none'}"]
            lines += [f"  {clause:12} {CLAUSES[clause]}" for clause in broken]
            say(("\n".join(lines) + "\n").encode())
    if not found:
        return int(ExitCode.NOTHING_EVALUATED)
    return int(ExitCode.NO_GO if any(found) else ExitCode.GO)


def _records(path: str | None) -> list[Mapping[str, Any]]:
    from flightrules.evidence.reading.json import decode
    from flightrules.evidence.source import Source

    if not path:
        raise UsageError("E_ARGUMENT", "nothing says which change", hint="flightrules audit change FILE")
    with Source.open(path, limit=_LARGEST) as source:
        told = decode(source, free_text=True)
    records = told if isinstance(told, list) else [told]
    if not all(isinstance(one, dict) for one in records):
        raise UsageError("E_ARGUMENT", "a change is a JSON object", file=path, hint="or a list of objects")
    return records


def _practice(arguments: Namespace) -> int:
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
