"""Say where a product's notices go, try a channel, end it; see what was told and what was given up.

An address may be a secret itself: `--address -` reads it from stdin. The secret of a webhook's signatures is
shown when it is opened, and never again.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    add_product_option,
    every,
    moment_said,
    named_product,
    one_of,
    required,
    table,
    told,
)
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]

_WAYS = ("email", "slack", "teams", "webhook")
_LINE_LIMIT = 2100


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "act",
        choices=("list", "open", "try", "end", "told", "resend"),
        help="what you do; told lists notices, resend tries one that was given up again",
    )
    parser.add_argument(
        "channel", nargs="?", metavar="CHANNEL", help="its title or key; resend: the key of a notice"
    )
    add_product_option(parser)
    parser.add_argument("--through", choices=_WAYS, default="", help="open: the way out")
    parser.add_argument("--address", metavar="ADDRESS", default="", help="open: of mail or chat; - for stdin")
    parser.add_argument(
        "--kind", action="append", default=[], metavar="KIND", help="open: no-go, reminder ...; else all"
    )
    parser.add_argument("--state", choices=("waiting", "done", "dead"), default="", help="told: only these")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands. Exit code 6 where a notice was given up."""
    service = office()
    if arguments.act == "resend":
        required(arguments, "channel")
        made = service.post(f"/notices/{arguments.channel}/resend", {})
        told(arguments, made, [_notice(made)])
        return int(ExitCode.GO)
    path = f"/products/{named_product(arguments)}"
    if arguments.act == "told":
        return _told(service, path, arguments)
    if arguments.act == "open":
        return _opened(service, f"{path}/channels", arguments)
    rows = every(service, f"{path}/channels")
    if arguments.act == "list":
        cells = [(one["key"], _state(one), one["channel"], one["host"], one["title"]) for one in rows]
        told(arguments, rows, table(("CHANNEL", "STATE", "THROUGH", "TO", "TITLE"), cells, "no channel"))
        return int(ExitCode.GO)
    live = [one for one in rows if not one["ended_at"]]
    one = one_of(live, arguments.channel, "channel", "title")
    if arguments.act == "end":
        service.delete(f"{path}/channels/{one['key']}")
        told(arguments, one, [f"ended: {plain(one['title'])}; its address is forgotten"])
    else:
        made = service.post(f"{path}/channels/{one['key']}/trial", {})
        told(arguments, made, [f"on its way through {plain(one['title'])}", _notice(made)])
    return int(ExitCode.GO)


def _opened(service: Office, path: str, arguments: Namespace) -> int:
    required(arguments, "channel", "through", "address")
    typed: str = arguments.address
    address = sys.stdin.readline(_LINE_LIMIT).strip() if typed == "-" else typed
    body = {"title": arguments.channel, "channel": arguments.through, "address": address}
    made = service.post(path, {**body, "kinds": arguments.kind})
    kinds = ", ".join(map(plain, made["kinds"])) or "everything"
    lines = [f"opened: {plain(made['title'])} to {plain(made['host'])}, for {kinds}"]
    lines += [f"secret of its signatures, once: {plain(made['secret'])}"] if made["secret"] else []
    told(arguments, made, lines)
    return int(ExitCode.GO)


def _told(service: Office, path: str, arguments: Namespace) -> int:
    asked = {"state": arguments.state} if arguments.state else {}
    rows = every(service, f"{path}/notices", **asked)
    told(arguments, rows, [_notice(one) for one in rows] or ["nothing was told"])
    return int(ExitCode.WAITING if any(one["state"] == "dead" for one in rows) else ExitCode.GO)


def _state(one: dict[str, Any]) -> str:
    return "ended" if one["ended_at"] else "open"


def _notice(one: dict[str, Any]) -> str:
    fault = f": {one['fault']}" if one["fault"] else ""
    what = f"{one['kind']} of {one['about']} through {one['channel']}"
    return plain(f"{one['key']}  {moment_said(one['told_at'])}  {one['state']}  {what}{fault}")
