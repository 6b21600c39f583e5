"""What the authorisation matrix asks for of dossiers, polls, votes, quality verdicts and decisions."""

from __future__ import annotations

from .decisions.deciding import Case, case_of
from .matrix_objects import OWN_PRODUCT, Asked, World, asks
from .matrix_product_objects import RELEASE, _shop

__all__ = ["POLL"]

POLL = "/polls/{key}"
SIGNING = frozenset({"qa-lead", "product-owner", "sponsor"})
"""Roles that sign by the rulebook of the shop; the sponsor stands for its product owner."""

WHY = "The payment provider is down until Monday."


def _case(world: World) -> Case:
    return case_of(_shop(world), adopted=False)


@asks(f"GET {RELEASE}/dossier", f"POST {RELEASE}/dossier", f"GET {RELEASE}/polls", f"POST {RELEASE}/polls")
def what_is_asked(world: World) -> Asked:
    case = _case(world)
    body = {"moment": "final"} if world.operation.endswith("POST /polls") else None
    return Asked({"key": case.key}, body=body or ({} if world.operation.startswith("POST") else None))


@asks("GET /dossiers/{digest}")
def a_dossier(world: World) -> Asked:
    return Asked({"digest": _case(world).dossier()})


@asks(f"GET {POLL}", f"POST {POLL}/refresh", f"POST {POLL}/closure")
def a_poll(world: World) -> Asked:
    case = _case(world)
    assert case.open().status_code == 201
    body = {"reason": "The window moves."} if world.operation.endswith("closure") else None
    return Asked({"key": case.poll}, body=body)


@asks(f"POST {POLL}/votes", f"POST {POLL}/decision", f"POST {RELEASE}/quality-verdict")
def a_signature(world: World) -> Asked:
    """Each is signed in one role; who signs in another one is told so."""
    case = _case(world)
    assert case.open().status_code == 201
    digest = case.dossier()
    if world.operation.endswith("verdict"):
        body = {"choice": "no-go", "dossier": digest, "reason": WHY}
        return Asked({"key": case.key}, body=body, denied=SIGNING - {"qa-lead"})
    if world.operation.endswith("decision"):
        body = {"outcome": "NO-GO", "dossier": digest, "reason": WHY}
    else:
        body = {"role": "product-owner", "choice": "go", "dossier": digest}
    return Asked({"key": case.poll}, body=body, denied=frozenset({"qa-lead"}))


@asks(f"GET {RELEASE}/sign-offs", "GET /sign-offs/{key}", "POST /sign-offs/{key}/change")
def a_sign_off(world: World) -> Asked:
    """Nobody changes what somebody else has signed."""
    case = _case(world)
    assert case.open().status_code == 201
    signed = case.vote()
    assert signed.status_code == 201, signed.content
    if "releases" in world.operation:
        return Asked({"key": case.key})
    body = {"choice": "no-go", "dossier": signed.json()["dossier"], "reason": WHY}
    is_change = world.operation.endswith("change")
    denied = SIGNING if is_change else frozenset()
    return Asked({"key": signed.json()["key"]}, body=body if is_change else None, denied=denied)


@asks("GET /products/{product}/outcomes")
def outcomes(world: World) -> Asked:
    _case(world)
    return Asked({"product": OWN_PRODUCT})


@asks(f"GET {RELEASE}/decisions", f"POST {RELEASE}/reopening", "GET /decisions/{key}")
def a_decision(world: World) -> Asked:
    case = _case(world)
    decided = case.gone()
    if "releases" in world.operation:
        body = {"reason": "A supplier called."} if world.operation.startswith("POST") else None
        return Asked({"key": case.key}, body=body)
    return Asked({"key": decided["key"]})
