"""Whoever holds two roles signs in one and lends the other: that is one person's word, wherever two are asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.people.models import Delegation
from people_stories import now, prove_now
from service.abuse.abusing import refused
from service.decisions.deciding import case_of, code
from service.decisions.test_who_may_sign import lend
from service.shop import RULEBOOK

TWO_WAIVE = RULEBOOK.replace(">= 80%", ">= 95%").replace("[qa_lead]\n", "[qa_lead, cto_vp_eng]\n")
WAIVED = {
    "criterion": "coverage",
    "role": "qa-lead",
    "reason": "Generated code came in.",
    "compensating_control": "Contract tests cover it.",
}
ACCEPTED = {
    "affected_users": "few",
    "business_impact": "small",
    "mitigation": "We call them.",
    "monitoring": "daily",
    "resolution_target": "2090-01-01",
}


def until() -> dict:
    return {"expires_at": (now() + timedelta(days=3)).isoformat()}


@pytest.fixture
def both(shop, person):
    """The QA lead has three further roles, and a friend."""
    someone = person("qa-lead", "product-owner", "product-manager", "cto-vp-eng", product="shop")
    someone.friend = person("viewer", product="shop")
    return someone


@pytest.mark.parametrize("first", ["holder", "friend"])
def test_a_waiver_of_two_roles_takes_two_people(shop, person, both, first):
    case = case_of(shop, TWO_WAIVE)
    lend(both, both.friend, role="cto-vp-eng")
    pair = [(both, "qa-lead"), (both.friend, "cto-vp-eng")]
    (one, role), (other, second) = pair if first == "holder" else reversed(pair)
    prove_now(one)
    made = one.post(f"/releases/{case.key}/waivers", {**WAIVED, **until(), "role": role})
    assert made.status_code == 201, made.content
    path = f"/waivers/{made.json()['key']}/approvals"
    prove_now(other)
    refused(case, lambda: other.post(path, {"role": second}), 409, "E_DISTINCT_PERSONS")
    Delegation.objects.update(ended_at=now())
    if first == "friend":
        refused(case, lambda: other.post(path, {"role": second}), 409, "E_DISTINCT_PERSONS")
    if first == "holder":
        cto = person("cto-vp-eng", product="shop")
        prove_now(cto)
        assert cto.post(path, {"role": "cto-vp-eng"}).status_code == 201


def test_a_known_defect_ships_by_two_people(shop, both):
    case = case_of(shop)
    facts = {"number": "SHOP-7", "title": "wrong total", "severity": "P2"}
    path = f"/defects/{shop.qa.post('/products/shop/defects', facts).json()['key']}/acceptances"
    terms = {"release": case.key, "role": "qa-lead", "terms": {**ACCEPTED, **until()}}
    prove_now(both)
    assert both.post(path, terms).status_code == 201
    lend(both, both.friend, role="product-manager")
    prove_now(both.friend)
    again = {"release": case.key, "role": "product-manager"}
    refused(case, lambda: both.friend.post(path, again), 409, "E_DISTINCT_PERSONS")
    prove_now(shop.product_manager)
    assert shop.product_manager.post(path, again).status_code == 201


def test_a_rulebook_is_agreed_by_three_people(shop, both):
    number = shop.propose().json()["number"]
    assert shop.sign(both, "qa-lead", number).status_code == 201
    lend(both, both.friend, role="product-owner")
    answer = shop.sign(both.friend, "product-owner", number)
    assert (answer.status_code, code(answer)) == (409, "E_DISTINCT_PERSONS")
    assert shop.sign(shop.owner, "product-owner", number).status_code == 201
