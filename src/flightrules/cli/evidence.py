"""See what evidence a release has, save its bytes, take a piece out, say why there may be fewer tests.

`flightrules push` brings it.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.outputs import write_file
from flightrules.cli.remote import office, plain
from flightrules.cli.remote_acts import add_format_option, every, one_of, required, table, told
from flightrules.cli.remote_decisions import add_release_options, release_of
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]

_ENDS = {"take-out": "tombstone", "fewer-tests": "fewer-tests"}


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "save", "take-out", "fewer-tests"), help="what you do")
    parser.add_argument("evidence", nargs="?", metavar="KEY", help="its key, the first letters, or its name")
    add_release_options(parser)
    parser.add_argument("--out", metavar="FILE", default="", help="save: where to")
    parser.add_argument("--reason", metavar="TEXT", default="", help="take-out, fewer-tests: why")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    rows = every(service, f"/releases/{release_of(service, arguments)['key']}/evidence", current="true")
    if arguments.act == "list":
        heads = ("KEY", "METHOD", "TAKEN", "STATE", "NAME")
        told(arguments, rows, table(heads, map(_row, rows), "no evidence"))
        return int(ExitCode.GO)
    one = one_of(rows, arguments.evidence, "piece of evidence", "name")
    if arguments.act == "save":
        required(arguments, "out")
        write_file(arguments.out, service.get_bytes(f"/evidence/{one['key']}/content"))
        told(arguments, one, [f"saved: {plain(one['name'])}, sha256:{one['sha256']}"])
        return int(ExitCode.GO)
    required(arguments, "reason")
    made = service.post(f"/evidence/{one['key']}/{_ENDS[arguments.act]}", {"reason": arguments.reason})
    told(arguments, made, [f"{plain(made['name'])}: {_state(made)}"])
    return int(ExitCode.GO)


def _state(one: dict[str, Any]) -> str:
    if one["tombstoned_at"]:
        return "taken out"
    return "fewer tests accepted" if one["fewer_tests_accepted_at"] else "counts"


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    taken = (one["taken_at"] or "not said")[:16]
    return one["key"][:8], one["method"], taken, _state(one), one["name"]
