"""Name who stands in for the holder of a role, see who does, end it. Naming is signed, ending is not."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    names_in,
    one_of,
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
    parser.add_argument("act", choices=("list", "name", "end"), help="what you do")
    parser.add_argument("deputy", nargs="?", metavar="DEPUTY", help="end: the key; name: who stands in")
    parser.add_argument(
        "--for", dest="holder", default="", metavar="PERSON", help="name: whom they stand in for"
    )
    parser.add_argument("--role", default="", metavar="ROLE", help="name: in which role of theirs")
    parser.add_argument("--product", metavar="KEY", default="", help="of the role; else the whole office")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    if arguments.act == "name":
        return _named(service, arguments)
    product = arguments.product or os.environ.get("FLIGHTRULES_PRODUCT", "")
    rows = every(service, "/deputies", **({"product": product} if product else {}))
    if arguments.act == "list":
        names = names_in(service, product) if product else {}
        cells = [(one["key"], one["role"], _state(one), _who(one, names)) for one in rows]
        told(arguments, rows, table(("KEY", "ROLE", "STATE", "WHO"), cells, "nobody stands in for anybody"))
        return int(ExitCode.GO)
    made = service.post(f"/deputies/{one_of(rows, arguments.deputy, 'deputyship')['key']}/end", {})
    told(arguments, made, [f"ended: deputy for {plain(role_words(made['role']))}"])
    return int(ExitCode.GO)


def _named(service: Office, arguments: Namespace) -> int:
    required(arguments, "deputy", "role", "holder")
    people, role = every(service, "/people"), role_of(arguments.role)
    deputy, holder = (
        one_of(people, one, "person", "name", "email") for one in (arguments.deputy, arguments.holder)
    )
    terms = {"holder": holder["key"], "role": role, "product": arguments.product}
    prove_terms(service, "deputy:name", f"person/{deputy['key']}", terms, arguments)
    body = {**terms, "deputy": deputy["key"], "product": arguments.product or None}
    made = service.post("/deputies", body)
    said = f"{plain(deputy['name'])} stands in for {plain(holder['name'])} as {plain(role)}"
    told(arguments, made, [f"{said}, from {plain(made['counts_from'])[:16]}"])
    return int(ExitCode.GO)


def _who(one: dict[str, Any], names: dict[str, str]) -> str:
    deputy, holder = (names.get(one[side], one[side]) for side in ("deputy", "holder"))
    return f"{deputy} for {holder}"


def _state(one: dict[str, Any]) -> str:
    return "ended" if one["ended_at"] else f"from {one['counts_from'][:16]}"
