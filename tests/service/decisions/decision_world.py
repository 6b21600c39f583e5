"""Where the decision machine begins: a release that is ready, twelve people, and every row beside the ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from hypothesis import strategies as st

from flightrules.service.door.refusals import ConflictError, DeniedError, UnauthenticatedError
from flightrules.service.records.actor import Actor, Kind
from people_stories import now
from service.decisions.deciding import case_of
from service.shop import RULEBOOK

BOOK = RULEBOOK.replace("max_age: 24h", "max_age: 48h") + (
    "  roles:\n"
    "    engineering_lead: {may_sign: yes}\n"
    "    operations: {may_sign: yes, relies_on: [defects]}\n"
    "  acts:\n"
    "    authorisation:\n"
    "      accountable: product_owner\n"
    "      signers: [product_owner, engineering_lead, operations]\n"
    "      required: [product_owner]\n"
    "      quorum: 2\n"
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
}
SPOKEN = {"cto": "cto-vp-eng"}
LOST = {"E_DOSSIER_STALE", "E_QUORUM_LOST", "E_APPROVAL_EXPIRED"}
ON_RECORD = (DeniedError, ConflictError, UnauthenticatedError)
DENIED = "office:act:denied"
UNTOLD = {"Entry", "Stream", "Checkpoint"}
OURS = [
    one
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
    for model in OURS:
        found.update(repr((model.__name__, sorted(map(repr, model.objects.values_list())))).encode())
    return found.hexdigest()


@dataclass
class World:
    """What every example begins with: a release that is ready, its people, and the moment."""

    key: str
    people: dict
    admin: object
    machine: Actor
    start: object
    closes_at: object


def made_world(shop, person):
    callers = {"qa": shop.qa, "owner": shop.owner, "eng": shop.engineering, "pm": shop.product_manager}
    for name, roles in ROLES.items():
        if name not in callers:
            callers[name] = person(*roles, product="shop", name=name.title())
    shop.manager = callers["manager"]
    start = now()
    closes = start + timedelta(days=12)
    case = case_of(
        shop, BOOK, opens_at=(start + timedelta(hours=1)).isoformat(), closes_at=closes.isoformat()
    )
    ci = shop.ci.key
    scopes = frozenset({"read", "bring-evidence"})
    machine = Actor(key=ci, kind=Kind.MACHINE, account_key=ci, via="token", scopes=scopes)
    return World(case.key, callers, person("administrator", name="Root"), machine, start, closes)
