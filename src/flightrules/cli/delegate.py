"""Lend a role of yours for a while, see what you lent and were lent, end it early. Lending is signed.

The person is named by key, or by name where they hold a role of the product.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    moment_of,
    one_of,
    person_of,
    prove_terms,
    required,
    table,
    told,
)
from flightrules.cli.remote_decisions import role_of
from flightrules.errors import ExitCode
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "lend", "end"), help="what you do")
    parser.add_argument("key", nargs="?", metavar="KEY", help="end: of the delegation, or its first letters")
    parser.add_argument("--to", dest="delegate", default="", metavar="PERSON", help="lend: to whom")
    parser.add_argument("--role", default="", metavar="ROLE", help="lend: which role of yours")
    parser.add_argument("--product", metavar="KEY", default="", help="of the role; else the whole office")
    parser.add_argument("--from", dest="starts", default="", metavar="TIME", help="lend: else now")
    parser.add_argument("--until", default="", metavar="TIME", help="lend: when it ends (RFC 3339)")
    parser.add_argument("--reason", default="", metavar="TEXT", help="lend: why; it goes on record")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    if arguments.act == "lend":
        return _told(arguments, _lent(service, arguments))
    rows = every(service, "/delegations")
    if arguments.act == "list":
        cells = [(one["key"], one["role"], one["product"] or "all", _state(one)) for one in rows]
        told(arguments, rows, table(("KEY", "ROLE", "PRODUCT", "STATE"), cells, "nothing is lent"))
        return int(ExitCode.GO)
    return _told(
        arguments, service.post(f"/delegations/{one_of(rows, arguments.key, 'delegation')['key']}/end", {})
    )


def _lent(service: Office, arguments: Namespace) -> Any:
    required(arguments, "delegate", "role", "until", "reason")
    role, product = role_of(arguments.role), arguments.product
    to = person_of(service, product, arguments.delegate) if product else arguments.delegate
    starts = moment_of(arguments.starts, "--from") if arguments.starts else None
    ends = moment_of(arguments.until, "--until")
    terms = {
        "role": role,
        "product": product,
        "starts_at": starts or "",
        "ends_at": ends,
        "reason": arguments.reason,
    }
    prove_terms(service, "delegation:make", f"person/{to}", terms, arguments)
    body = {
        "delegate": to,
        "role": role,
        "product": product or None,
        "starts_at": starts.isoformat() if starts else None,
        "ends_at": ends.isoformat(),
        "reason": arguments.reason,
    }
    return service.post("/delegations", body)


def _told(arguments: Namespace, one: dict[str, Any]) -> int:
    told(arguments, one, [f"{plain(role_words(one['role']))}: {_state(one)} ({plain(one['key'])})"])
    return int(ExitCode.GO)


def _state(one: dict[str, Any]) -> str:
    if one["ended_at"]:
        return f"ended {one['ended_at'][:16]}"
    return f"lent from {one['starts_at'][:16]} until {one['ends_at'][:16]}"
