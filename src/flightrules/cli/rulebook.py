"""Propose an edition of the rulebook, see whose signatures it has and lacks, agree to it.

The signature of the last one asked adopts it: there is no other way for an edition to come into force. Who
signs is bound to the SHA-256 of the file, which is printed first.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    add_product_option,
    every,
    named_product,
    names_in,
    prove_terms,
    required,
    show_first,
    table,
    told,
)
from flightrules.cli.remote_decisions import role_of
from flightrules.cli.terminal import say
from flightrules.errors import ExitCode, UsageError
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]

_IN_FORCE = "adopted"


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "show", "source", "propose", "sign"), help="what you do")
    parser.add_argument(
        "edition", nargs="?", metavar="NUMBER", help="the edition; else the one proposed last, or in force"
    )
    add_product_option(parser)
    parser.add_argument(
        "--file", metavar="FILE", default="", help="propose: the rulebook; sign: only if it is this one"
    )
    parser.add_argument("--reason", metavar="TEXT", default="", help="propose: why it changes")
    parser.add_argument("--as", dest="role", default="", metavar="ROLE", help="sign: in which of your roles")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands. Exit code 6 while somebody still has to sign."""
    service = office()
    path = f"/products/{named_product(arguments)}/rulebooks"
    if arguments.act == "list":
        rows = every(service, path)
        told(
            arguments, rows, table(("EDITION", "STATE", "PROPOSED", "LACKS"), map(_row, rows), "no rulebook")
        )
        return int(ExitCode.GO)
    if arguments.act == "propose":
        return _told(service, _proposed(service, path, arguments), arguments)
    edition = _edition(service, path, arguments.edition)
    if arguments.act == "source":
        say(service.get_bytes(f"{path}/{edition['number']}/source"))
        return int(ExitCode.GO)
    if arguments.act == "sign":
        edition = _signed(service, path, edition, arguments)
    return _told(service, edition, arguments)


def _edition(service: Office, path: str, number: str | None) -> dict[str, Any]:
    """The edition that is named; else the one that waits for signatures, else the one in force."""
    rows = every(service, path)
    fitting = [one for one in rows if number in (None, str(one["number"]))]
    preferred = sorted(
        fitting, key=lambda one: (one["state"] == "proposed", one["state"] == _IN_FORCE, one["number"])
    )
    if not preferred:
        what = f"no edition {plain(number)[:20]}" if number else "no rulebook"
        hint = "flightrules rulebook list" if rows else "flightrules rulebook propose --file .flightrules.yml"
        raise UsageError("E_ARGUMENT", f"the product has {what}", hint=hint)
    return preferred[-1]


def _proposed(service: Office, path: str, arguments: Namespace) -> dict[str, Any]:
    from flightrules.cli.discover import read_file

    required(arguments, "file")
    asked = {"file_name": os.path.basename(arguments.file), "reason": arguments.reason}
    data = read_file(arguments.file, what="rulebook")
    made: dict[str, Any] = service.post_bytes(path, data, asked, once=True)
    return made


def _signed(service: Office, path: str, edition: dict[str, Any], arguments: Namespace) -> dict[str, Any]:
    """What is agreed to is printed before anybody agrees to it."""
    required(arguments, "role")
    if arguments.file:
        _require_same(edition, arguments.file)
    show_first(arguments, _lines(edition, _names(service, edition, arguments)))
    role = role_of(arguments.role)
    terms = {"number": str(edition["number"]), "sha256": edition["sha256"], "role": role}
    prove_terms(service, "rulebook:sign", f"rulebook/{edition['key']}", terms, arguments)
    made: dict[str, Any] = service.post(f"{path}/{edition['number']}/signatures", {"role": role})
    return made


def _names(service: Office, edition: dict[str, Any], arguments: Namespace) -> dict[str, str]:
    return names_in(service, named_product(arguments)) if edition["signatures"] else {}


def _require_same(edition: dict[str, Any], path: str) -> None:
    import hashlib

    from flightrules.cli.discover import read_file

    if hashlib.sha256(read_file(path, what="rulebook")).hexdigest() != edition["sha256"]:
        raise UsageError(
            "E_RULEBOOK_OTHER",
            f"edition {edition['number']} is another file than this one",
            file=path,
            hint=f"read it with flightrules rulebook source {edition['number']}",
        )


def _told(service: Office, edition: dict[str, Any], arguments: Namespace) -> int:
    told(arguments, edition, _lines(edition, _names(service, edition, arguments)))
    return int(ExitCode.WAITING if edition["state"] == "proposed" else ExitCode.GO)


def _lines(one: dict[str, Any], names: dict[str, str]) -> list[str]:
    lines = [
        f"edition {one['number']}: {plain(one['state'])}, proposed {plain(one['proposed_at'])[:16]}",
        f"  file: {plain(one['file_name'])}, {one['size']} bytes, sha256:{one['sha256']}",
    ]
    lines += [f"  why: {plain(one['reason'])}"] if one["reason"] else []
    lines += [f"  changes: {plain(each)}" for each in one["changed"]]
    for each in one["signatures"]:
        who = plain(names.get(each["person"], each["person"]))
        lines.append(f"  signed: {plain(role_words(each['role']))}, {who}, {plain(each['signed_at'])[:16]}")
    return lines + [
        f"  asked: {plain(role)}, with flightrules rulebook sign {one['number']} --as {plain(role)}"
        for role in one["missing"]
        if one["state"] == "proposed"
    ]


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    lacks = ", ".join(one["missing"]) if one["state"] == "proposed" else "nothing"
    return one["number"], one["state"], one["proposed_at"][:16], lacks
