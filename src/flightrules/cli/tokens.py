"""List, issue and end API tokens of your own: for a while, for some powers, shown once.

A token may never do more than its owner, and one that is issued with a token no more than that token. To
issue one takes a fresh proof of who asks. Pipelines need none of these: see `flightrules token`.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import prove_headers
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    moment_said,
    one_of,
    required,
    show_first,
    stated,
    table,
    told,
)
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "issue", "revoke"), help="what you do")
    parser.add_argument("token", nargs="?", metavar="TOKEN", help="its title or key")
    parser.add_argument(
        "--scope", action="append", default=[], metavar="POWER", help="issue: read, sign ...; repeatable"
    )
    parser.add_argument("--days", type=int, metavar="N", help="issue: how long it holds; else 30")
    parser.add_argument("--product", metavar="KEY", default="", help="issue: the one product it acts in")
    add_format_option(parser)
    parser.add_argument(
        "--code-stdin",
        action="store_true",
        help="read the code from the first line of stdin, the password from the second where it is needed",
    )


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    if arguments.act == "issue":
        _issued(service, arguments)
        return int(ExitCode.GO)
    rows = every(service, "/tokens")
    if arguments.act == "list":
        cells = [(one["key"][:8], _state(one), one["product"] or "all", one["title"]) for one in rows]
        told(arguments, rows, table(("TOKEN", "STATE", "PRODUCT", "TITLE"), cells, "no token"))
        return int(ExitCode.GO)
    live = [one for one in rows if not one["revoked_at"]]
    one = one_of(live, arguments.token, "token", "title")
    made = service.delete(f"/tokens/{one['key']}")
    told(arguments, made, [f"{plain(made['title'])}: ended"])
    return int(ExitCode.GO)


def _issued(service: Office, arguments: Namespace) -> None:
    required(arguments, "token", "scope")
    body = {"title": arguments.token, "scopes": arguments.scope, **stated(arguments, "days", "product")}
    show_first(arguments, [f"token {plain(arguments.token)}: {', '.join(map(plain, arguments.scope))}"])
    about = f"account/{service.get('/me')['account']}"
    prove_headers(service, "token:issue", about, "", browser=False, code_stdin=arguments.code_stdin)
    made = service.post("/tokens", body)
    lines = [f"holds until {moment_said(made['expires_at'])}", f"token, once: {plain(made['token'])}"]
    told(arguments, made, lines)


def _state(one: dict[str, Any]) -> str:
    if one["revoked_at"]:
        return "ended"
    return f"until {one['expires_at'][:10]}"
