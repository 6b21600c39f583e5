"""Give a release a checklist, say who does what, tick items off with what shows it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    add_product_option,
    every,
    one_of,
    required,
    stated,
    table,
    told,
)
from flightrules.cli.remote_decisions import release_of
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "act", choices=("shipped", "list", "start", "assign", "tick", "untick"), help="what you do"
    )
    parser.add_argument(
        "named",
        nargs="?",
        metavar="NAME",
        help="start: of the checklist; else the item's key, or its letters",
    )
    add_product_option(parser)
    parser.add_argument("--release", metavar="VERSION", default="", help="the version; shipped needs none")
    parser.add_argument(
        "--item",
        action="append",
        default=[],
        metavar="TEXT",
        help="start: of a checklist of your own; repeatable",
    )
    parser.add_argument("--owner", metavar="NAME", default="", help="assign, tick: who sees to it")
    parser.add_argument("--evidence", metavar="URL", default="", help="assign, tick: where it can be seen")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands. Exit code 6 where items are open."""
    service = office()
    if arguments.act == "shipped":
        return _shipped(service.get("/checklists"), arguments)
    required(arguments, "release")
    path = f"/releases/{release_of(service, arguments)['key']}"
    if arguments.act == "start":
        required(arguments, "named")
        service.post(f"{path}/checklists", {"checklist": arguments.named, "items": arguments.item})
    rows = every(service, f"{path}/checklist-items")
    if arguments.act in ("assign", "tick", "untick"):
        one = one_of(rows, arguments.named, "item")
        done = {} if arguments.act == "assign" else {"done": arguments.act == "tick"}
        service.edit(f"/checklist-items/{one['key']}", {**stated(arguments, "owner", "evidence"), **done})
        rows = every(service, f"{path}/checklist-items")
    rows.sort(key=lambda one: (one["checklist"], one["place"]))
    heads = ("ITEM", "CHECKLIST", "STATE", "OWNER", "TEXT")
    told(arguments, rows, table(heads, map(_row, rows), "no checklist"))
    return int(ExitCode.GO if all(one["done"] for one in rows) else ExitCode.WAITING)


def _shipped(found: dict[str, list[str]], arguments: Namespace) -> int:
    lines = [f"{plain(name)}: {len(items)} items" for name, items in found.items()]
    told(arguments, found, lines)
    return int(ExitCode.GO)


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    return (
        one["key"][:8],
        one["checklist"],
        "done" if one["done"] else "open",
        one["owner"] or "nobody",
        one["text"],
    )
