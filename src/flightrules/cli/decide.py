"""Decide a release, as the one who is accountable for it; or ask for the override of a no-go.

The dossier is printed first and what is decided is bound to its SHA-256. Not to go can be decided at any
time; to go only when the service finds everything that it takes. ``override`` asks for one, names every item
that is accepted, and starts the clock of the other side.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options, prove_headers
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import moment_said
from flightrules.cli.remote_decisions import add_release_options, handed_out, open_poll, release_of
from flightrules.cli.terminal import say
from flightrules.errors import ExitCode
from flightrules.ledger.signed_terms import terms_digest

__all__ = ["configure", "execute"]

_CHOICES = {
    "GO": "go",
    "CONDITIONAL GO": "go-with-conditions",
    "NO-GO": "no-go",
    "DEFERRED": "deferred",
    "CANCELLED": "cancelled",
}
_OUTCOMES = ("go", "conditional-go", "no-go", "deferred", "cancelled", "override")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("outcome", choices=_OUTCOMES, type=str.casefold, help="what is decided")
    add_release_options(parser)
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; whatever does not go needs it")
    parser.add_argument(
        "--condition", action="append", default=[], metavar="TEXT", help="asked for beside the votes"
    )
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="NAME",
        help="with override: a criterion, defect or blocker that is accepted; all of them, each by name",
    )
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Show, prove, decide."""
    service = office()
    release = release_of(service, arguments)
    dossier = handed_out(service, release)
    if arguments.outcome == "override":
        return _asked_for(service, release, arguments)
    outcome = arguments.outcome.upper().replace("CONDITIONAL-GO", "CONDITIONAL GO")
    poll = open_poll(service, release)
    act, about = f"authorisation:{_CHOICES[outcome]}", f"poll/{poll['key']}"
    terms = {
        "dossier": dossier["digest"],
        "role": "",
        "reason": arguments.reason,
        "conditions": "\n".join(arguments.condition),
    }
    prove_headers(
        service,
        act,
        about,
        terms_digest(act, about, terms),
        browser=arguments.browser,
        code_stdin=arguments.code_stdin,
        terms=terms,
    )
    body = {
        "outcome": outcome,
        "dossier": dossier["digest"],
        "reason": arguments.reason,
        "conditions": arguments.condition,
    }
    made = service.post(f"/polls/{poll['key']}/decision", body)
    goes = made["outcome"] in ("GO", "CONDITIONAL GO")
    until = f", valid until {moment_said(made['valid_until'])}" if goes else ""
    said = [f"decided: {plain(made['outcome'])}{until}"]
    said += [f"  on condition: {plain(one)}" for one in made["conditions"]]
    say(("\n".join(said) + "\n").encode())
    return int(ExitCode.GO)


def _asked_for(service: Office, release: dict[str, Any], arguments: Namespace) -> int:
    body = {"accepts": arguments.accept, "reason": arguments.reason}
    made = service.post(f"/releases/{release['key']}/overrides", body)
    lines = [
        f"override asked for: {plain(made['key'])}, an answer is due {moment_said(made['answer_due_at'])}"
    ]
    lines += [f"  lacking: {plain(one)}" for one in made["lacks"]]
    say(("\n".join(lines) + "\n").encode())
    return int(ExitCode.GO)
