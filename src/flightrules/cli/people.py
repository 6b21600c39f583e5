"""Invite people, grant and end their roles, shut somebody out, let them in again, forget who they were.

Giving power is signed; taking it away is not, because it has to be quick. To erase is signed, for it cannot
be undone: what they did stays on record, and who they were is gone. A person is named by key, by name or by
e-mail address.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    moment_of,
    named_product,
    one_of,
    prove_terms,
    required,
    table,
    told,
)
from flightrules.cli.remote_decisions import role_of
from flightrules.errors import ExitCode

__all__ = ["configure", "execute"]

_ACTS = ("list", "holders", "show", "invite", "grant", "end", "disable", "enable", "rename", "erase")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=_ACTS, help="what you do; holders lists who has a role in a product")
    parser.add_argument("person", nargs="?", metavar="PERSON", help="key, name or address; invite: the name")
    parser.add_argument("--email", metavar="ADDRESS", default="", help="invite: where they sign in")
    parser.add_argument(
        "--role", action="append", default=[], metavar="ROLE", help="invite, grant, end; invite takes several"
    )
    parser.add_argument(
        "--product", metavar="KEY", default="", help="of the role; else it is of all products"
    )
    parser.add_argument("--until", metavar="TIME", default="", help="grant: when the role ends (RFC 3339)")
    parser.add_argument("--reason", metavar="TEXT", default="", help="disable: why")
    parser.add_argument("--name", metavar="NAME", default="", help="rename: how they are shown from now on")
    parser.add_argument(
        "--ground", metavar="TEXT", default="", help="erase: the lawful ground; it stays, so it names nobody"
    )
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service = office()
    acts = {
        "list": _listed,
        "holders": _holders,
        "show": _shown,
        "invite": _invited,
        "grant": _granted,
        "end": _ended,
        "disable": _disabled,
        "enable": _enabled,
        "rename": _renamed,
        "erase": _erased,
    }
    acts[arguments.act](service, arguments)
    return int(ExitCode.GO)


def _listed(service: Office, arguments: Namespace) -> None:
    rows = every(service, "/people")
    cells = [(one["key"], _state(one), one["email"], one["name"]) for one in rows]
    told(arguments, rows, table(("PERSON", "STATE", "ADDRESS", "NAME"), cells, "nobody"))


def _holders(service: Office, arguments: Namespace) -> None:
    rows = every(service, f"/products/{named_product(arguments)}/people")
    cells = [
        (
            one["key"],
            ", ".join(one["roles"]),
            " ".join([one["name"], *(f"({flag})" for flag in one["flags"])]),
        )
        for one in rows
    ]
    told(arguments, rows, table(("PERSON", "ROLES", "NAME"), cells, "nobody holds a role here"))


def _shown(service: Office, arguments: Namespace) -> None:
    one = _person(service, arguments)
    grants = every(service, f"/people/{one['key']}/roles")
    lines = [f"{plain(one['name'])} <{plain(one['email'])}>, {_state(one)} ({plain(one['key'])})"]
    told(arguments, {**one, "roles": grants}, [*lines, *map(_grant, grants)])


def _invited(service: Office, arguments: Namespace) -> None:
    required(arguments, "person", "email")
    roles = [role_of(one) for one in arguments.role]
    listed = "\n".join(f"{one} {arguments.product}".rstrip() for one in roles)
    terms = {"name": arguments.person, "email": arguments.email, "roles": listed}
    prove_terms(service, "person:invite", "office/people", terms, arguments)
    made = service.post(
        "/people",
        {
            "name": arguments.person,
            "email": arguments.email,
            "roles": [{"role": one, "product": arguments.product or None} for one in roles],
        },
    )
    link = f"{service.url}{plain(made['path'])}"
    told(arguments, {**made, "link": link}, [f"invited: {plain(arguments.person)}", f"link, once: {link}"])


def _granted(service: Office, arguments: Namespace) -> None:
    required(arguments, "role")
    one, role = _person(service, arguments), role_of(arguments.role[-1])
    until = moment_of(arguments.until, "--until") if arguments.until else None
    terms = {"role": role, "product": arguments.product, "expires_at": until or ""}
    prove_terms(service, "role:grant", f"person/{one['key']}", terms, arguments)
    body = {
        "role": role,
        "product": arguments.product or None,
        "expires_at": until.isoformat() if until else None,
    }
    made = service.post(f"/people/{one['key']}/roles", body)
    told(arguments, made, [f"granted to {plain(one['name'])}", _grant(made)])


def _ended(service: Office, arguments: Namespace) -> None:
    required(arguments, "role")
    one, role = _person(service, arguments), role_of(arguments.role[-1])
    grants = [each for each in every(service, f"/people/{one['key']}/roles") if not each["revoked_at"]]
    fitting = [each for each in grants if each["product"] == arguments.product]
    grant = one_of(fitting, role, f"role of {plain(one['name'])} here", "role")
    made = service.delete(f"/people/{one['key']}/roles/{grant['key']}")
    told(arguments, made, [f"ended for {plain(one['name'])}", _grant(made)])


def _disabled(service: Office, arguments: Namespace) -> None:
    required(arguments, "reason")
    one = _person(service, arguments)
    made = service.post(f"/people/{one['key']}/disable", {"reason": arguments.reason})
    told(arguments, made, [f"{plain(made['name'])}: disabled, everywhere, now"])


def _enabled(service: Office, arguments: Namespace) -> None:
    one = _person(service, arguments)
    prove_terms(service, "person:enable", f"person/{one['key']}", {}, arguments)
    made = service.post(f"/people/{one['key']}/enable", {})
    told(arguments, made, [f"{plain(made['name'])}: may sign in again"])


def _renamed(service: Office, arguments: Namespace) -> None:
    required(arguments, "name")
    one = _person(service, arguments)
    made = service.edit(f"/people/{one['key']}", {"name": arguments.name})
    told(arguments, made, [f"{plain(one['name'])} is shown as {plain(made['name'])} from now on"])


def _erased(service: Office, arguments: Namespace) -> None:
    required(arguments, "ground")
    one = _person(service, arguments)
    terms = {"ground": arguments.ground}
    prove_terms(service, "person:erase", f"person/{one['key']}", terms, arguments)
    made = service.post(f"/people/{one['key']}/erase", {"ground": arguments.ground})
    lines = [f"{plain(made['key'])}: erased; what they did stays on record under this key"]
    lines += [f"kept as evidence, with the name: sha256:{plain(one)}" for one in made["kept_documents"]]
    if not made["all_looked_at"]:
        lines.append("older documents were not looked at")
    told(arguments, made, lines)


def _person(service: Office, arguments: Namespace) -> dict[str, Any]:
    return one_of(every(service, "/people"), arguments.person, "person", "name", "email")


def _state(one: dict[str, Any]) -> str:
    return "erased" if one["erased_at"] else "disabled" if one["disabled_at"] else "active"


def _grant(one: dict[str, Any]) -> str:
    where = f"in {one['product']}" if one["product"] else "in all products"
    since = f"counts from {one['counts_from'][:16]}"
    ends = f", until {one['expires_at'][:16]}" if one["expires_at"] else ""
    ended = f", ended {one['revoked_at'][:16]}" if one["revoked_at"] else ""
    return plain(f"  {one['role']} {where}, {since}{ends}{ended}")
