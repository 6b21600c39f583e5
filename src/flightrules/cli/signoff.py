"""Sign about a release: the quality verdict, a vote in the open poll, or one side of an override.

What is signed is printed first; the signature is bound to its SHA-256. Who signs proves it with a code that
is typed unseen, or in the browser; the token alone never signs.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options, prove_headers
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import every, signature_said
from flightrules.cli.remote_decisions import (
    add_release_options,
    handed_out,
    open_poll,
    release_of,
    role_of,
)
from flightrules.cli.terminal import say
from flightrules.errors import ExitCode, UsageError
from flightrules.ledger.signed_terms import terms_digest
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]

_CHOICES = ("go", "go-with-conditions", "no-go", "agree", "dissent-acknowledged")
_OF_OVERRIDES = frozenset({"agree", "dissent-acknowledged"})


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("choice", choices=_CHOICES, help="what you say; the last two are about an override")
    add_release_options(parser)
    parser.add_argument("--as", dest="role", required=True, metavar="ROLE", help="in which of your roles")
    parser.add_argument(
        "--vote", action="store_true", help="vote in the poll, in a role that signs the quality verdict too"
    )
    parser.add_argument(
        "--change",
        action="store_true",
        help="take your vote in this role back and vote anew; both stay on record",
    )
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; a no-go and a dissent need it")
    parser.add_argument(
        "--condition",
        action="append",
        default=[],
        metavar="TEXT",
        help="with go-with-conditions, such as 'flag checkout <= 20 %%'; repeatable",
    )
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Show, prove, sign."""
    service = office()
    release = release_of(service, arguments)
    dossier = handed_out(service, release)
    if arguments.choice in _OF_OVERRIDES:
        return _sign_override(service, release, dossier["digest"], arguments)
    return _sign_off(service, release, dossier["digest"], arguments)


def _sign_off(service: Office, release: dict[str, Any], digest: str, arguments: Namespace) -> int:
    poll = open_poll(service, release)
    body = {
        "choice": arguments.choice,
        "dossier": digest,
        "reason": arguments.reason,
        "conditions": arguments.condition,
    }
    role = role_of(arguments.role)
    if role == poll["asked"]["verdict"] and not arguments.vote and not arguments.change:
        act, about, path = (
            "verdict",
            f"release/{release['key']}",
            f"/releases/{release['key']}/quality-verdict",
        )
    else:
        act, about = "vote", f"poll/{poll['key']}"
        path = (
            f"/sign-offs/{_vote(service, poll, role)}/change"
            if arguments.change
            else f"/polls/{poll['key']}/votes"
        )
        body |= {} if arguments.change else {"role": role}
    terms = {
        "dossier": digest,
        "role": role if act == "vote" else "",
        "reason": arguments.reason,
        "conditions": "\n".join(arguments.condition),
    }
    _prove(service, f"{act}:{arguments.choice}", about, terms, arguments)
    made = service.post(path, body)
    say(f"signed: {signature_said(made)}\n".encode())
    return int(ExitCode.GO)


def _vote(service: Office, poll: dict[str, Any], role: str) -> str:
    """Key of the caller's own vote in this poll that counts, in this role."""
    me = service.get("/me")["key"]
    rows = every(service, f"/releases/{poll['release']}/sign-offs", act="vote", counts="true")
    mine = (me, role, poll["key"])
    found = [one for one in rows if (one["person"], one["role"], one["poll"]) == mine]
    if not found:
        raise UsageError(
            "E_REMOTE_POLL", f"no vote of yours as {plain(role)} counts", hint="vote without --change"
        )
    return str(found[-1]["key"])


def _sign_override(service: Office, release: dict[str, Any], digest: str, arguments: Namespace) -> int:
    """The authority's receipt of the risk statement is confirmed with it: the statement was printed."""
    override = _open_override(service, release)
    named = [*override["criteria"], *override["defects"], *override["blockers"]]
    say(("accepted by name: " + ", ".join(map(plain, named)) + "\n").encode())
    role = role_of(arguments.role)
    draft = service.get(f"/releases/{release['key']}/override-draft")
    if role not in draft["quality"] and not override["receipt_by"]:
        _confirm_receipt(service, override, role, arguments)
    terms = {"dossier": digest, "role": role, "reason": arguments.reason, "conditions": ""}
    _prove(service, f"override:{arguments.choice}", f"override/{override['key']}", terms, arguments)
    body = {"role": role, "choice": arguments.choice, "dossier": digest, "reason": arguments.reason}
    done = service.post(f"/overrides/{override['key']}/signatures", body)
    lacks = "; ".join(map(plain, done["lacks"])) or "nothing; the release is GO BY OVERRIDE"
    say(f"signed: {plain(arguments.choice)} as {plain(role_words(role))}\nlacking: {lacks}\n".encode())
    return int(ExitCode.GO)


def _confirm_receipt(service: Office, override: dict[str, Any], role: str, arguments: Namespace) -> None:
    """Signed for itself: who overrides has read what is accepted."""
    say(service.get_bytes(f"/overrides/{override['key']}/statement.md"))
    receipt, about = {"role": role, "statement": override["statement"]}, f"override/{override['key']}"
    _prove(service, "override:receipt", about, receipt, arguments)
    service.post(f"/overrides/{override['key']}/receipt", receipt)


def _open_override(service: Office, release: dict[str, Any]) -> dict[str, Any]:
    rows = service.get(f"/releases/{release['key']}/overrides", limit="500")["items"]
    found = [one for one in rows if one["closed_at"] is None]
    if not found:
        raise UsageError(
            "E_REMOTE_POLL",
            f"no override of {plain(release['version'])} is asked for",
            hint="who may override asks for it with flightrules decide override",
        )
    return dict(found[0])


def _prove(service: Office, act: str, about: str, terms: dict[str, str], arguments: Namespace) -> None:
    digest = terms_digest(act, about, terms)
    how = {"browser": arguments.browser, "code_stdin": arguments.code_stdin}
    prove_headers(service, act, about, digest, **how, terms=terms)
