"""Run an emergency: classify a release in writing, work off its list, sign off in writing, lift the throttle.

Whatever is said is signed. People are named by their key or by their name in the product.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any

from flightrules.cli.proving import add_proof_options
from flightrules.cli.remote import Office, find_release, office, plain
from flightrules.cli.remote_acts import (
    add_format_option,
    every,
    moment_of,
    named_product,
    person_of,
    prove_terms,
    required,
    table,
    told,
)
from flightrules.errors import ExitCode, UsageError
from flightrules.rules.role_words import role_words

__all__ = ["configure", "execute"]

_ACTS = ("show", "classify", "confirm", "sign-off", "end", "lift", "figures")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("act", choices=_ACTS, help="what you do; figures are of the whole product")
    parser.add_argument(
        "point", nargs="?", metavar="POINT", help="confirm: a point of the list, such as qa-agreed"
    )
    parser.add_argument("--product", metavar="KEY", help="the product's key; else from FLIGHTRULES_PRODUCT")
    parser.add_argument("--release", metavar="VERSION", default="", help="the version")
    parser.add_argument("--reason", metavar="TEXT", default="", help="classify, end, lift: why")
    stated = parser.add_argument_group("classify")
    stated.add_argument("--reference", metavar="ID", default="", help="the defect of the register, or a CVE")
    stated.add_argument(
        "--path", action="append", default=[], metavar="GLOB", help="what may change; repeatable"
    )
    stated.add_argument(
        "--author", action="append", default=[], metavar="PERSON", help="who wrote it; repeatable"
    )
    stated.add_argument("--hotfix-of", metavar="VERSION", default="", help="what is mended")
    stated.add_argument("--track", metavar="ID", default="", help="where there are several for emergencies")
    said = parser.add_argument_group("confirm and sign-off")
    said.add_argument("--text", metavar="TEXT", default="", help="in which words")
    said.add_argument("--link", metavar="URL", default="", help="where it can be seen")
    said.add_argument("--sha256", metavar="DIGEST", default="", help="evidence of the release that shows it")
    said.add_argument("--person", metavar="PERSON", default="", help="whose word it was, or who is on call")
    said.add_argument("--at", metavar="TIME", default="", help="when it was said, or will be held")
    said.add_argument("--until", metavar="TIME", default="", help="how long somebody is on call")
    said.add_argument("--seconds", type=int, metavar="N", help="how long the rollback took")
    add_format_option(parser)
    add_proof_options(parser)


def execute(arguments: Namespace) -> int:
    """Ask or act, print what stands."""
    service, product = office(), named_product(arguments)
    if arguments.act == "figures":
        found = service.get(f"/products/{product}/emergencies")
        told(arguments, found, _figures(found))
        return int(ExitCode.GO)
    required(arguments, "release")
    release = find_release(service, product, arguments.release)
    acts = {
        "classify": _classified,
        "confirm": _confirmed,
        "sign-off": _signed_off,
        "end": _ended,
        "lift": _lifted,
    }
    if arguments.act in acts:
        acts[arguments.act](service, release, arguments)
    if arguments.act in ("lift", "end") or (arguments.act == "sign-off" and not release["emergency"]):
        return int(ExitCode.GO)
    found = service.get(f"/releases/{release['key']}/emergency")
    told(arguments, found, _lines(found))
    return int(ExitCode.WAITING if found["lacks"] else ExitCode.GO)


def _classified(service: Office, release: dict[str, Any], arguments: Namespace) -> None:
    required(arguments, "reason", "reference", "path", "author")
    product = release["product"]
    authors = [person_of(service, product, one) for one in arguments.author]
    body = {
        "reason": arguments.reason,
        "reference": arguments.reference,
        "hotfix_of": arguments.hotfix_of,
        "track": arguments.track,
    }
    terms = body | {"paths": "\n".join(arguments.path), "authors": "\n".join(authors)}
    prove_terms(service, "classify-emergency", f"release/{release['key']}", terms, arguments)
    service.post(
        f"/releases/{release['key']}/emergency", {**body, "paths": arguments.path, "authors": authors}
    )


def _confirmed(service: Office, release: dict[str, Any], arguments: Namespace) -> None:
    if not arguments.point:
        raise UsageError("E_ARGUMENT", "nothing says which point", hint="see flightrules emergency show")
    one = service.get(f"/releases/{release['key']}/emergency")
    terms = _said(service, release, arguments.point, arguments)
    prove_terms(service, "confirm-emergency-point", f"classification/{one['key']}", terms, arguments)
    body = {name: _sent(value) for name, value in terms.items() if value and name != "point"}
    if arguments.seconds is not None:
        body["seconds"] = arguments.seconds
    service.post(f"/releases/{release['key']}/emergency/points/{arguments.point}", body)


def _signed_off(service: Office, release: dict[str, Any], arguments: Namespace) -> None:
    required(arguments, "text")
    about = _spoken(service, release) or _about(service, release)
    empty = dict.fromkeys(("link", "digest", "person", "said_at", "until", "seconds"), "")
    terms = {"point": "written-sign-off", "text": arguments.text, **empty}
    prove_terms(service, "written-sign-off", about, terms, arguments)
    done = service.post(f"/releases/{release['key']}/emergency/written-sign-off", {"text": arguments.text})
    if not release["emergency"]:
        told(arguments, done, [f"signed off in writing: {plain(release['version'])}, ended since"])


def _spoken(service: Office, release: dict[str, Any]) -> str:
    """What the latest word was about that is owed in writing, also where the emergency was ended since."""
    rows = every(service, f"/products/{release['product']}/obligations", release=release["key"])
    owed = [one for one in rows if one["event"] == "verbal-sign-off" and one["about"] and not one["paid_at"]]
    return str(max(owed, key=lambda one: one["started_at"])["about"]) if owed else ""


def _about(service: Office, release: dict[str, Any]) -> str:
    one = service.get(f"/releases/{release['key']}/emergency")
    return f"classification/{one['key']}"


def _ended(service: Office, release: dict[str, Any], arguments: Namespace) -> None:
    required(arguments, "reason")
    one = service.get(f"/releases/{release['key']}/emergency")
    terms = {"reason": arguments.reason}
    prove_terms(service, "end-emergency", f"classification/{one['key']}", terms, arguments)
    done = service.post(f"/releases/{release['key']}/emergency/end", terms)
    told(arguments, done, [f"{plain(done['version'])} is no emergency any more"])


def _lifted(service: Office, release: dict[str, Any], arguments: Namespace) -> None:
    required(arguments, "reason")
    rows = every(service, f"/products/{release['product']}/emergency-throttlings")
    mine = [one for one in rows if one["release"] == release["key"] and one["lifted_at"] is None]
    if not mine:
        raise UsageError(
            "E_REMOTE_POLL",
            "the throttle stops nothing here",
            hint="it is lifted after a classification was refused",
        )
    terms = {"reason": arguments.reason}
    prove_terms(service, "lift-throttle", f"throttling/{mine[-1]['key']}", terms, arguments)
    done = service.post(f"/emergency-throttlings/{mine[-1]['key']}/lift", terms)
    told(
        arguments,
        done,
        [f"lifted until {plain(done['lift_until'])} as {plain(role_words(done['lifted_role']))}"],
    )


def _said(
    service: Office, release: dict[str, Any], point: str, arguments: Namespace
) -> dict[str, str | datetime]:
    person = person_of(service, release["product"], arguments.person) if arguments.person else ""
    return {
        "point": point,
        "text": arguments.text,
        "link": arguments.link,
        "digest": arguments.sha256.removeprefix("sha256:"),
        "person": person,
        "said_at": moment_of(arguments.at, "--at") if arguments.at else "",
        "until": moment_of(arguments.until, "--until") if arguments.until else "",
        "seconds": "" if arguments.seconds is None else str(arguments.seconds),
    }


def _sent(value: str | datetime) -> str:
    return value.isoformat() if isinstance(value, datetime) else value


def _lines(found: dict[str, Any]) -> list[str]:
    head = f"{plain(found['version'])} on the track {plain(found['track'])}: {plain(found['reference'])}"
    rows = [
        (
            one["point"],
            "met" if one["met"] else "missing",
            one["title"] if one["met"] else one["why"] or one["title"],
        )
        for one in found["points"]
    ]
    lines = [head, *(f"  may change: {plain(one)}" for one in found["paths"])]
    lines += [f"  {line}" for line in table(("POINT", "STATE", "WHY"), rows, "no points")]
    return lines + [f"  lacking: {plain(one)}" for one in found["lacks"]]


def _figures(found: dict[str, Any]) -> list[str]:
    return [
        f"emergencies, with one more: {plain(found['share'])}",
        f"  throttled {found['throttled']} times, lifted {found['lifted']} times",
        f"  overdue debts: {len(found['debts'])}",
    ]
