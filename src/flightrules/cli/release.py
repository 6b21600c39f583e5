"""Open a release, state what it is, name what is shipped, start testing all the same, give it up.

`flightrules status` says how ready it is, `flightrules poll open` asks the people who decide.
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
    moment_said,
    named_product,
    required,
    stated,
    table,
    told,
)
from flightrules.cli.remote_decisions import outcome_said
from flightrules.errors import EvidenceError, ExitCode, UsageError

__all__ = ["configure", "execute"]

_ACTS = ("list", "show", "open", "edit", "artefact", "override-entry", "reopen", "withdraw")
_WORDS = {
    "release_class": "class",
    "track": "track",
    "target": "target",
    "build": "build",
    "zone": "zone",
    "justification": "justification",
    "security_impact": "security-impact",
    "rollback_method": "rollback-method",
    "rollback_owner": "rollback-owner",
}
_LISTS = {"scope_in": "scope", "scope_out": "not-in-scope", "touches": "touches"}
_WITH_REASON = {"override-entry": "entry-override", "reopen": "reopening", "withdraw": "withdrawal"}
_HEAD = ("VERSION", "STATE", "VERDICT", "DECIDED", "TARGET", "OPENED")
_TICKET = 2
_LARGEST = 64 << 30


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=_ACTS, help="what you do")
    add_product_option(parser)
    parser.add_argument("--release", metavar="VERSION", default="", help="the version; list needs none")
    facts = parser.add_argument_group("facts, for open and edit")
    for name, option in _WORDS.items():
        facts.add_argument(f"--{option}", dest=name, metavar="TEXT", default="")
    for name, option in _LISTS.items():
        facts.add_argument(
            f"--{option}", dest=name, action="append", default=[], metavar="TEXT", help="repeatable"
        )
    facts.add_argument("--ticket", action="append", default=[], metavar="TITLE=URL", help="repeatable")
    facts.add_argument("--rollback-minutes", type=int, metavar="N")
    facts.add_argument("--opens", metavar="TIME", default="", help="the window (RFC 3339)")
    facts.add_argument("--closes", metavar="TIME", default="")
    parser.add_argument("--name", metavar="NAME", default="", help="artefact: how it is called")
    parser.add_argument("--artefact", metavar="FILE", default="", help="artefact: a file, or sha256:DIGEST")
    parser.add_argument("--reason", metavar="TEXT", default="", help="override-entry, reopen, withdraw: why")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    product = named_product(arguments)
    if arguments.act == "list":
        rows = every(service, "/releases", product=product)
        said = {one["release"]: one for one in every(service, f"/products/{product}/outcomes")}
        rows = [{**one, **_stands(said.get(one["key"], {}))} for one in rows]
        told(arguments, rows, table(_HEAD, map(_row, rows), "no release"))
        return int(ExitCode.GO)
    required(arguments, "release")
    if arguments.act == "open":
        body = {"product": product, "version": arguments.release, **_facts(arguments)}
        return _told(arguments, service.post("/releases", body))
    path = f"/releases/{find_release(service, product, arguments.release)['key']}"
    _act(service, path, arguments)
    found = service.get(path)
    return _told(arguments, found, outcome_said(service, found))


def _stands(said: dict[str, Any]) -> dict[str, str]:
    return {name: said.get(name) or "" for name in ("verdict", "outcome", "moment")}


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    ahead = " (ahead)" if one["moment"] == "authorisation" else ""
    outcome = f"{one['outcome']}{ahead}" if one["outcome"] else "none"
    return (
        *(one["version"], one["state"], one["verdict"] or "none", outcome),
        *(one["target"] or "none", moment_said(one["opened_at"])),
    )


def _act(service: Office, path: str, arguments: Namespace) -> None:
    if arguments.act == "edit":
        service.edit(path, _facts(arguments))
    if arguments.act == "artefact":
        required(arguments, "artefact", "name")
        service.post(f"{path}/artefacts", {"name": arguments.name, "sha256": _digest(arguments.artefact)})
    if arguments.act in _WITH_REASON:
        required(arguments, "reason")
        service.post(f"{path}/{_WITH_REASON[arguments.act]}", {"reason": arguments.reason})


def _facts(arguments: Namespace) -> dict[str, Any]:
    found = stated(arguments, *_WORDS, *_LISTS, "rollback_minutes")
    for option, name in (("opens", "opens_at"), ("closes", "closes_at")):
        if getattr(arguments, option):
            found[name] = moment_of(getattr(arguments, option), f"--{option}").isoformat()
    if arguments.ticket:
        found["tickets"] = list(map(_ticket, arguments.ticket))
    return found


def _ticket(text: str) -> dict[str, str]:
    parts = text.split("=", 1)
    if len(parts) != _TICKET:
        raise UsageError(
            "E_ARGUMENT", f"{plain(text)[:60]!r} is no ticket", hint="--ticket SHOP-7=https://..."
        )
    return {"title": parts[0], "url": parts[1]}


def _digest(named: str) -> str:
    """SHA-256 in hexadecimal of what is shipped, measured where it is a file."""
    if named.startswith("sha256:"):
        return named.removeprefix("sha256:")
    from flightrules.evidence.source import Source

    try:
        with Source.open(named, limit=_LARGEST) as source:
            return source.digest()
    except EvidenceError as error:
        raise UsageError(error.code, error.message, file=named, hint=error.hint) from None


def _told(arguments: Namespace, one: dict[str, Any], decided: str = "") -> int:
    told(arguments, one, [*_lines(one), *([f"  decided: {decided}"] if decided else [])])
    return int(ExitCode.GO)


def _lines(one: dict[str, Any]) -> list[str]:
    lines = [f"{plain(one['product'])} {plain(one['version'])}: {plain(one['state'])} ({plain(one['key'])})"]
    lines += [f"  {word.replace('-', ' ')}: {plain(one[name])}" for name, word in _WORDS.items() if one[name]]
    lines += [
        f"  {word.replace('-', ' ')}: {plain(each)}" for name, word in _LISTS.items() for each in one[name]
    ]
    lines += [f"  rollback minutes: {one['rollback_minutes']}"] if one["rollback_minutes"] is not None else []
    if one["opens_at"]:
        closes = moment_said(one["closes_at"]) if one["closes_at"] else "open"
        lines.append(f"  window: {moment_said(one['opens_at'])} to {closes}")
    lines += [
        f"  artefact: {plain(each['name'])} sha256:{plain(each['sha256'])}" for each in one["artefacts"]
    ]
    clock = one["test_clock"]
    runs = "runs" if clock["running"] else "stands"
    lines.append(
        f"  test clock: {runs}, {clock['tested_seconds'] // 60} minutes; entry {plain(clock['entry'])}"
    )
    lines += [f"    fails at entry: {plain(each)}" for each in clock["failing"]]
    return lines + [f"  lacks: {plain(each)}" for each in one["lacks_for_approval"]]
