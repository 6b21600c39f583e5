"""Open a team, see the teams, say who is in one. A team is told and shown together; it carries no powers."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import add_format_option, every, one_of, required, table, told
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "open", "change"), help="what you do")
    parser.add_argument("team", nargs="?", metavar="TEAM", help="its name; change: or its key")
    parser.add_argument("--product", metavar="KEY", default="", help="whose team; else the whole office's")
    parser.add_argument("--name", metavar="NAME", default="", help="change: how it is called from now on")
    parser.add_argument(
        "--member",
        action="append",
        default=[],
        metavar="PERSON",
        help="who is in it, all of them; repeatable",
    )
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    asked = {"product": arguments.product} if arguments.product else {}
    if arguments.act == "list":
        rows = every(service, "/teams", **asked)
        cells = [(one["key"], one["product"] or "all", len(one["members"]), one["name"]) for one in rows]
        told(arguments, rows, table(("TEAM", "PRODUCT", "MEMBERS", "NAME"), cells, "no team"))
        return int(ExitCode.GO)
    required(arguments, "team")
    members = _keys(service, arguments.member)
    if arguments.act == "open":
        body = {"name": arguments.team, "members": members, "product": arguments.product or None}
        made = service.post("/teams", body)
    else:
        one = one_of(every(service, "/teams", **asked), arguments.team, "team", "name")
        body = {"name": arguments.name or one["name"], "members": members or one["members"]}
        made = service.edit(f"/teams/{one['key']}", body, "PUT")
    told(arguments, made, [f"{plain(made['name'])}: {len(made['members'])} in it ({plain(made['key'])})"])
    return int(ExitCode.GO)


def _keys(service: Office, named: list[str]) -> list[str]:
    people: list[dict[str, Any]] = every(service, "/people") if named else []
    return [one_of(people, one, "person", "name", "email")["key"] for one in named]
