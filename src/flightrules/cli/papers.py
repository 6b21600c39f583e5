"""Save the papers of a decision: its record, the no-go message, the approval form of each signature.

They are rendered from what was recorded when it was decided, and are the same each time.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.outputs import write_file
from flightrules.cli.remote import office, plain
from flightrules.cli.remote_acts import add_format_option, every, one_of, required, table, told
from flightrules.cli.remote_decisions import add_release_options, release_of
from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]

_FORMS = ("html", "md", "pdf", "json")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "record", "no-go", "approval"), help="which paper")
    parser.add_argument(
        "key", nargs="?", metavar="KEY", help="of the decision, else the last; or of the signature"
    )
    add_release_options(parser)
    parser.add_argument("--out", metavar="FILE", default="", help="ends in .html, .md, .pdf or .json")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """List what was decided and signed, or save a paper of it."""
    service = office()
    path = f"/releases/{release_of(service, arguments)['key']}"
    decisions, signed = every(service, f"{path}/decisions"), every(service, f"{path}/sign-offs")
    if arguments.act == "list":
        rows = [*map(_decided, decisions), *map(_signed, signed)]
        lines = table(("KEY", "WHAT", "AT", "SAYS"), rows, "nothing is decided or signed")
        told(arguments, {"decisions": decisions, "sign_offs": signed}, lines)
        return int(ExitCode.GO)
    required(arguments, "out")
    where = _where(decisions, signed, arguments)
    write_file(arguments.out, service.get_bytes(f"{where}.{_form(arguments.out)}"))
    told(arguments, {"file": arguments.out}, [f"saved: {plain(arguments.out)}"])
    return int(ExitCode.GO)


def _where(decisions: list[dict[str, Any]], signed: list[dict[str, Any]], arguments: Namespace) -> str:
    """Address of the paper; an approval stands with the decision that was taken on it, the last one."""
    last = max(decisions, key=lambda one: one["at"], default=None)
    if last is None:
        raise UsageError("E_ARGUMENT", "nothing is decided yet", hint="flightrules decide, or poll show")
    if arguments.act == "approval":
        return f"/decisions/{last['key']}/approvals/{one_of(signed, arguments.key, 'signature')['key']}"
    decision = one_of(decisions, arguments.key, "decision") if arguments.key else last
    return f"/decisions/{decision['key']}/{arguments.act}"


def _form(path: str) -> str:
    form = os.path.splitext(path)[1].removeprefix(".").lower()
    if form not in _FORMS:
        raise UsageError(
            "E_OUTPUT", f"--out {plain(path)[:80]!r} is of no known form", hint="end it in .html or .pdf"
        )
    return form


def _decided(one: dict[str, Any]) -> tuple[object, ...]:
    void = f", void: {one['voided_because']}" if one["voided_at"] else ""
    return one["key"][:8], "decision", one["at"][:16], f"{one['outcome']}{void}"


def _signed(one: dict[str, Any]) -> tuple[object, ...]:
    void = f", void: {one['voided_because']}" if one["voided_at"] else ""
    return one["key"][:8], one["act"], one["at"][:16], f"{one['meaning']}{void}"
