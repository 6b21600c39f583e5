"""List what is owed after decisions, read a draft, write what is owed, or confirm what another person wrote.

What is written is signed, and so is its confirmation. Of a debt that a machine has no draft for, the draft is
empty.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    named_product,
    one_of,
    prove_terms,
    show_first,
    table,
    told,
)
from flightrules.errors import ExitCode, UsageError
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]

_STATES = ("open", "overdue", "paid")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "draft", "pay", "confirm"), help="what you do")
    parser.add_argument(
        "obligation", nargs="?", metavar="OBLIGATION", help="its key, or the first letters of it"
    )
    parser.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")
    parser.add_argument("--release", metavar="VERSION", default="", help="only of this version")
    parser.add_argument("--all", action="store_true", help="list also what is paid and confirmed")
    parser.add_argument("--text", metavar="TEXT", default="", help="pay: what you write")
    parser.add_argument("--text-file", metavar="FILE", default="", help="pay: the file that holds it")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    rows = every(service, f"/products/{named_product(arguments)}/obligations")
    rows = [one for one in rows if arguments.release in ("", one["version"])]
    if arguments.act == "list":
        shown = [one for one in rows if arguments.all or one["waits_for"]]
        head = ("KEY", "VERSION", "STATE", "DUE", "WAITS FOR", "WHAT")
        told(arguments, shown, table(head, map(_row, shown), "nothing is owed"))
        return int(ExitCode.GO)
    found = one_of(rows, arguments.obligation, "obligation")
    if arguments.act == "draft":
        draft = service.get(f"/obligations/{found['key']}/draft")
        told(arguments, draft, [draft["text"].rstrip("\n")])
        return int(ExitCode.GO)
    made = (
        _paid(service, found, arguments) if arguments.act == "pay" else _confirmed(service, found, arguments)
    )
    waits = f"; it waits for {role_words(plain(made['waits_for']))}" if made["waits_for"] else ""
    told(arguments, made, [f"{plain(made['state'])}: {plain(made['what']).rstrip('.')}{waits}"])
    return int(ExitCode.GO)


def _paid(service: Office, found: dict[str, Any], arguments: Namespace) -> Any:
    text = (arguments.text or _read(arguments.text_file)).strip()
    if not text:
        raise UsageError(
            "E_ARGUMENT", "pay needs --text or --text-file", hint="flightrules obligations draft KEY"
        )
    prove_terms(service, "pay-obligation", f"obligation/{found['key']}", {"text": text}, arguments)
    return service.post(f"/obligations/{found['key']}/payment", {"text": text})


def _confirmed(service: Office, found: dict[str, Any], arguments: Namespace) -> Any:
    """What was written is printed before anybody confirms it."""
    text = found["text"] or ""
    show_first(arguments, map(plain, text.rstrip().splitlines()))
    prove_terms(service, "confirm-obligation", f"obligation/{found['key']}", {"text": text}, arguments)
    return service.post(f"/obligations/{found['key']}/confirmation", {})


def _read(path: str) -> str:
    if not path:
        return ""
    from flightrules.cli.discover import read_file

    try:
        return read_file(path, what="text").decode()
    except UnicodeDecodeError:
        raise UsageError("E_ARGUMENT", "the text is not UTF-8", file=path, hint="write it as UTF-8") from None


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    due = one["due_at"][:16].replace("T", " ")
    late = f" ({one['late']} late)" if one["late"] else ""
    return (
        one["key"][:8],
        one["version"],
        one["state"] + late,
        due,
        role_words(one["waits_for"]) or "nobody",
        one["what"],
    )
