"""Show what a conditional go asks for, bring what was measured of it, confirm what only a person can.

Without a proof a condition counts as unmet. A pipeline brings readings; a confirmation is signed, in the role
that the condition names and in its words.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    moment_of,
    prove_terms,
    required,
    stated,
    told,
)
from flightrules.cli.remote_decisions import add_release_options, release_of
from flightrules.errors import ExitCode
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "read", "confirm"), help="what you do")
    parser.add_argument(
        "condition",
        nargs="?",
        metavar="TEXT",
        help="confirm: as decided; read: flag NAME, backup of NAME ...",
    )
    add_release_options(parser)
    parser.add_argument("--value", metavar="VALUE", default="", help="read: what was measured")
    parser.add_argument("--unit", metavar="UNIT", default="", help="read: such as %%")
    parser.add_argument("--at", metavar="TIME", default="", help="read: when (RFC 3339); else now")
    parser.add_argument("--sha256", metavar="DIGEST", default="", help="read: of what shows it")
    parser.add_argument("--refuse", action="store_true", help="confirm: say that it does not hold")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    path = f"/releases/{release_of(service, arguments)['key']}"
    if arguments.act == "list":
        return _listed(service, path, arguments)
    required(arguments, "condition")
    made = (
        _read(service, path, arguments) if arguments.act == "read" else _confirmed(service, path, arguments)
    )
    told(arguments, made, [_line(made)])
    return int(ExitCode.GO)


def _listed(service: Office, path: str, arguments: Namespace) -> int:
    standing = [one for one in every(service, f"{path}/decisions") if one["voided_at"] is None]
    last = max(standing, key=lambda one: one["at"], default=None)
    asked = last["conditions"] if last else []
    readings = every(service, f"{path}/condition-readings")
    lines = [f"condition: {plain(one)}" for one in asked] or ["no decision that stands asks for a condition"]
    told(arguments, {"conditions": asked, "readings": readings}, [*lines, *map(_line, readings)])
    return int(ExitCode.GO)


def _read(service: Office, path: str, arguments: Namespace) -> Any:
    required(arguments, "value")
    taken = moment_of(arguments.at, "--at") if arguments.at else datetime.now(UTC)
    body = {"name": arguments.condition, "taken_at": taken.isoformat(), **stated(arguments, "value", "unit")}
    body |= {"evidence_sha256": arguments.sha256.removeprefix("sha256:")} if arguments.sha256 else {}
    return service.post(f"{path}/condition-readings", body)


def _confirmed(service: Office, path: str, arguments: Namespace) -> Any:
    terms = {"condition": arguments.condition, "holds": "no" if arguments.refuse else "yes"}
    about = path.replace("/releases/", "release/")
    prove_terms(service, "condition:confirm", about, terms, arguments)
    body = {"condition": arguments.condition, "holds": not arguments.refuse}
    return service.post(f"{path}/condition-confirmations", body)


def _line(one: dict[str, Any]) -> str:
    who = f" by {role_words(one['role'])}" if one["role"] else ""
    return plain(f"  {one['name']}: {one['value']}{one['unit']}, {one['taken_at'][:16]}{who}")
