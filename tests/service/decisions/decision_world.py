"""Where the decision machine begins: a release that is ready, its people, and every row beside the ledger."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.apps import apps
from django.db import connection
from hypothesis import strategies as st

from flightrules.service.board import changes, sessions, voting
from flightrules.service.door.refusals import ConflictError, DeniedError, UnauthenticatedError
from flightrules.service.records.actor import Actor, Kind
from people_stories import now
from service.board.board_stories import CHANGE, LINK
from service.decisions.deciding import case_of
from service.shop import RULEBOOK

BOOK = RULEBOOK.replace("max_age: 24h", "max_age: 48h") + (
    "  escalation: {L1: {contacts: [engineering_lead], respond_within: 1h}}\n"
    "  roles:\n"
    "    engineering_lead: {may_sign: yes}\n"
    "    operations: {may_sign: yes, relies_on: [defects]}\n"
    "  acts:\n"
    "    authorisation:\n"
    "      accountable: product_owner\n"
    "      signers: [product_owner, engineering_lead, operations]\n"
    "      required: [product_owner]\n"
    "      quorum: 2\n"
    "classes:\n  major: {approval: cab}\n"
    "governance:\n  bodies:\n    cab:\n"
    "      members: [release_manager, security_compliance, business_owner]\n"
    "      chair: release_manager\n"
)
ROLES = {
    "manager": ("release-manager", "product-owner"),
    "qa": ("qa-lead",),
    "quinn": ("qa-lead",),
    "owner": ("product-owner",),
    "olga": ("product-owner",),
    "eng": ("engineering-lead",),
    "ops": ("operations",),
    "cto": ("cto",),
    "pm": ("product-manager",),
    "pair": ("qa-lead", "cto", "product-owner"),
    "dep": ("viewer",),
    "stand": ("viewer",),
    "clerk": ("release-manager",),
    "sec": ("security",),
    "biz": ("business-owner",),
}
SPOKEN = {"cto": "cto-vp-eng"}
LOST = {"E_DOSSIER_STALE", "E_QUORUM_LOST", "E_APPROVAL_EXPIRED"}
ON_RECORD = (DeniedError, ConflictError, UnauthenticatedError)
DENIED = "office:act:denied"
UNTOLD = {"Entry", "Stream", "Checkpoint"}
OURS = [
    one._meta.db_table
    for one in apps.get_models()
    if one.__module__.startswith("flightrules.") and one.__name__ not in UNTOLD
]
OFF_PEAK = "off-peak 22:00-06:00 Europe/Berlin"
WHO = st.sampled_from(sorted(ROLES))
TRUE = st.sampled_from([True] * 9 + [False])
"""Nearly always: with a proof, on what lies there now."""


def rows():
    """Every row of the office beside its ledger."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in OURS:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- our own tables
            found.update(repr((table, sorted(map(repr, cursor.fetchall())))).encode())
    return found.hexdigest()


@dataclass
class World:
    """What every example begins with: a release that is ready, its people, and the moment."""

    key: str
    people: dict
    admin: object
    machine: Actor
    start: object
    opens_at: object
    closes_at: object
    seen: Counter = field(default_factory=Counter)
    steps: int = 0


def made_world(shop, person):
    callers = {"qa": shop.qa, "owner": shop.owner, "eng": shop.engineering, "pm": shop.product_manager}
    for name, roles in ROLES.items():
        if name not in callers:
            callers[name] = person(*roles, product="shop", name=name.title())
    shop.manager = callers["manager"]
    start = now()
    opens, closes = start + timedelta(days=9), start + timedelta(days=12)
    case = case_of(
        shop, BOOK, opens_at=opens.isoformat(), closes_at=closes.isoformat(), release_class="major"
    )
    ci = shop.ci.key
    scopes = frozenset({"read", "bring-evidence"})
    machine = Actor(key=ci, kind=Kind.MACHINE, account_key=ci, via="token", scopes=scopes)
    return World(case.key, callers, person("administrator", name="Root"), machine, start, opens, closes)


def raised_change(release, by, at):
    """A change request that waits for the board."""
    facts = {name: value for name, value in CHANGE.items() if name != "rollback"}
    told = CHANGE["rollback"]
    facts |= {"rollback_owner": told["owner"], "rollback_minutes": told["minutes"],
              "rollback_steps": told["steps"], "rollback_link": told["evidence"]}  # fmt: skip
    made = changes.raise_change(release=release, kind="normal", facts=facts, by=by, at=at)
    for to in ("assess", "authorize"):
        changes.move_change(key=str(made.key), to=to, by=by, at=at)
    return made


def on_agenda(change, by, at):
    """The key of its item on an agenda, with a scorecard."""
    sitting = sessions.Sitting("regular", at, 30, (change,))
    [item] = sessions.call_session(product="shop", sitting=sitting, by=by, at=at).items.all()
    areas = dict.fromkeys(voting.AREAS, voting.Rating("green", "Measured last night", LINK))
    voting.score_change(item=str(item.key), areas=areas, by=by, at=at)
    return str(item.key)
