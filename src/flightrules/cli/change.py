"""Ask the change board for a change, submit it, and take it through its states up to the review.

`flightrules board` is where it is rated, voted on and answered. `show` says for each next state what it
still lacks.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import Office, find_release, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    add_product_option,
    every,
    moment_of,
    named_product,
    one_of,
    required,
    stated,
    table,
    told,
)
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]

_ACTS = ("list", "show", "raise", "template", "edit", "submit", "move", "implement", "outcome", "close")
_TEXTS = (
    "title",
    "category",
    "reason",
    "risk",
    "impact",
    "security_impact",
    "communication",
    "implementation",
)
_ROLLBACK = {
    "rollback_owner": "owner",
    "rollback_minutes": "minutes",
    "rollback_steps": "steps",
    "rollback_evidence": "evidence",
    "rollback_sha256": "evidence_sha256",
}
_STATES = ("assess", "authorize", "scheduled", "canceled")
_OUTCOMES = ("successful", "successful-with-issues", "unsuccessful", "rolled-back")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=_ACTS, help="what you do; template proposes one for standard changes")
    parser.add_argument("change", nargs="?", metavar="CHANGE", help="its key, or the first letters of it")
    add_product_option(parser)
    parser.add_argument("--release", metavar="VERSION", default="", help="raise: the release that it is")
    parser.add_argument(
        "--type", choices=("standard", "normal", "emergency"), default="", help="raise: normal where not said"
    )
    parser.add_argument("--template", metavar="KEY", default="", help="raise: of a standard change")
    facts = parser.add_argument_group("facts, for raise, template and edit")
    for name in _TEXTS:
        facts.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT", default="")
    facts.add_argument(
        "--opens", metavar="TIME", default="", help="the window (RFC 3339); else the release's"
    )
    facts.add_argument("--closes", metavar="TIME", default="")
    facts.add_argument("--zone", metavar="ZONE", default="", help="such as Europe/Berlin")
    facts.add_argument("--rollback-owner", metavar="NAME", default="")
    facts.add_argument("--rollback-minutes", type=int, metavar="N")
    facts.add_argument("--rollback-steps", metavar="TEXT", default="", help="where they are written")
    facts.add_argument("--rollback-evidence", metavar="URL", default="", help="what shows that it works")
    facts.add_argument("--rollback-sha256", metavar="DIGEST", default="", help="the same as evidence")
    parser.add_argument("--to", choices=_STATES, default="", help="move: where to")
    parser.add_argument("--outcome", choices=_OUTCOMES, default="", help="outcome: how it went")
    parser.add_argument("--notes", metavar="TEXT", default="", help="outcome: what there is to say about it")
    parser.add_argument("--review", metavar="TEXT", default="", help="close: what was learnt")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    product = named_product(arguments)
    if arguments.act in ("raise", "template"):
        return _told(arguments, _raised(service, product, arguments))
    rows = every(service, f"/products/{product}/change-requests")
    if arguments.act == "list":
        cells = [(one["key"][:8], one["type"], one["state"], one["title"]) for one in rows]
        told(arguments, rows, table(("CHANGE", "TYPE", "STATE", "TITLE"), cells, "no change request"))
        return int(ExitCode.GO)
    path = f"/change-requests/{one_of(rows, arguments.change, 'change request', 'title')['key']}"
    return _told(arguments, _MOVES[arguments.act](service, path, arguments))


def _raised(service: Office, product: str, arguments: Namespace) -> Any:
    required(arguments, "title")
    if arguments.act == "template":
        return service.post(f"/products/{product}/change-templates", _facts(arguments))
    required(arguments, "release")
    release = find_release(service, product, arguments.release)
    body = {**_facts(arguments), **stated(arguments, "type")}
    if arguments.template:
        rows = every(service, f"/products/{product}/change-requests", template="true")
        body["template"] = one_of(rows, arguments.template, "template")["key"]
    return service.post(f"/releases/{release['key']}/change-requests", body)


def _edited(service: Office, path: str, arguments: Namespace) -> Any:
    return service.edit(path, _facts(arguments))


def _submitted(service: Office, path: str, _arguments: Namespace) -> Any:
    return service.post(f"{path}/moves", {"to": "assess"})


def _moved(service: Office, path: str, arguments: Namespace) -> Any:
    required(arguments, "to")
    return service.post(f"{path}/moves", {"to": arguments.to})


def _implemented(service: Office, path: str, _arguments: Namespace) -> Any:
    return service.post(f"{path}/implementation", {})


def _ended(service: Office, path: str, arguments: Namespace) -> Any:
    required(arguments, "outcome")
    return service.post(f"{path}/outcome", stated(arguments, "outcome", "notes"))


def _closed(service: Office, path: str, arguments: Namespace) -> Any:
    required(arguments, "review")
    return service.post(f"{path}/closure", {"review": arguments.review})


def _shown(service: Office, path: str, _arguments: Namespace) -> Any:
    return service.get(path)


_MOVES = {
    "show": _shown,
    "edit": _edited,
    "submit": _submitted,
    "move": _moved,
    "implement": _implemented,
    "outcome": _ended,
    "close": _closed,
}


def _facts(arguments: Namespace) -> dict[str, Any]:
    found = stated(arguments, *_TEXTS, "zone")
    for option, name in (("opens", "opens_at"), ("closes", "closes_at")):
        if getattr(arguments, option):
            found[name] = moment_of(getattr(arguments, option), f"--{option}").isoformat()
    rollback = {_ROLLBACK[name]: value for name, value in stated(arguments, *_ROLLBACK).items()}
    return {**found, **({"rollback": rollback} if rollback else {})}


def _told(arguments: Namespace, one: dict[str, Any]) -> int:
    told(arguments, one, _lines(one))
    return int(ExitCode.GO)


def _lines(one: dict[str, Any]) -> list[str]:
    lines = [f"{plain(one['title'])}: {plain(one['type'])}, {plain(one['state'])} ({plain(one['key'])})"]
    lines += [f"  {name.replace('_', ' ')}: {plain(one[name])}" for name in _TEXTS[1:] if one[name]]
    if one["approval"]:
        stands = "stands" if one["approval"]["stands"] else "; ".join(one["approval"]["reasons"])
        lines.append(f"  board: {plain(one['approval']['outcome'])}, {plain(stands)}")
    for state, lacks in one["moves"].items():
        lines.append(f"  to {plain(state)}: {'; '.join(map(plain, lacks)) or 'nothing is lacking'}")
    return lines
