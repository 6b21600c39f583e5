"""Open a product, see the products, and the environments through which its builds go.

Environments stand in the rulebook: one is added by an edition that is agreed to (`flightrules rulebook`).
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from flightrules.cli.remote import office, plain
from flightrules.cli.remote_acts import add_format_option, every, named_product, required, table, told
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "open", "rename", "environments"), help="what you do")
    parser.add_argument("product", nargs="?", metavar="KEY", help="its key; else from FLIGHTRULES_PRODUCT")
    parser.add_argument("--name", metavar="NAME", default="", help="open, rename: how it is called")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    if arguments.act == "list":
        rows = every(service, "/products")
        cells = [(one["key"], one["rulebook"] or "none", one["name"]) for one in rows]
        told(arguments, rows, table(("PRODUCT", "EDITION", "NAME"), cells, "no product"))
        return int(ExitCode.GO)
    key = named_product(arguments)
    if arguments.act == "environments":
        rows = service.get(f"/products/{key}/environments")
        cells = [(one["key"], ", ".join(one["requires_pass_in"]) or "nothing", one["title"]) for one in rows]
        told(arguments, rows, table(("ENVIRONMENT", "AFTER", "TITLE"), cells, "the rulebook names none"))
        return int(ExitCode.GO)
    required(arguments, "name")
    if arguments.act == "open":
        made = service.post("/products", {"key": key, "name": arguments.name})
    else:
        made = service.edit(f"/products/{key}", {"name": arguments.name})
    told(arguments, made, [f"{plain(made['key'])}: {plain(made['name'])}"])
    return int(ExitCode.GO)
