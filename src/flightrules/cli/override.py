"""Look at the override of a no-go, confirm the receipt of its risk statement, or give it up.

It is asked for with `flightrules decide override`, and each side signs with `flightrules signoff agree` or
`dissent-acknowledged`.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    moment_said,
    prove_terms,
    required,
    signature_said,
    told,
)
from flightrules.cli.remote_decisions import add_release_options, release_of, role_of
from flightrules.cli.terminal import say
from flightrules.errors import ExitCode, UsageError
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("show", "statement", "receive", "end"), help="what you do")
    add_release_options(parser)
    parser.add_argument(
        "--as", dest="role", default="", metavar="ROLE", help="receive: in which of your roles"
    )
    parser.add_argument("--reason", default="", metavar="TEXT", help="end: why it is given up")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    release = release_of(service, arguments)
    rows = every(service, f"/releases/{release['key']}/overrides")
    waiting = [one for one in rows if one["closed_at"] is None]
    if arguments.act == "show":
        return _show(service, release, rows, waiting, arguments)
    if not waiting:
        raise UsageError(
            "E_REMOTE_POLL",
            f"no override of {plain(release['version'])} is asked for",
            hint="who may override asks for it with flightrules decide override",
        )
    one = waiting[0]
    if arguments.act == "statement":
        say(service.get_bytes(f"/overrides/{one['key']}/statement.md"))
        return int(ExitCode.GO)
    if arguments.act == "receive":
        done = _received(service, one, arguments)
    else:
        required(arguments, "reason")
        done = service.post(f"/overrides/{one['key']}/end", {"reason": arguments.reason})
    told(arguments, done, _lines(done))
    return int(ExitCode.GO)


def _show(
    service: Office,
    release: dict[str, Any],
    rows: list[dict[str, Any]],
    waiting: list[dict[str, Any]],
    arguments: Namespace,
) -> int:
    """The one that waits, else the last; where there is none, what one would have to name."""
    if rows:
        one = max(waiting or rows, key=lambda each: each["asked_at"])
        told(arguments, one, _lines(one))
        return int(ExitCode.WAITING if one["closed_at"] is None else ExitCode.GO)
    draft = service.get(f"/releases/{release['key']}/override-draft")
    named = ", ".join(map(plain, (*draft["criteria"], *draft["defects"], *draft["blockers"]))) or "nothing"
    lines = ["no override was asked for", f"  to be accepted by name: {named}"]
    lines += [f"  quality: {', '.join(map(role_words, draft['quality']))}"]
    lines += [f"  authority: {', '.join(map(role_words, draft['authorities']))}"]
    lines += [f"  not possible: {plain(draft['forbidden'])}"] if draft["forbidden"] else []
    told(arguments, draft, lines)
    return int(ExitCode.GO)


def _received(service: Office, one: dict[str, Any], arguments: Namespace) -> Any:
    """The statement is printed before its receipt is confirmed."""
    required(arguments, "role")
    say(service.get_bytes(f"/overrides/{one['key']}/statement.md"))
    terms = {"statement": one["statement"], "role": role_of(arguments.role)}
    prove_terms(service, "override:receipt", f"override/{one['key']}", terms, arguments)
    return service.post(f"/overrides/{one['key']}/receipt", terms)


def _lines(one: dict[str, Any]) -> list[str]:
    state = (
        f"closed: {one['closed_because']}"
        if one["closed_at"]
        else f"an answer is due {moment_said(one['answer_due_at'])}"
    )
    lines = [f"override {plain(one['key'])}, {plain(state)}"]
    for name in ("criteria", "defects", "blockers"):
        lines += [f"  accepts {plain(each)}" for each in one[name]]
    lines += [f"  {signature_said(each)}" for each in one["signatures"]]
    lines += [f"  receipt confirmed {moment_said(one['receipt_at'])}"] if one["receipt_by"] else []
    return lines + [f"  lacking: {plain(each)}" for each in one["lacks"]]
