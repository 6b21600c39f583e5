"""What the authorisation matrix asks for of debts and emergencies; who may beside the power is held by their stories."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from flightrules.service.people.powers import BUILT_IN_ROLES

from .emergencies.conftest import BOOK, REASON
from .matrix_objects import OWN_PRODUCT, Asked, World, asks
from .matrix_product_objects import RELEASE, _shop

EMERGENCY = f"{RELEASE}/emergency"
LOOKERS = frozenset({"viewer", "auditor"})


def _all_but(*roles: str) -> frozenset[str]:
    return frozenset(BUILT_IN_ROLES) - set(roles)


def _owed(world: World, event: str) -> tuple[str, str]:
    """A debt of a release, and who opened that."""
    from flightrules.service.obligations.services import start
    from flightrules.service.records.actor import SYSTEM
    from flightrules.service.releases.models import Release

    shop = _shop(world)
    release = Release.objects.get(pk=shop.release()["key"])
    with transaction.atomic():
        (row,) = start(event=event, release=release, by=SYSTEM, at=world.now)
    return str(row.key), release.opened_by


def _classified(world: World, *, engaged: bool = True) -> str:
    """A release of a rulebook with an emergency track, and its classification."""
    from flightrules.service.emergencies.models import Classification
    from flightrules.service.releases.models import Release
    from flightrules.service.releases.tracks import engage

    shop = _shop(world, adopted=False)
    shop.adopt(BOOK)
    row = Release.objects.get(pk=shop.release()["key"])
    if engaged:
        one = Classification.objects.create(
            release=row,
            edition=row.product.editions.get(state="adopted"),
            track="emergency",
            reason="c" * 64,
            reference="CVE-2026-1",
            paths=["src/pay/"],
            authors=[world.caller("engineer").key],
            classified_by=world.caller("cto").key,
            role="cto",
            at=world.now,
            share="",
        )
        engage(row, "emergency", str(one.key))
    return str(row.key)


@asks("GET /products/{product}/obligations")
def obligations(world: World) -> Asked:
    _owed(world, "decision")
    return Asked({"product": OWN_PRODUCT})


@asks("GET /obligations/{key}", "GET /obligations/{key}/draft", "POST /obligations/{key}/payment")
def an_obligation(world: World) -> Asked:
    key, _ = _owed(world, "emergency-release")
    if world.operation.startswith("GET"):
        return Asked({"key": key})
    said = {"text": "The review is on Monday."}
    return Asked({"key": key}, body=said, denied=_all_but("release-manager"), machines_denied=True)


@asks("POST /obligations/{key}/confirmation")
def a_written_record(world: World) -> Asked:
    from flightrules.service.obligations.models import Obligation

    key, owner = _owed(world, "decision")
    Obligation.objects.update(paid_at=world.now, paid_by=owner)
    return Asked({"key": key}, denied=_all_but("qa-lead"), machines_denied=True)


@asks(f"POST {EMERGENCY}")
def an_emergency_to_be(world: World) -> Asked:
    key = _classified(world, engaged=False)
    body = {
        "reason": REASON,
        "reference": "CVE-2026-12345",
        "paths": ["src/pay/"],
        "authors": [world.caller("engineer").key],
    }
    return Asked({"key": key}, body=body)


@asks(f"GET {EMERGENCY}", f"POST {EMERGENCY}/end")
def an_emergency(world: World) -> Asked:
    body = {"reason": "It only touches a test system."} if world.operation.startswith("POST") else None
    return Asked({"key": _classified(world)}, body=body)


@asks(f"POST {EMERGENCY}/points/{{point}}")
def a_point(world: World) -> Asked:
    until = (world.now + timedelta(hours=9)).isoformat()
    return Asked(
        {"key": _classified(world), "point": "on-call"},
        body={"until": until},
        denied=LOOKERS,
        machines_denied=True,
    )


@asks(f"POST {EMERGENCY}/written-sign-off")
def a_spoken_word(world: World) -> Asked:
    from flightrules.service.emergencies.models import Classification, Confirmation

    key = _classified(world)
    Confirmation.objects.create(
        classification=Classification.objects.get(release=key),
        point="qa-agreed",
        by=str(uuid4()),  # somebody who is here no longer
        role="qa-lead",
        at=world.now,
        basis="b" * 64,
    )
    return Asked(
        {"key": key},
        body={"text": "GO: smoke and tax tests passed."},
        denied=_all_but("qa-lead"),
        machines_denied=True,
    )


@asks(
    "GET /products/{product}/emergencies",
    "GET /products/{product}/emergency-throttlings",
    "POST /emergency-throttlings/{key}/lift",
)
def a_throttling(world: World) -> Asked:
    from flightrules.service.emergencies.models import Throttling

    release = _classified(world, engaged=False)
    if world.operation.startswith("GET"):
        return Asked({"product": OWN_PRODUCT})
    asker = world.caller("cto").key
    row = Throttling.objects.create(release_id=release, asked_by=asker, role="cto", share="", at=world.now)
    body = {"reason": "Two of the three are one incident."}
    return Asked({"key": str(row.key)}, body=body, denied=frozenset({"cto"}))
