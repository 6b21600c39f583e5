"""Somebody holds the token, or the browser session, of who manages people, agrees to rules or waives: no component."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.people.models import ApiToken, Person
from flightrules.service.records.models import Entry
from people_stories import equip, now, prove_now
from service.abuse.abusing import refused, ways_in
from service.shop import RULEBOOK, coverage

OLD = timedelta(minutes=2)


def stolen(victim):
    """Both ways in of the victim, whose last proof is older than a minute."""
    equip(victim)
    ApiToken.objects.filter(account__key=victim.account_key).update(proved_at=now() - OLD, proved_by=2)
    return ways_in(victim)


@pytest.fixture
def admin(person):
    person("administrator")
    return person("administrator", name="Robin Chief")


def test_aut_13_nobody_is_made_a_signer(case, person, admin):
    someone, gone = person("viewer", product="shop"), person("viewer", product="shop")
    Person.objects.filter(pk=gone.key).update(disabled_at=now())
    lead = case.shop.qa
    for who in stolen(admin):
        for path, body in (
            (f"/people/{someone.key}/roles", {"role": "qa-lead", "product": "shop"}),
            (f"/people/{someone.key}/roles", {"role": "administrator"}),
            ("/deputies", {"holder": lead.key, "deputy": someone.key, "role": "qa-lead", "product": "shop"}),
            ("/people", {"name": "Eve", "email": "eve@example.org", "roles": [{"role": "qa-lead"}]}),
            (f"/people/{lead.key}/accounts", {"email": "eve@example.org"}),
            (f"/people/{gone.key}/enable", None),
            (f"/people/{gone.key}/erase", {"ground": "request 7"}),
        ):
            refused(case, lambda who=who, p=path, b=body: who.post(p, b), 401, "E_REAUTH_REQUIRED")


def test_aut_13_no_rule_is_agreed_to_and_nothing_taken_back(case):
    shop = case.shop
    assert shop.propose(RULEBOOK.replace("97%", "10%")).status_code == 201
    shop.bring(case.key, "coverage report", coverage(70))
    terms = {
        "criterion": "coverage",
        "reason": "Generated code came in.",
        "compensating_control": "Contract tests cover it.",
        "expires_at": (now() + timedelta(days=3)).isoformat(),
        "role": "qa-lead",
    }
    prove_now(shop.qa)
    waiver = shop.qa.post(f"/releases/{case.key}/waivers", terms).json()["key"]
    lent = {
        "delegate": shop.manager.key,
        "role": "qa-lead",
        "product": "shop",
        "ends_at": (now() + timedelta(hours=1)).isoformat(),
        "reason": "away",
    }
    for who in stolen(shop.qa):
        for path, body in (
            ("/products/shop/rulebooks/2/signatures", {"role": "qa-lead"}),
            (f"/waivers/{waiver}/end", {"reason": "x"}),
            ("/delegations", lent),
        ):
            refused(case, lambda who=who, p=path, b=body: who.post(p, b), 401, "E_REAUTH_REQUIRED")


def test_what_is_confirmed_for_one_role_gives_no_other_and_is_on_record(case, person, admin):
    """The owner confirms a harmless role; whoever has the token asks for another one with it."""
    from service.confirming import confirmed

    someone = person("viewer", product="shop")
    path, about = f"/people/{someone.key}/roles", f"person/{someone.key}"
    confirmed(admin, "role:grant", about, {"role": "viewer", "product": "bank", "expires_at": ""})
    asked = {"role": "qa-lead", "product": "shop"}
    refused(case, lambda: admin.post(path, asked), 401, "E_REAUTH_REQUIRED")
    assert admin.post(path, {"role": "viewer", "product": "bank"}).status_code == 201
    assert Entry.objects.filter(tag="people:role:granted").count() == 1


def test_a_token_lends_nothing_that_it_may_not_do_itself(case, person):
    """With a proof, too: it was made so that whoever finds it can only look."""
    owner, friend = case.shop.owner, person("viewer", product="shop")
    lent = {
        "delegate": friend.key,
        "role": "product-owner",
        "product": "shop",
        "ends_at": (now() + timedelta(hours=1)).isoformat(),
        "reason": "away",
    }
    tokens = ApiToken.objects.filter(account__key=owner.account_key)
    for scopes in ([], ["read"], ["read", "sign", "agree-rulebook"]):
        tokens.update(scopes=scopes)
        prove_now(owner)
        refused(case, lambda: owner.post("/delegations", lent), 403, "E_SCOPE")
    tokens.update(scopes=["read", "sign", "accept", "block", "sit-on-board", "agree-rulebook"])
    prove_now(owner)
    assert owner.post("/delegations", lent).status_code == 201
