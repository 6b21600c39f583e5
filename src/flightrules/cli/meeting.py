"""Call a go/no-go meeting, come and go, close it; its minutes write themselves from the acts."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    moment_of,
    names_in,
    one_of,
    required,
    table,
    told,
)
from flightrules.cli.remote_decisions import add_release_options, release_of, role_of
from flightrules.cli.terminal import say
from flightrules.errors import ExitCode, UsageError
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    acts = ("list", "call", "show", "join", "leave", "close", "minutes")
    parser.add_argument("act", choices=acts, help="what you do")
    parser.add_argument(
        "meeting",
        nargs="?",
        metavar="MEETING",
        help="its key, or the first letters; else the last one called",
    )
    add_release_options(parser)
    parser.add_argument("--at", metavar="TIME", default="", help="call: when it begins (RFC 3339)")
    parser.add_argument("--minutes", type=int, default=30, metavar="N", help="call: its time box; 30")
    parser.add_argument(
        "--invite", action="append", default=[], metavar="ROLE", help="call: else those of the rulebook"
    )
    parser.add_argument(
        "--first",
        action="append",
        default=[],
        metavar="TEXT",
        help="close: what has to be addressed first, where it was deferred; repeatable",
    )
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    release = release_of(service, arguments)
    path = f"/releases/{release['key']}/meetings"
    if arguments.act == "call":
        required(arguments, "at")
        body = {
            "starts_at": moment_of(arguments.at, "--at").isoformat(),
            "minutes": arguments.minutes,
            "invited": list(map(role_of, arguments.invite)),
        }
        return _told(service, release, service.post(path, body), arguments)
    rows = every(service, path)
    if arguments.act == "list":
        told(arguments, rows, table(("KEY", "BEGINS", "STATE", "OUTCOME"), map(_row, rows), "no meeting"))
        return int(ExitCode.GO)
    one = _meeting(rows, arguments.meeting)
    if arguments.act == "minutes":
        say(service.get_bytes(f"/meetings/{one['key']}/minutes.{_form(one, arguments)}"))
        return int(ExitCode.GO)
    return _told(service, release, _acted(service, one, arguments), arguments)


def _meeting(rows: list[dict[str, Any]], key: str | None) -> dict[str, Any]:
    if key or not rows:
        return one_of(rows, key, "meeting")
    return max(rows, key=lambda one: (one["closed_at"] is None, one["starts_at"]))


def _form(one: dict[str, Any], arguments: Namespace) -> str:
    if one["closed_at"] is None:
        raise UsageError(
            "E_ARGUMENT",
            "the minutes are kept when the meeting is closed",
            hint="flightrules meeting close; show says who is there by now",
        )
    return "json" if arguments.format == "json" else "md"


def _acted(service: Office, one: dict[str, Any], arguments: Namespace) -> dict[str, Any]:
    path, made = f"/meetings/{one['key']}", one
    if arguments.act in ("join", "leave"):
        made = service.post(f"{path}/attendance", {"action": arguments.act})
    if arguments.act == "close":
        made = service.post(f"{path}/closure", {"addressed_first": arguments.first})
    return made


def _told(service: Office, release: dict[str, Any], one: dict[str, Any], arguments: Namespace) -> int:
    names = names_in(service, release["product"]) if arguments.format == "text" else {}
    told(arguments, one, _lines(one, names))
    return int(ExitCode.GO)


def _lines(one: dict[str, Any], names: dict[str, str]) -> list[str]:
    lines = [f"go/no-go meeting {plain(one['key'])}: {plain(one['starts_at'])}, {one['minutes']} minutes"]
    lines += [
        f"  item {number}: {plain(each['item'])}, {each['minutes']} minutes"
        for number, each in enumerate(one["agenda"], 1)
    ]
    for each in one["attendance"]:
        left = f", left {plain(each['left_at'])[:16]}" if each["left_at"] else ""
        who = plain(names.get(each["person"], each["person"]))
        lines.append(
            f"  came: {who} ({plain(', '.join(map(role_words, each['roles']))) or 'not invited'}){left}"
        )
    absent = ", ".join(plain(role_words(each)) for each in one["absent"])
    lines += [f"  not there: {absent}"] if absent else []
    lines += [f"  outcome: {plain(one['outcome'])}"] if one["outcome"] else []
    lines += [f"  first: {plain(each)}" for each in one["addressed_first"]]
    return lines + ([f"  minutes: sha256:{one['minutes_sha256']}"] if one["minutes_sha256"] else [])


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    state = "closed" if one["closed_at"] else "open" if one["opened_at"] else "called"
    return one["key"][:8], one["starts_at"][:16], state, one["outcome"] or "none yet"
