"""The gate of a deployment: one digest in two releases, a question with two answers, a blocker of one's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from people_stories import now, prove_now
from service.abuse.abusing import is_open, refused
from service.decisions.deciding import case_of, code
from service.decisions.test_who_may_sign import lend
from service.shop import DIGEST, OTHER_DIGEST, RULEBOOK

_PATH = "  sit: {title: Integration}\n  uat: {requires_pass_in: [sit]}\n  prod: {requires_pass_in: [uat], production: yes}\n"
CLASSES = """\
classes:
  docs: {title: Docs, gates: [exit], human_signoff: never, risk_threshold: 50}
  feature: {title: Feature}
"""
BY_GATES = RULEBOOK.replace(_PATH, "  prod: {production: yes}\n") + CLASSES
RISK = {
    "title": "A page looks odd",
    "impact": "low",
    "probability": "low",
    "owner": "qa-lead",
    "mitigation": "We look at it.",
    "review_on": "2030-01-01",
}


def test_nobody_gets_past_the_people_by_opening_another_release_of_the_same_digest(shop):
    """A class that lets gates decide, for what waits for people already; nor does giving that one up help."""
    begun = (now() - timedelta(minutes=1)).isoformat()
    case = case_of(shop, BY_GATES, release_class="feature", opens_at=begun)
    assert case.open().status_code == 201
    other = case_of(shop, adopted=False, version="4.3.1", release_class="docs", opens_at=begun)
    assert shop.manager.post(f"/releases/{other.key}/risks", RISK).status_code == 201
    assert not is_open(shop.ci)
    answer = shop.ci.post("/clearance", {"artefact": DIGEST, "environment": "prod"})
    assert (answer.status_code, code(answer)) == (412, "E_CLEARANCE_WAITS"), answer.content
    given_up = shop.manager.post(f"/releases/{case.key}/withdrawal", {"reason": "It ships as a page alone."})
    assert given_up.status_code in (200, 201), given_up.content
    answer = shop.ci.post("/clearance", {"artefact": DIGEST, "environment": "prod"})
    assert (answer.status_code, code(answer)) == (412, "E_CLEARANCE_WAITS"), answer.content
    assert "it would go without the signatures of people" in answer.content.decode()


@pytest.mark.parametrize(
    "other", [{"artefact": OTHER_DIGEST}, {"environment": "sit"}, {"product": "bank"}], ids=str
)
def test_a_question_that_names_two_things_is_answered_for_neither(case, other):
    body = {"artefact": DIGEST, "environment": "prod", "product": "shop", "metadata": other}
    answer = case.shop.ci.post("/clearance", body)
    assert (answer.status_code, code(answer)) == (422, "E_INVALID_BODY")


def test_who_wants_the_release_accepts_no_blocker_of_it_nor_sends_somebody(shop, person):
    both = person("release-manager", "product-owner", product="shop")
    shop.manager, friend = both, person("viewer", product="shop")
    case = case_of(shop)
    objection = {
        "title": "Payments vanish",
        "business_impact": "40k a day",
        "evidence": "https://example.org/x",
    }
    blocker = shop.qa.post(f"/releases/{case.key}/blockers", objection).json()["key"]
    lend(both, friend)
    path, said = f"/blockers/{blocker}/acceptance", {"mitigation": "We watch it.", "owner": "Sam"}
    for who in (both, friend):
        prove_now(who)
        refused(case, lambda who=who: who.post(path, said), 403, "E_SELF_APPROVAL")
    prove_now(shop.owner)
    assert shop.owner.post(path, said).status_code == 201
