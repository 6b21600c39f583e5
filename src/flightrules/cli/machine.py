"""Register a pipeline, say whose tokens and which keys stand for it, end that.

What it gets is exchanged by each job itself: `flightrules token`. Where a job has no identity of its own, a
token is issued for it, shown once. A machine brings evidence, and never signs.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    add_product_option,
    every,
    moment_said,
    named_product,
    one_of,
    required,
    stated,
    table,
    told,
)
from flightrules.errors import ExitCode, UsageError

__all__ = ["configure", "execute"]

_ACTS = (
    *("list", "register", "show", "trust", "distrust"),
    *("add-key", "end-key", "issue-token", "end-token", "disable"),
)
_SCOPES = ("read", "bring-evidence")
_LISTED = {"distrust": "identities", "end-key": "keys", "end-token": "tokens"}
_CLAIM = 2


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=_ACTS, help="what you do")
    parser.add_argument("machine", nargs="?", metavar="MACHINE", help="its name or key")
    add_product_option(parser)
    trust = parser.add_argument_group("trust: tokens that stand for it")
    trust.add_argument("--issuer", metavar="URL", default="", help="the provider, as it calls itself")
    trust.add_argument("--audience", metavar="TEXT", default="", help="else the address of the service")
    trust.add_argument("--subject", metavar="TEXT", default="", help="in full, or a beginning with :* or /*")
    trust.add_argument("--claim", action="append", default=[], metavar="NAME=VALUE", help="repeatable")
    parser.add_argument(
        "--key", metavar="PEM", default="", help="add-key: a file; distrust, end-key, end-token: the key"
    )
    parser.add_argument("--title", metavar="TEXT", default="", help="issue-token: what it is for")
    parser.add_argument("--days", type=int, metavar="N", help="issue-token: how long it holds; else 30")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    product = named_product(arguments)
    if arguments.act == "register":
        required(arguments, "machine")
        made = service.post("/machines", {"name": arguments.machine, "product": product})
        return _told(service, made, arguments)
    rows = every(service, "/machines", product=product)
    if arguments.act == "list":
        cells = [(one["key"], "disabled" if one["disabled_at"] else "active", one["name"]) for one in rows]
        told(arguments, rows, table(("MACHINE", "STATE", "NAME"), cells, "no machine"))
        return int(ExitCode.GO)
    one = one_of(rows, arguments.machine, "machine", "name")
    if arguments.act == "disable":
        one = service.post(f"/machines/{one['key']}/disable", {})
    if arguments.act == "issue-token":
        return _issued(service, one, arguments)
    _act(service, f"/machines/{one['key']}", arguments)
    return _told(service, one, arguments)


def _act(service: Office, path: str, arguments: Namespace) -> None:
    if arguments.act == "trust":
        required(arguments, "issuer", "subject")
        service.post(f"{path}/identities", _trust(service, arguments))
    if arguments.act == "add-key":
        required(arguments, "key")
        service.post(f"{path}/keys", {"pem": _pem(arguments.key)})
    if arguments.act in _LISTED:
        listed = f"{path}/{_LISTED[arguments.act]}"
        service.delete(f"{listed}/{one_of(every(service, listed), arguments.key, 'key')['key']}")


def _issued(service: Office, one: dict[str, Any], arguments: Namespace) -> int:
    required(arguments, "title")
    body = {"title": arguments.title, "scopes": _SCOPES, **stated(arguments, "days")}
    made = service.post(f"/machines/{one['key']}/tokens", body)
    lines = [f"holds until {moment_said(made['expires_at'])}", f"token, once: {plain(made['token'])}"]
    told(arguments, made, lines)
    return int(ExitCode.GO)


def _trust(service: Office, arguments: Namespace) -> dict[str, Any]:
    claims = [one.split("=", 1) for one in arguments.claim]
    if any(len(one) != _CLAIM for one in claims):
        raise UsageError("E_ARGUMENT", "a claim has a name and a value", hint="--claim ref_protected=true")
    return {
        "issuer": arguments.issuer,
        "audience": arguments.audience or service.url,
        "subject": arguments.subject,
        "claims": dict(claims),
    }


def _pem(path: str) -> str:
    from flightrules.cli.discover import read_file

    return read_file(path, what="key").decode("ascii", "replace")


def _told(service: Office, one: dict[str, Any], arguments: Namespace) -> int:
    path = f"/machines/{one['key']}"
    trusted, keys = every(service, f"{path}/identities"), every(service, f"{path}/keys")
    stored = [each for each in every(service, f"{path}/tokens") if not each["revoked_at"]]
    state = ", disabled" if one["disabled_at"] else ""
    lines = [f"{plain(one['name'])} of {plain(one['product'])}{state} ({plain(one['key'])})"]
    lines += [f"  trusts: {_identity(each)}" for each in trusted if not each["ended_at"]]
    lines += [f"  key: {plain(each['keyid'])} ({each['key'][:8]})" for each in keys if not each["ended_at"]]
    lines += [f"  token: {plain(each['title'])}, {_until(each)} ({each['key'][:8]})" for each in stored]
    told(arguments, {**one, "identities": trusted, "keys": keys, "tokens": stored}, lines)
    return int(ExitCode.GO)


def _until(one: dict[str, Any]) -> str:
    return f"until {plain(one['expires_at'][:10])}"


def _identity(one: dict[str, Any]) -> str:
    claims = "".join(f", {name}={value}" for name, value in sorted(one["claims"].items()))
    return plain(f"{one['subject']} of {one['issuer']} for {one['audience']}{claims} ({one['key'][:8]})")
