"""Ask the people who decide: open a poll, see who has spoken and who is missing, refresh it, close it.

Opening and closing takes no proof. Votes are given with `flightrules signoff`, the decision is taken with
`flightrules decide`.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import add_format_option, required, told
from flightrules.cli.remote_decisions import add_release_options, open_poll, release_of
from flightrules.errors import ExitCode
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("show", "open", "refresh", "close"), help="what you do")
    add_release_options(parser)
    parser.add_argument(
        "--moment",
        choices=("authorisation", "final"),
        default="final",
        help="open: one to two weeks ahead, or at the deployment",
    )
    parser.add_argument("--reason", default="", metavar="TEXT", help="close: why it is given up")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print how it stands. Exit code 6 while people are missing."""
    service = office()
    release = release_of(service, arguments)
    if arguments.act == "open":
        made = service.post(f"/releases/{release['key']}/polls", {"moment": arguments.moment})
    else:
        made = open_poll(service, release)
    if arguments.act == "refresh":
        service.post(f"/polls/{made['key']}/refresh", {})
    if arguments.act == "close":
        required(arguments, "reason")
        closed = service.post(f"/polls/{made['key']}/closure", {"reason": arguments.reason})
        told(arguments, closed, [f"closed: {plain(closed['closed_because'])}"])
        return int(ExitCode.GO)
    found = service.get(f"/polls/{made['key']}")
    told(arguments, found, _lines(found, release) + _on_the_way(service, release))
    return int(ExitCode.WAITING if found["missing"] or not found["verdict"] else ExitCode.GO)


def _lines(found: dict[str, Any], release: dict[str, Any]) -> list[str]:
    asked = found["asked"]
    since = plain(found["opened_at"])
    lines = [f"poll of {plain(release['version'])}, {plain(found['moment'])}, open since {since}"]
    verdict = plain(found["verdict"]) or f"missing, signed as {_role(asked['verdict'])}"
    lines += [f"  quality verdict: {verdict}"]
    for title, names in (("heard", found["heard"]), ("missing", found["missing"])):
        lines += [f"  {title}: {', '.join(map(_role, names)) or 'nobody'}"]
    lines += [
        f"  decides: {_role(asked['decider'])}; may be decided: {', '.join(map(plain, found['allowed']))}"
    ]
    lines += [f"  against going: {plain(one['text'])}" for one in found["reasons"]]
    lines += [f"  condition: {plain(one)}" for one in found["conditions"]]
    return lines + [
        f"  changed: {plain(one['what'])}, was {plain(one['was'])}, now {plain(one['now'])}"
        for one in found["differences"]
    ]


def _on_the_way(service: Office, release: dict[str, Any]) -> list[str]:
    """Gates that a deployment asks for beside those that are decided on: a decided release takes no more."""
    reasons = service.get(f"/releases/{release['key']}/verdict")["reasons"]
    said = [one["text"] for one in reasons if one["code"] == "gate_shut"]
    return [f"  before it is decided: {plain(one)}" for one in said]


def _role(said: str) -> str:
    return plain(role_words(said))
