"""Let a person have a further account, close one and open it again, vouch that one is yours.

One person has one voice, through however many accounts. A further one signs nothing before its person vouched
for it through an earlier one, or a second one who manages people did; to vouch is signed.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import add_format_option, every, one_of, prove_terms, required, table, told
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "invite", "vouch", "disable", "enable"), help="what you do")
    parser.add_argument(
        "account", nargs="?", metavar="ACCOUNT", help="its key or address; vouch: the whole key"
    )
    parser.add_argument("--person", metavar="PERSON", default="", help="whose: key, name or address")
    parser.add_argument("--email", metavar="ADDRESS", default="", help="invite: where they sign in as well")
    parser.add_argument("--reason", metavar="TEXT", default="", help="disable: why")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    if arguments.act == "vouch":
        _vouched(service, arguments)
        return int(ExitCode.GO)
    required(arguments, "person")
    person = one_of(every(service, "/people"), arguments.person, "person", "name", "email")
    if arguments.act == "invite":
        _invited(service, person, arguments)
        return int(ExitCode.GO)
    rows = every(service, f"/people/{person['key']}/accounts")
    if arguments.act == "list":
        cells = [(one["key"], _state(one), one["email"]) for one in rows]
        told(arguments, rows, table(("ACCOUNT", "STATE", "ADDRESS"), cells, "no account"))
        return int(ExitCode.GO)
    one = one_of(rows, arguments.account, "account", "email")
    body = {}
    if arguments.act == "disable":
        required(arguments, "reason")
        body = {"reason": arguments.reason}
    else:
        prove_terms(service, "account:enable", f"account/{one['key']}", {}, arguments)
    made = service.post(f"/accounts/{one['key']}/{arguments.act}", body)
    told(arguments, made, [f"{plain(made['email'])}: {_state(made)}"])
    return int(ExitCode.GO)


def _invited(service: Office, person: dict[str, Any], arguments: Namespace) -> None:
    required(arguments, "email")
    path = f"/people/{person['key']}/accounts"
    terms = {"email": arguments.email}
    prove_terms(service, "person:invite-again", f"person/{person['key']}", terms, arguments)
    made = service.post(path, {"email": arguments.email})
    link = f"{service.url}{plain(made['path'])}"
    lines = [f"invited again: {plain(person['name'])}", f"link, once: {link}"]
    told(arguments, {**made, "link": link}, lines)


def _vouched(service: Office, arguments: Namespace) -> None:
    required(arguments, "account")
    prove_terms(service, "account:vouch", f"account/{arguments.account}", {}, arguments)
    made = service.post(f"/accounts/{arguments.account}/vouch", {})
    told(arguments, made, [f"{plain(made['email'])}: it may sign from now on"])


def _state(one: dict[str, Any]) -> str:
    if not one["is_active"]:
        return "closed"
    return "waits for who vouches" if one["awaits_vouching"] else "open"
