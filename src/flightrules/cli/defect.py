"""Keep the register of defects: list, record, change, and confirm that it is complete for a release.

`flightrules accept` ships one on purpose.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import find_release, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    add_product_option,
    every,
    named_product,
    one_of,
    required,
    stated,
    table,
    told,
)
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]

_FACTS = ("title", "severity", "state", "standing", "url", "owner", "affected_users", "workaround")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "show", "record", "change", "confirm"), help="what you do")
    parser.add_argument("defect", nargs="?", metavar="NUMBER", help="such as PROJ-441")
    add_product_option(parser)
    parser.add_argument("--release", metavar="VERSION", default="", help="confirm: for which release")
    parser.add_argument("--note", metavar="TEXT", default="", help="confirm: what there is to say")
    facts = parser.add_argument_group("facts, for record and change")
    facts.add_argument("--title", metavar="TEXT", default="")
    facts.add_argument("--severity", metavar="WORD", default="", help="as the rulebook says, such as P2")
    facts.add_argument("--state", choices=("open", "done"), default="")
    facts.add_argument(
        "--standing", choices=("missed", "being-fixed"), default="", help="how it comes to be open"
    )
    facts.add_argument("--url", metavar="URL", default="", help="where it is described")
    facts.add_argument("--owner", metavar="NAME", default="")
    facts.add_argument("--affected-users", metavar="TEXT", default="")
    facts.add_argument("--workaround", metavar="TEXT", default="")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    product = named_product(arguments)
    path = f"/products/{product}/defects"
    if arguments.act == "confirm":
        required(arguments, "release")
        release = find_release(service, product, arguments.release)
        made = service.post(f"/releases/{release['key']}/register-reviews", {"note": arguments.note})
        said = f"confirmed: the register is complete, {made['listed']} listed"
        told(arguments, made, [said, "  who confirms it does not sign this release"])
        return int(ExitCode.GO)
    if arguments.act == "record":
        required(arguments, "defect", "title", "severity")
        return _told(
            arguments, service.post(path, {"number": arguments.defect, **stated(arguments, *_FACTS)})
        )
    rows = every(service, path)
    if arguments.act == "list":
        cells = [(one["number"], one["severity"], one["state"], one["title"]) for one in rows]
        told(arguments, rows, table(("NUMBER", "SEVERITY", "STATE", "TITLE"), cells, "no defect is recorded"))
        return int(ExitCode.GO)
    one = one_of(rows, arguments.defect, "defect", "number")
    if arguments.act == "change":
        one = service.edit(f"/defects/{one['key']}", stated(arguments, *_FACTS))
    return _told(arguments, one)


def _told(arguments: Namespace, one: dict[str, Any]) -> int:
    lines = [
        f"{plain(one['number'])} ({plain(one['severity'])}, {plain(one['state'])}): {plain(one['title'])}"
    ]
    lines += [f"  {name.replace('_', ' ')}: {plain(one[name])}" for name in _FACTS[3:] if one[name]]
    told(arguments, one, lines)
    return int(ExitCode.GO)
