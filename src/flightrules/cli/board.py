"""Let the change board sit: call it, come and go, rate a change on evidence, vote, answer, close.

A vote and the board's answer are signed on the SHA-256 of what the member was shown, which is printed first.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    moment_of,
    named_product,
    prove,
    required,
    table,
    told,
)
from flightrules.cli.remote_decisions import role_of
from flightrules.cli.terminal import say
from flightrules.errors import ExitCode, UsageError
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]

_ACTS = ("list", "changes", "call", "join", "leave", "show", "score", "vote", "answer", "close")
_CHOICES = ("approve", "reject", "abstain", "approved", "rejected")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=_ACTS, help="what you do; changes lists what can go on an agenda")
    parser.add_argument("key", nargs="?", metavar="KEY", help="of the session, or of the item on its agenda")
    parser.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")
    parser.add_argument(
        "--change", action="append", default=[], metavar="KEY", help="call: on the agenda; repeatable"
    )
    parser.add_argument("--at", metavar="TIME", default="", help="call: when it begins (RFC 3339)")
    parser.add_argument("--minutes", type=int, default=60, metavar="N", help="call: its time box; 60")
    parser.add_argument("--emergency", action="store_true", help="call: a session for an emergency")
    parser.add_argument(
        "--scorecard",
        metavar="FILE",
        default="",
        help="score: five areas as JSON, as POST .../scorecards takes them",
    )
    parser.add_argument(
        "--choice", choices=_CHOICES, default="", help="vote: the first three; answer: the last two"
    )
    parser.add_argument(
        "--reason", metavar="TEXT", default="", help="why; to reject and to answer it is needed"
    )
    parser.add_argument("--as", dest="role", default="", metavar="ROLE", help="vote: in which of your seats")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    acts = {
        "list": _listed,
        "changes": _changes,
        "call": _called,
        "join": _attended,
        "leave": _attended,
        "show": _shown,
        "score": _scored,
        "vote": _voted,
        "answer": _answered,
        "close": _closed,
    }
    acts[arguments.act](service, arguments)
    return int(ExitCode.GO)


def _listed(service: Office, arguments: Namespace) -> None:
    rows = every(service, f"/products/{named_product(arguments)}/board-sessions")
    cells = [
        (one["key"], one["kind"], one["starts_at"][:16], "held" if one["held_at"] else "called", _items(one))
        for one in rows
    ]
    told(arguments, rows, table(("SESSION", "KIND", "BEGINS", "STATE", "ITEMS"), cells, "no session"))


def _items(session: dict[str, Any]) -> str:
    return " ".join(one["key"] for one in session["agenda"])


def _changes(service: Office, arguments: Namespace) -> None:
    rows = every(service, f"/products/{named_product(arguments)}/change-requests")
    cells = [(one["key"], one["type"], one["state"], one["title"]) for one in rows]
    told(arguments, rows, table(("CHANGE", "TYPE", "STATE", "TITLE"), cells, "no change request"))


def _called(service: Office, arguments: Namespace) -> None:
    required(arguments, "change", "at")
    body = {
        "kind": "emergency" if arguments.emergency else "regular",
        "starts_at": moment_of(arguments.at, "--at").isoformat(),
        "minutes": arguments.minutes,
        "agenda": arguments.change,
    }
    made = service.post(f"/products/{named_product(arguments)}/board-sessions", body)
    told(arguments, made, _session(made))


def _attended(service: Office, arguments: Namespace) -> None:
    made = service.post(f"/board-sessions/{_key(arguments)}/attendance", {"action": arguments.act})
    told(arguments, made, _session(made))


def _closed(service: Office, arguments: Namespace) -> None:
    made = service.post(f"/board-sessions/{_key(arguments)}/closure", {})
    told(arguments, made, _session(made))


def _shown(service: Office, arguments: Namespace) -> None:
    item = service.get(f"/board-items/{_key(arguments)}")
    told(arguments, item, _item(item))


def _scored(service: Office, arguments: Namespace) -> None:
    from flightrules.cli.discover import read_file

    required(arguments, "scorecard")
    try:
        card = json.loads(read_file(arguments.scorecard, what="scorecard"))
    except (ValueError, RecursionError):
        raise UsageError(
            "E_ARGUMENT",
            "the scorecard is no JSON",
            file=arguments.scorecard,
            hint='{"risk": {"rating": "green", "rationale": "...", "evidence": "https://..."}, ...}',
        ) from None
    made = service.post(f"/board-items/{_key(arguments)}/scorecards", card)
    told(arguments, made, _item(made))


def _voted(service: Office, arguments: Namespace) -> None:
    item = _before_you(service, arguments, _CHOICES[:3])
    about = f"change-request/{item['change_request']}"
    prove(service, f"board-vote:{arguments.choice}", about, item["shown_sha256"], arguments)
    body = {
        "choice": arguments.choice,
        "shown_sha256": item["shown_sha256"],
        "reason": arguments.reason,
        "role": role_of(arguments.role),
    }
    made = service.post(f"/board-items/{item['key']}/votes", body)
    told(arguments, made, [f"voted: {plain(arguments.choice)} on {plain(made['title'])}"])


def _answered(service: Office, arguments: Namespace) -> None:
    required(arguments, "reason")
    item = _before_you(service, arguments, _CHOICES[3:])
    about = f"change-request/{item['change_request']}"
    prove(service, f"board-answer:{arguments.choice}", about, item["shown_sha256"], arguments)
    body = {
        "outcome": arguments.choice,
        "rationale": arguments.reason,
        "shown_sha256": item["shown_sha256"],
    }
    made = service.post(f"/board-items/{item['key']}/answer", body)
    told(arguments, made, [f"answered: {plain(arguments.choice)}, {plain(made['title'])}"])


def _before_you(service: Office, arguments: Namespace, choices: tuple[str, ...]) -> dict[str, Any]:
    """The item as it is now, printed: nobody speaks on what was not shown."""
    if arguments.choice not in choices:
        raise UsageError("E_ARGUMENT", f"{arguments.act} needs --choice {' or '.join(choices)}")
    item: dict[str, Any] = service.get(f"/board-items/{_key(arguments)}")
    if arguments.format == "text":
        say("".join(f"{line}\n" for line in _item(item)).encode())
    return item


def _key(arguments: Namespace) -> str:
    if not arguments.key or not all(one.isalnum() or one == "-" for one in arguments.key):
        raise UsageError("E_ARGUMENT", f"{arguments.act} needs the KEY", hint="see flightrules board list")
    return str(arguments.key)


def _session(one: dict[str, Any]) -> list[str]:
    there = sum(each["left_at"] is None for each in one["attendance"])
    begins = f"{plain(one['kind'])}, {plain(one['starts_at'])}"
    lines = [f"session {plain(one['key'])}: {begins}, led by {plain(one['chair'])}"]
    lines += [f"  seats: {', '.join(map(plain, one['members']))}; quorum {one['quorum']}; {there} there"]
    return lines + [
        f"  item {each['place']}: {plain(each['key'])} on change {plain(each['change_request'])}"
        for each in one["agenda"]
    ]


def _item(one: dict[str, Any]) -> list[str]:
    lines = [f"{plain(one['title'])} (change {plain(one['change_request'])}), quorum {one['quorum']}"]
    for area, rated in sorted((one["scorecard"] or {}).get("areas", one["scorecard"] or {}).items()):
        if isinstance(rated, dict) and "rating" in rated:
            lines.append(f"  {plain(area)}: {plain(rated['rating'])}, {plain(rated.get('rationale', ''))}")
    lines += [] if one["scorecard"] else ["  no scorecard yet"]
    for vote in one["votes"]:
        counts = "" if vote["counts"] else ", does not count any more"
        lines.append(f"  {plain(role_words(vote['role']))}: {plain(vote['choice'])}{counts}")
    if one["answer"]:
        lines.append(f"  answer: {plain(one['answer']['outcome'])}, {plain(one['answer']['rationale'])}")
    return [*lines, f"  shown: sha256:{one['shown_sha256']}"]
