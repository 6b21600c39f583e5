"""Keep the risk register of a release: list, record, review, treat and close."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import office, plain
from flightrules.cli.remote_acts import add_format_option, every, one_of, required, stated, table, told
from flightrules.cli.remote_decisions import add_release_options, release_of
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]

_FACTS = ("title", "impact", "probability", "owner", "review_on", "mitigation")
_LEVELS = ("low", "medium", "high")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "record", "change", "close"), help="what you do")
    parser.add_argument(
        "risk", nargs="?", metavar="RISK", help="its key, the first letters of it, or its title"
    )
    add_release_options(parser)
    facts = parser.add_argument_group("facts, for record and change")
    facts.add_argument("--title", metavar="TEXT", default="")
    facts.add_argument("--impact", choices=_LEVELS, default="")
    facts.add_argument("--probability", choices=_LEVELS, default="")
    facts.add_argument("--owner", metavar="NAME", default="")
    facts.add_argument("--review-on", metavar="DATE", default="", help="when it is looked at again")
    facts.add_argument("--mitigation", metavar="TEXT", default="")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    path = f"/releases/{release_of(service, arguments)['key']}/risks"
    if arguments.act == "record":
        required(arguments, *_FACTS[:5])
        return _told(arguments, service.post(path, stated(arguments, *_FACTS)))
    rows = every(service, path)
    if arguments.act == "list":
        told(
            arguments, rows, table(("KEY", "STATE", "WEIGHS", "REVIEW", "TITLE"), map(_row, rows), "no risk")
        )
        return int(ExitCode.GO)
    one = one_of(rows, arguments.risk, "risk", "title")
    changes = stated(arguments, *_FACTS) | ({"state": "closed"} if arguments.act == "close" else {})
    return _told(arguments, service.edit(f"/risks/{one['key']}", changes))


def _told(arguments: Namespace, one: dict[str, Any]) -> int:
    weight = f"{one['impact']} impact, {one['probability']} probability: {one['priority']}"
    lines = [f"{plain(one['title'])}: {plain(one['state'])} ({plain(one['key'])})", f"  {plain(weight)}"]
    lines += [f"  asks for: {plain(one['treatment'])}", f"  owner: {plain(one['owner'])}"]
    told(
        arguments,
        one,
        [*lines, *([f"  mitigation: {plain(one['mitigation'])}"] if one["mitigation"] else [])],
    )
    return int(ExitCode.GO)


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    late = " overdue" if one["overdue"] else ""
    return one["key"][:8], one["state"], one["priority"], f"{one['review_on']}{late}", one["title"]
