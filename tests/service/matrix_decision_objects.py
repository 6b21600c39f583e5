"""What the authorisation matrix asks for of overrides, the papers of a decision, and practice."""

from __future__ import annotations

from typing import Any

from flightrules.service.decisions.models import Decision, Override
from people_stories import prove_now
from service import put_back

from .decisions.deciding import Case, case_of
from .matrix_objects import OWN_PRODUCT, Asked, World, asks
from .matrix_product_objects import _shop
from .shop import Shop, junit

__all__ = ["PRACTICE"]

RELEASE = "/releases/{key}"


def _no_go(world: World) -> Case:
    shop = _shop(world)
    return put_back.once("matrix no-go", lambda: _stopped(shop))


def _stopped(shop: Shop) -> Case:
    case = case_of(shop, adopted=False)
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    case.judge()
    assert case.open().status_code == 201
    assert case.verdict("no-go", reason="Ten of a hundred tests fail.").status_code == 201
    answer = case.decide("NO-GO", reason="Quality shows failing payments.")
    assert answer.status_code == 201, answer.content
    return case


def _asked(case: Case, who: Any) -> Override:
    body = {"accepts": ["pass-rate"], "reason": "The season begins on Monday."}
    answer = who.post(f"/releases/{case.key}/overrides", body)
    assert answer.status_code == 201, answer.content
    return Override.objects.get(pk=answer.json()["key"])


@asks(
    f"GET {RELEASE}/override-draft",
    f"GET {RELEASE}/overrides",
    f"POST {RELEASE}/overrides",
)
def overrides(world: World) -> Asked:
    case = _no_go(world)
    body = {"accepts": ["pass-rate"], "reason": "The season begins on Monday."}
    return Asked({"key": case.key}, body=body if world.operation.startswith("POST") else None)


@asks(
    "GET /overrides/{key}",
    "GET /overrides/{key}/statement",
    "GET /overrides/{key}/statement.{form}",
    "POST /overrides/{key}/receipt",
    "POST /overrides/{key}/signatures",
    "POST /overrides/{key}/end",
)
def an_override(world: World) -> Asked:
    case = _no_go(world)
    override = _asked(case, case.shop.qa)
    params = {"key": str(override.key), "form": "html"}
    bodies = {
        "receipt": {"role": "cto", "statement": override.statement},
        "signatures": {
            "role": "qa-lead",
            "choice": "dissent-acknowledged",
            "dossier": override.dossier,
            "reason": "I recommended no-go; payments were not tried.",
        },
        "end": {"reason": "We mend it instead, by Friday."},
    }
    last = world.operation.rpartition("/")[2]
    only = {"receipt": {"cto"}, "signatures": {"qa-lead"}}.get(last)
    denied = frozenset() if only is None else frozenset(_OVERRIDING - only)
    return Asked(params, body=bodies.get(last), denied=denied)


_OVERRIDING = {"qa-lead", "cto", "sponsor", "product-manager", "product-owner", "release-manager"}


@asks("GET /decisions/{key}/record.{form}", "GET /decisions/{key}/no-go.{form}")
def a_paper(world: World) -> Asked:
    _no_go(world)
    return Asked({"key": str(Decision.objects.get().key), "form": "html"})


@asks("GET /decisions/{key}/approvals/{sign_off}.{form}")
def an_approval(world: World) -> Asked:
    _no_go(world)
    decision = Decision.objects.get()
    signed = decision.release.sign_offs.filter(act="verdict").first()
    return Asked({"key": str(decision.key), "sign_off": str(signed.key), "form": "md"})


PRACTICE = "GET /products/{key}/practice"


@asks(PRACTICE)
def practice(world: World) -> Asked:
    _shop(world)
    prove_now(world.caller("viewer"))
    return Asked({"key": OWN_PRODUCT})
