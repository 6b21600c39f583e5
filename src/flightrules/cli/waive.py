"""Set a failed criterion aside for one release, with what stands in its place; or approve a waiver.

It is signed: the service takes it with a proof of who waives, for exactly these terms.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any

from flightrules.cli.proving import add_proof_options, prove_headers
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_decisions import add_release_options, release_of, role_of
from flightrules.cli.terminal import say
from flightrules.errors import ExitCode, UsageError
from flightrules.ledger.signed_terms import terms_digest
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]

_TERMS = ("criterion", "reason", "compensating_control", "expires_at")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("criterion", help="the criterion's id in the rulebook")
    add_release_options(parser)
    parser.add_argument("--as", dest="role", required=True, metavar="ROLE", help="in which of your roles")
    parser.add_argument("--reason", metavar="TEXT", help="why it is set aside; left out to approve a waiver")
    parser.add_argument("--control", metavar="TEXT", help="what stands in its place")
    parser.add_argument("--until", metavar="TIME", help="when it expires (RFC 3339 with zone)")
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Prove, waive or approve."""
    service = office()
    release, role = release_of(service, arguments), role_of(arguments.role)
    if arguments.reason is None:
        return _approve(service, _waiting(service, release, arguments.criterion), role, arguments)
    terms = {
        "criterion": arguments.criterion,
        "reason": arguments.reason,
        "compensating_control": arguments.control or "",
        "expires_at": _moment(arguments.until),
    }
    about = f"release/{release['key']}"
    _prove(service, "waiver:grant", about, {**terms, "role": role}, arguments)
    body = terms | {"role": role, "expires_at": terms["expires_at"].isoformat()}
    _say(service.post(f"/releases/{release['key']}/waivers", body))
    return int(ExitCode.GO)


def _approve(service: Office, waiver: dict[str, Any], role: str, arguments: Namespace) -> int:
    terms = {name: waiver[name] for name in _TERMS} | {"role": role}
    terms["expires_at"] = _moment(terms["expires_at"])
    _prove(service, "waiver:approve", f"waiver/{waiver['key']}", terms, arguments)
    _say(service.post(f"/waivers/{waiver['key']}/approvals", {"role": role}))
    return int(ExitCode.GO)


def _waiting(service: Office, release: dict[str, Any], criterion: str) -> dict[str, Any]:
    """The waiver of this criterion that is not ended, printed before anybody approves it."""
    rows = service.get(f"/releases/{release['key']}/waivers", limit="500")["items"]
    found = [one for one in rows if one["criterion"] == criterion and one["ended_at"] is None]
    if not found:
        raise UsageError(
            "E_REMOTE_WAIVER",
            f"{plain(criterion)} is not waived here yet",
            hint="to waive it yourself, give --reason, --control and --until",
        )
    lines = [f"{name.replace('_', ' ')}: {plain(found[-1][name])}" for name in _TERMS]
    say(("\n".join(lines) + "\n").encode())
    return dict(found[-1])


def _prove(service: Office, act: str, about: str, terms: dict[str, Any], arguments: Namespace) -> None:
    digest = terms_digest(act, about, terms)
    how = {"browser": arguments.browser, "code_stdin": arguments.code_stdin}
    prove_headers(service, act, about, digest, **how, terms=terms)


def _moment(text: str | None) -> datetime:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError(
            "E_TIME", f"--until {plain(text)[:40]!r} is no moment with a zone", hint="2026-12-01T09:00:00Z"
        )
    return found


def _say(made: dict[str, Any]) -> None:
    who = ", ".join(plain(role_words(one["role"])) for one in made["approved_by"])
    said = f"waived: {plain(made['criterion'])} until {plain(made['expires_at'])}; approved by {who}\n"
    say(said.encode())
