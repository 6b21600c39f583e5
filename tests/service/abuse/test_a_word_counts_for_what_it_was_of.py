"""A confirmation, a question and a token are worth what they were given for: no later thing, no more, no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.people.models import ApiToken, Person, RoleGrant
from people_stories import now, prove_now
from service.abuse.abusing import is_open, refused
from service.abuse.test_the_gate_is_not_talked_round import BY_GATES, RISK
from service.decisions.deciding import case_of, code
from service.decisions.test_who_may_sign import lend
from service.shop import DIGEST, OTHER_DIGEST

FREEZE = "confirmed by operations: freeze lifted"


def confirm(who, case):
    prove_now(who)
    return who.post(f"/releases/{case.key}/condition-confirmations", {"condition": FREEZE})


def begun() -> str:
    return (now() - timedelta(minutes=1)).isoformat()


def goes_on_condition(case) -> None:
    assert case.open().status_code == 201
    assert case.verdict("go-with-conditions", conditions=[FREEZE]).status_code == 201
    assert case.vote().status_code == 201
    decided = case.decide("CONDITIONAL GO")
    assert decided.status_code == 201, decided.content


@pytest.fixture
def olga(person):
    return person("operations", product="shop")


@pytest.fixture
def conditional(shop, olga):
    """Goes if operations confirm it: somebody has to hold the role that a condition names."""
    case = case_of(shop, opens_at=begun())
    goes_on_condition(case)
    return case


def given(who, role: str) -> None:
    """A role that counts, beside those that the person has."""
    long_ago = now() - timedelta(days=9)
    RoleGrant.objects.create(
        person=Person.objects.get(pk=who.key),
        role=role,
        product="shop",
        granted_by="setup",
        granted_at=long_ago,
        counts_from=long_ago,
    )


def test_who_needs_the_release_confirms_none_of_its_conditions_nor_sends_somebody(conditional, person):
    manager = conditional.shop.manager
    given(manager, "operations")
    refused(conditional, lambda: confirm(manager, conditional), 403, "E_SELF_APPROVAL")
    friend = person("viewer", product="shop")
    lend(manager, friend, role="operations")
    refused(conditional, lambda: confirm(friend, conditional), 403, "E_SELF_APPROVAL")


def test_a_confirmation_ends_with_the_role_of_who_gave_it(conditional, olga):
    assert confirm(olga, conditional).status_code == 201
    assert is_open(conditional.shop.ci)
    RoleGrant.objects.filter(person_id=olga.key).update(revoked_at=now())
    assert not is_open(conditional.shop.ci)


def test_a_confirmation_is_of_one_decision_and_not_of_the_next_one_in_the_same_words(conditional, olga):
    case, manager = conditional, conditional.shop.manager
    assert confirm(olga, case).status_code == 201
    reopened = manager.post(f"/releases/{case.key}/reopening", {"reason": "Other bytes are shipped."})
    assert reopened.status_code == 201, reopened.content
    other = {"name": "image", "sha256": OTHER_DIGEST}
    assert manager.post(f"/releases/{case.key}/artefacts", other).status_code == 201
    case.shop.all_green(case.key)
    case.judge()
    goes_on_condition(case)
    assert not is_open(case.shop.ci, OTHER_DIGEST)
    assert confirm(olga, case).status_code == 201
    assert is_open(case.shop.ci, OTHER_DIGEST)


def test_once_people_were_asked_no_class_lets_the_gates_decide(shop):
    """Neither while they are asked nor when the poll was given up, and a no-go was signed."""
    case = case_of(shop, BY_GATES, opens_at=begun())
    assert case.open().status_code == 201
    assert case.verdict("no-go", reason="It loses money on each order.").status_code == 201
    case.edit(release_class="docs")
    case.judge()
    assert shop.manager.post(f"/releases/{case.key}/risks", RISK).status_code == 201
    assert not is_open(shop.ci)
    closed = shop.manager.post(f"/polls/{case.poll}/closure", {"reason": "It needs nobody."})
    assert closed.status_code == 201, closed.content
    assert not is_open(shop.ci)


def test_a_share_of_users_by_another_name_is_not_passed_over(shop):
    case = case_of(shop, BY_GATES, release_class="docs", opens_at=begun())
    assert shop.manager.post(f"/releases/{case.key}/risks", RISK).status_code == 201
    case.judge()
    asked = {"artefact": DIGEST, "environment": "prod"}
    assert is_open(shop.ci)
    for name in ("flag-percent", "flag", "Flag_percent"):
        assert shop.ci.get(f"/clearance?artefact={DIGEST}&environment=prod&{name}=100").status_code == 422
        for body in ({**asked, name: 100}, {"metadata": {**asked, name: "100"}}):
            assert code(shop.ci.post("/clearance", body)) == "E_INVALID_BODY"
    told = {"name": "shop", "phase": "Progressing", "metadata": {**asked, "flag_percent": "100"}}
    assert shop.ci.post("/clearance", told).status_code == 412
    twice = {**asked, "flag_percent": 5, "metadata": {"flag_percent": "100"}}
    assert shop.ci.post("/clearance", twice).status_code == 422
    told["metadata"]["flag_percent"] = "5"
    assert shop.ci.post("/clearance", told).status_code == 200


def test_a_token_makes_no_token_that_outlives_it(shop):
    own = ApiToken.objects.filter(account__key=shop.owner.account_key)
    own.update(expires_at=now() + timedelta(hours=2))
    prove_now(shop.owner)
    made = shop.owner.post("/tokens", {"title": "for ever", "scopes": ["read"], "days": 80})
    assert made.status_code == 201, made.content
    assert ApiToken.objects.get(title="for ever").expires_at <= now() + timedelta(hours=2)
