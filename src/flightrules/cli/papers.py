"""Save the papers of a decision: its record, the no-go message, the approval form of each signature.

Beside them the readiness report of a gate, and the risk statement of an override. They are rendered from
what was recorded at that moment, and are the same each time.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.outputs import write_file
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import add_format_option, every, moment_said, one_of, required, table, told
from flightrules.cli.remote_decisions import add_release_options, release_of
from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]

_ACTS = ("list", "record", "no-go", "approval", "report", "statement")
_FORMS = ("html", "md", "pdf", "json")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=_ACTS, help="which paper")
    parser.add_argument(
        "key",
        nargs="?",
        metavar="KEY",
        help="of the decision, else the last; of the signature; or name of the gate, else the exit gate",
    )
    add_release_options(parser)
    parser.add_argument("--out", metavar="FILE", default="", help="ends in .html, .md, .pdf or .json")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """List what was decided and signed, or save a paper of it."""
    service = office()
    path = f"/releases/{release_of(service, arguments)['key']}"
    if arguments.act in ("report", "statement"):
        is_report = arguments.act == "report"
        where = _report(service, path, arguments.key) if is_report else _statement(service, path)
        return _saved(service, where, arguments)
    decisions, signed = every(service, f"{path}/decisions"), every(service, f"{path}/sign-offs")
    if arguments.act == "list":
        rows = [*map(_decided, decisions), *map(_signed, signed)]
        lines = table(("KEY", "WHAT", "AT", "SIGNED BY", "SAYS"), rows, "nothing is decided or signed")
        told(arguments, {"decisions": decisions, "sign_offs": signed}, lines)
        return int(ExitCode.GO)
    return _saved(service, _where(decisions, signed, arguments), arguments)


def _saved(service: Office, where: str, arguments: Namespace) -> int:
    required(arguments, "out")
    write_file(arguments.out, service.get_bytes(f"{where}.{_form(arguments.out)}"))
    told(arguments, {"file": arguments.out}, [f"saved: {plain(arguments.out)}"])
    return int(ExitCode.GO)


def _report(service: Office, path: str, gate: str | None) -> str:
    """Address of the readiness report of the last run of a gate."""
    runs = [one for one in every(service, f"{path}/gate-runs") if one["judged_at"]]
    mine = [one for one in runs if (one["gate"] == gate if gate else one["kind"] == "exit")]
    if not mine:
        raise UsageError("E_ARGUMENT", "this gate was not judged yet", hint="flightrules push, or judge")
    return f"/gate-runs/{max(mine, key=lambda one: one['judged_at'])['key']}/report"


def _statement(service: Office, path: str) -> str:
    """Address of the risk statement of the last override that was asked for."""
    asked = every(service, f"{path}/overrides")
    if not asked:
        raise UsageError("E_ARGUMENT", "no override was asked for", hint="flightrules decide override")
    return f"/overrides/{max(asked, key=lambda one: one['asked_at'])['key']}/statement"


def _where(decisions: list[dict[str, Any]], signed: list[dict[str, Any]], arguments: Namespace) -> str:
    """Address of the paper; an approval stands with the first decision that was taken on it."""
    last = max(decisions, key=lambda one: one["at"], default=None)
    if last is None:
        raise UsageError("E_ARGUMENT", "nothing is decided yet", hint="flightrules decide, or poll show")
    if arguments.act == "approval":
        signature = one_of(signed, arguments.key, "signature")
        since = [one for one in decisions if one["at"] >= signature["at"]]
        first = min(since, key=lambda one: one["at"], default=last)
        return f"/decisions/{first['key']}/approvals/{signature['key']}"
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
    return one["key"][:8], "decision", moment_said(one["at"]), "", f"{one['outcome']}{void}"


def _signed(one: dict[str, Any]) -> tuple[object, ...]:
    void = f", void: {one['voided_because']}" if one["voided_at"] else ""
    return (
        one["key"][:8],
        one["act"],
        moment_said(one["at"]),
        one["name"] or "name erased",
        f"{one['meaning']}{void}",
    )
