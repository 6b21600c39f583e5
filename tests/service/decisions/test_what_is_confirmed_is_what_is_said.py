"""A vote, a verdict, a decision that is confirmed in the browser is exactly that one: role, reason and conditions too."""

from __future__ import annotations

from service.confirming import REFUSED, confirmed, outcome
from service.decisions.deciding import case_of

CONDITION, OTHER = "flag new-checkout <= 20 %", "flag new-checkout <= 100 %"
WHY = "Watched by the shop's own staff first."


def said(digest: str, **changes: str) -> dict[str, str]:
    return {"dossier": digest, "role": "", "reason": "", "conditions": "", **changes}


def test_conditions_other_than_those_that_were_confirmed_are_not_signed(shop):
    case = case_of(shop)
    case.open()
    digest = case.dossier(shop.owner)
    terms = said(digest, role="product-owner", reason=WHY, conditions=CONDITION)
    act, about = "vote:go-with-conditions", f"poll/{case.poll}"
    vote = {"choice": "go-with-conditions", "dossier": digest, "role": "product-owner", "reason": WHY}
    path = f"/polls/{case.poll}/votes"
    confirmed(shop.owner, act, about, terms)
    assert outcome(shop.owner.post(path, {**vote, "conditions": [OTHER]})) == REFUSED
    assert outcome(shop.owner.post(path, {**vote, "conditions": [CONDITION, OTHER]})) == REFUSED
    assert outcome(shop.owner.post(path, {**vote, "conditions": [CONDITION], "reason": "Else."})) == REFUSED
    signed = shop.owner.post(path, {**vote, "conditions": [CONDITION]})
    assert (signed.status_code, signed.json()["conditions"]) == (201, [CONDITION])


def test_a_role_other_than_the_one_that_was_confirmed_does_not_sign(shop, person):
    case = case_of(shop)
    case.open()
    both = person("product-owner", "sponsor", product="shop")
    digest = case.dossier(both)
    confirmed(both, "vote:go", f"poll/{case.poll}", said(digest, role="sponsor"))
    vote = {"choice": "go", "dossier": digest, "role": "product-owner"}
    assert outcome(both.post(f"/polls/{case.poll}/votes", vote)) == REFUSED
    assert both.post(f"/polls/{case.poll}/votes", {**vote, "role": "Sponsor"}).status_code == 201


def test_verdict_and_decision_are_bound_to_their_words(shop):
    case = case_of(shop)
    case.open()
    digest = case.dossier(shop.qa)
    confirmed(shop.qa, "verdict:no-go", f"release/{case.key}", said(digest, reason=WHY))
    path = f"/releases/{case.key}/quality-verdict"
    body = {"choice": "no-go", "dossier": digest, "reason": "Words of somebody else."}
    assert outcome(shop.qa.post(path, body)) == REFUSED
    assert shop.qa.post(path, {**body, "reason": WHY}).status_code == 201
    path, digest = f"/polls/{case.poll}/decision", case.dossier(shop.owner)
    confirmed(shop.owner, "authorisation:deferred", f"poll/{case.poll}", said(digest, reason=WHY))
    body = {"outcome": "DEFERRED", "dossier": digest, "reason": "Words of somebody else."}
    assert outcome(shop.owner.post(path, body)) == REFUSED
    assert shop.owner.post(path, {**body, "reason": WHY}).status_code == 201
