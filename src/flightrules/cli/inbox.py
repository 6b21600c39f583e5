"""List what waits for you: votes, verdicts, decisions, overrides, blockers, points of emergencies, and debts.

The roles are those of the token's owner. Each line says which command does it; what to choose it leaves open.
"""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from flightrules.cli.remote import Office, office, plain
from flightrules.cli.remote_acts import add_format_option, every, moment_said, table, told
from flightrules.errors import ExitCode
from flightrules.rules.role_words import role_words
from flightrules.values import frozen

__all__ = ["configure", "execute"]

_ALSO = {"cto": "cto-vp-eng", "security": "security-compliance", "sponsor": "product-owner"}  # in rulebooks
_CONFIRMED = "confirmed by "
_LOOKING = frozenset({"read", "audit"})
_SAYING = {
    "reviewed": " --text TEXT",
    "qa-agreed": " --text TEXT",
    "rollback-tested": " --seconds N --link URL",
    "on-call": " --person PERSON --until TIME",
    "review-scheduled": " --at TIME",
}  # of points of an emergency that a link alone does not show
_LIVE = frozenset({"draft", "in-test", "ready", "decided"})


@frozen
class _Mine:
    """Who the caller is, and what they hold and may do in one product."""

    key: str
    product: str
    roles: frozenset[str]
    powers: frozenset[str]


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--product", metavar="KEY", default="", help="only of this product")
    add_format_option(parser)


def execute(arguments: Namespace) -> int:
    """Ask of every product, print what waits. Exit code 6 where something does."""
    service = office()
    me = service.get("/me")
    keys = [one["key"] for one in every(service, "/products")]
    found = [
        row for key in keys if arguments.product in ("", key) for row in _of_product(service, _mine(me, key))
    ]
    rows = [{"product": one[0], "version": one[1], "what": one[2], "do": one[3]} for one in found]
    cells = table(("PRODUCT", "VERSION", "WHAT", "DO"), found, "nothing waits for you")
    told(arguments, rows, cells)
    return int(ExitCode.WAITING if rows else ExitCode.GO)


def _mine(me: dict[str, Any], product: str) -> _Mine:
    held = [one["role"] for one in me["roles"] if one["product"] in ("", product)]
    roles = frozenset((*held, *(_ALSO[one] for one in held if one in _ALSO)))
    powers = frozenset(me["powers"].get(product, ())) | frozenset(me["powers"].get("", ()))
    return _Mine(me["key"], product, roles, powers)


def _of_product(service: Office, mine: _Mine) -> Iterator[tuple[str, str, str, str]]:
    yield from _of_rulebook(service, mine)
    releases = every(service, "/releases", product=mine.product)
    for release in releases:
        if release["state"] in _LIVE:
            for what, how in _of_release(service, release, mine):
                yield (
                    mine.product,
                    plain(release["version"]),
                    what,
                    f"{how} --release {plain(release['version'])}",
                )
    if "accept" in mine.powers:
        yield from _of_acceptances(service, releases, mine)
    for one in every(service, f"/products/{mine.product}/obligations"):
        if one["yours"]:
            late = ", overdue" if one["state"] == "overdue" else ""
            what = f"due {moment_said(one['due_at'])}{late}: {one['what']}"
            yield mine.product, one["version"], what, _paying(one)


def _paying(one: dict[str, Any]) -> str:
    """How a debt is paid: the answer to an override and a spoken word by signing, all else in writing."""
    if one["act"]:
        return plain(one["act"])
    verb = "confirm" if one["paid_at"] else "pay"
    return f"flightrules obligations {verb} {one['key'][:8]}"


def _of_rulebook(service: Office, mine: _Mine) -> Iterator[tuple[str, str, str, str]]:
    """Editions that a role of the caller's has to agree to; whoever signed one in any role has spoken."""
    for one in every(service, f"/products/{mine.product}/rulebooks", state="proposed"):
        spoken = mine.key in [each["person"] for each in one["signatures"]]
        for role in () if spoken else sorted(set(one["missing"]) & mine.roles):
            how = f"flightrules rulebook sign {one['number']} --as {plain(role)} --product {mine.product}"
            yield (
                mine.product,
                f"edition {one['number']}",
                f"agree to the rulebook as {role_words(plain(role))}",
                how,
            )


def _of_acceptances(
    service: Office, releases: list[dict[str, Any]], mine: _Mine
) -> Iterator[tuple[str, str, str, str]]:
    """Defects that others have accepted for a release, and that a role of the caller's still has to."""
    live = {one["key"]: plain(one["version"]) for one in releases if one["state"] in _LIVE}
    for defect in every(service, f"/products/{mine.product}/defects", state="open"):
        number = plain(defect["number"])
        for one in defect["acceptances"]:
            asked = sorted(set(one["missing"]) & mine.roles)
            if asked and one["release"] in live and not one["voided_because"]:
                version, role = live[one["release"]], plain(asked[0])
                how = f"flightrules accept {number} --as {role} --release {version}"
                yield mine.product, version, f"accept {number} as {role_words(role)}, or not", how


def _of_release(service: Office, release: dict[str, Any], mine: _Mine) -> Iterator[tuple[str, str]]:
    path = f"/releases/{release['key']}"
    for poll in every(service, f"{path}/polls"):
        if poll["closed_at"] is None:
            yield from _of_poll(service.get(f"/polls/{poll['key']}"), mine)
    for one in every(service, f"{path}/blockers", state="open"):
        if mine.powers & {"accept", "block"}:
            yield f"blocker: {plain(one['title'])}", "flightrules blocker list"
    if release["state"] == "decided":
        yield from _of_conditions(service, path, mine)
    elif release["emergency"]:
        yield from _of_emergency(service.get(f"{path}/emergency"), release, mine)
    for one in every(service, f"{path}/overrides"):
        if one["closed_at"] is None:
            yield from _of_override(one, service.get(f"{path}/override-draft"), mine)


def _of_emergency(one: dict[str, Any], release: dict[str, Any], mine: _Mine) -> Iterator[tuple[str, str]]:
    """Points of the list that are missing, for whoever can fill them in."""
    took_part = mine.key in (*one["authors"], release["opened_by"])
    for point in one["points"]:
        if not point["met"] and _is_for(point, mine, took_part=took_part):
            name = plain(point["point"])
            how = f"flightrules emergency confirm {name}{_SAYING.get(name, ' --link URL')}"
            what = f"emergency, {name}: {plain(point['why'] or point['title'])}"
            yield what, "flightrules push" if point["measured"] else how


def _is_for(point: dict[str, Any], mine: _Mine, *, took_part: bool) -> bool:
    """What is measured takes evidence; review and the word of quality are of who had no part in it."""
    if point["measured"]:
        return "bring-evidence" in mine.powers
    if point["point"] == "reviewed":
        return "bring-evidence" in mine.powers and not took_part
    if point["asked"]:
        return bool(mine.roles & set(point["asked"])) and not took_part
    return bool(mine.powers - _LOOKING)


def _of_conditions(service: Office, path: str, mine: _Mine) -> Iterator[tuple[str, str]]:
    """What the decision that stands asks a role of the caller's to confirm, and nobody has."""
    standing = [one for one in every(service, f"{path}/decisions") if one["voided_at"] is None]
    last = max(standing, key=lambda one: one["at"], default=None)
    asked = [one for one in (last["conditions"] if last else ()) if one.startswith(_CONFIRMED)]
    mine_to_say = [one for one in asked if one.removeprefix(_CONFIRMED).partition(":")[0] in mine.roles]
    said = {one["name"] for one in every(service, f"{path}/condition-readings")} if mine_to_say else set()
    for text in mine_to_say:
        if text.partition(" within ")[0] not in said and text not in said:
            yield f"a condition: {plain(text)}", f"flightrules condition confirm {shlex.quote(plain(text))}"


def _of_override(one: dict[str, Any], draft: dict[str, Any], mine: _Mine) -> Iterator[tuple[str, str]]:
    """The side of an override that has not signed yet, for who may sign it; the authority reads first."""
    signed = {each["role"] for each in one["signatures"]}
    if mine.key in [each["person"] for each in one["signatures"]]:
        return
    for role in _open_side(draft["quality"], signed, mine):
        what = "an override: say whether you agree or dissent; nobody signs in your place"
        yield what, f"flightrules signoff CHOICE --as {plain(role)}"
    for role in _open_side(draft["authorities"], signed, mine):
        if one["receipt_by"] == mine.key:
            yield "an override: take it upon you", f"flightrules signoff agree --as {plain(role)}"
        else:
            yield "an override: read its risk statement", f"flightrules override receive --as {plain(role)}"


def _open_side(side: list[str], signed: set[str], mine: _Mine) -> list[str]:
    """The first role of the caller's on a side that nobody has signed for."""
    return [] if signed & set(side) else sorted(set(side) & mine.roles)[:1]


def _of_poll(poll: dict[str, Any], mine: _Mine) -> Iterator[tuple[str, str]]:
    asked = poll["asked"]
    if not poll["verdict"] and asked["verdict"] in mine.roles:
        yield "quality verdict", f"flightrules signoff CHOICE --as {plain(asked['verdict'])}"
    for role in poll["missing"]:
        if role in mine.roles:
            yield (
                f"vote as {role_words(plain(role))}",
                f"flightrules signoff CHOICE --as {plain(role)} --vote",
            )
    everybody_spoke = poll["verdict"] and not poll["missing"]
    if asked["decider"] in mine.roles and (
        everybody_spoke or {"GO", "CONDITIONAL GO"} & set(poll["allowed"])
    ):
        yield f"decide: {', '.join(map(plain, poll['allowed']))}", "flightrules decide OUTCOME"
