"""List what ships although it fails: waivers and accepted defects of a release; take one back.

Taking back is signed, as granting was; from that moment the criterion or the defect counts again.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import add_format_option, every, one_of, prove_terms, required, table, told
from flightrules.cli.remote_decisions import add_release_options, release_of
from flightrules.errors import ExitCode
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]

_WORDS = {"waiver": "waiver:end", "acceptance": "acceptance:end"}
_HEADS = ("KEY", "KIND", "OF", "STATE", "EXPIRES", "ROLES")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=("list", "end"), help="what you do")
    parser.add_argument(
        "named", nargs="?", metavar="KEY", help="end: its key, the criterion, or the defect's number"
    )
    add_release_options(parser)
    parser.add_argument("--reason", default="", metavar="TEXT", help="end: why it is taken back")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or take back, print what stands."""
    service = office()
    release = release_of(service, arguments)
    rows = [*_waivers(service, release), *_acceptances(service, release)]
    if arguments.act == "list":
        told(arguments, rows, table(_HEADS, map(_row, rows), "nothing is waived or accepted"))
        return int(ExitCode.GO)
    required(arguments, "reason")
    live = [one for one in rows if one["state"] != "ended"]
    found = one_of(live, arguments.named, "waiver or acceptance", "of")
    kind, reason = found["kind"], {"reason": arguments.reason}
    prove_terms(service, _WORDS[kind], f"{kind}/{found['key']}", reason, arguments)
    made = service.post(f"/{kind}s/{found['key']}/end", reason)
    told(arguments, made, [f"ended: {kind} of {plain(found['of'])}; it counts again"])
    return int(ExitCode.GO)


def _waivers(service: Office, release: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "key": one["key"],
            "kind": "waiver",
            "of": one["criterion"],
            "state": "ended" if one["ended_at"] else "stands" if one["stands"] else "expired",
            "expires_at": one["expires_at"],
            "roles": [each["role"] for each in one["approved_by"]],
            "missing": [],
        }
        for one in every(service, f"/releases/{release['key']}/waivers")
    ]


def _acceptances(service: Office, release: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "key": one["key"],
            "kind": "acceptance",
            "of": defect["number"],
            "state": _state(one),
            "expires_at": one["expires_at"],
            "roles": [each["role"] for each in one["accepted_by"]],
            "missing": one["missing"],
        }
        for defect in every(service, f"/products/{release['product']}/defects")
        for one in defect["acceptances"]
        if one["release"] == release["key"]
    ]


def _state(one: dict[str, Any]) -> str:
    if one["voided_because"]:
        return "ended"
    if one["missing"]:
        return "waits"
    return "stands" if one["stands"] else "expired"


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    missing = [f"{role_words(role)} missing" for role in one["missing"]]
    roles = ", ".join([*map(role_words, one["roles"]), *missing])
    return one["key"][:8], one["kind"], one["of"], one["state"], one["expires_at"][:16], roles
