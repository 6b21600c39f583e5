"""Giving power, letting somebody in and what cannot be undone take a proof; shutting out is quick and takes none."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from flightrules.service.people.models import Account, Person, RoleGrant
from people_stories import PASSWORD, code_now, equip, now, prove_now, tags
from service.confirming import REFUSED, confirmed, outcome


class Given:
    """One act that gives power: how it is asked, and under which word, thing and terms it is signed."""

    def __init__(self, person: Any) -> None:
        self.admin, self.other = person("administrator"), person("viewer", product="shop")
        self.lead = person("qa-lead", product="shop")
        self.ends = now() + timedelta(days=1)

    def grant(self):
        body = {"role": "engineer", "product": "shop"}
        about = f"person/{self.other.key}"
        terms = {"role": "engineer", "product": "shop", "expires_at": ""}
        return self.admin, f"/people/{self.other.key}/roles", body, ("role:grant", about, terms)

    def deputy(self):
        body = {"holder": self.lead.key, "deputy": self.other.key, "role": "qa-lead", "product": "shop"}
        terms = {name: body[name] for name in ("holder", "role", "product")}
        return self.admin, "/deputies", body, ("deputy:name", f"person/{self.other.key}", terms)

    def lend(self):
        terms = {"role": "qa-lead", "product": "shop", "reason": "away"}
        body = {**terms, "delegate": self.other.key, "ends_at": self.ends.isoformat()}
        terms |= {"starts_at": "", "ends_at": self.ends}
        return self.lead, "/delegations", body, ("delegation:make", f"person/{self.other.key}", terms)

    def invite(self):
        said = {"name": "Bea Roth", "email": "bea@example.org"}
        body = {**said, "roles": [{"role": "qa_lead", "product": "shop"}, {"role": "viewer"}]}
        terms = {**said, "roles": "qa-lead shop\nviewer"}
        return self.admin, "/people", body, ("person:invite", "office/people", terms)

    def invite_again(self):
        body = {"email": "second@example.org"}
        about = f"person/{self.lead.key}"
        return self.admin, f"/people/{self.lead.key}/accounts", body, ("person:invite-again", about, body)

    def enable(self):
        Person.objects.filter(pk=self.other.key).update(disabled_at=now())
        about = f"person/{self.other.key}"
        return self.admin, f"/people/{self.other.key}/enable", None, ("person:enable", about, {})

    def open_account(self):
        Account.objects.filter(key=self.other.account_key).update(is_active=False)
        key = self.other.account_key
        return self.admin, f"/accounts/{key}/enable", None, ("account:enable", f"account/{key}", {})

    def vouch(self):
        Account.objects.filter(key=self.other.account_key).update(awaits_vouching=True)
        key = self.other.account_key
        return self.admin, f"/accounts/{key}/vouch", None, ("account:vouch", f"account/{key}", {})

    def erase(self):
        Person.objects.filter(pk=self.other.key).update(disabled_at=now())
        body, about = {"ground": "request 7"}, f"person/{self.other.key}"
        return self.admin, f"/people/{self.other.key}/erase", body, ("person:erase", about, body)


ACTS = ["grant", "deputy", "lend", "invite", "invite_again", "enable", "open_account", "vouch", "erase"]


@pytest.fixture
def given(person):
    return Given(person)


@pytest.mark.parametrize("name", ACTS)
def test_a_token_alone_gives_no_power(given, name):
    who, path, body, _ = getattr(given, name)()
    before = [one for one in tags() if "denied" not in one]
    assert outcome(who.post(path, body)) == REFUSED
    assert [one for one in tags() if "denied" not in one] == before
    prove_now(who)
    assert who.post(path, body).status_code in (200, 201)


@pytest.mark.parametrize("name", ACTS)
def test_what_was_confirmed_in_the_browser_is_given_and_nothing_else(given, name):
    who, path, body, (act, about, terms) = getattr(given, name)()
    for other in ((act, "person/somebody-else", terms), (act, about, {**terms, "more": "power"})):
        confirmed(who, *other)
        assert outcome(who.post(path, body)) == REFUSED
    confirmed(who, act, about, terms)
    assert who.post(path, body).status_code in (200, 201)
    again = outcome(who.post(path, body))
    assert again == REFUSED or again[0] in (403, 409, 422)


def test_a_proof_gives_one_role_and_no_second_one(given):
    who, path, body, _ = given.grant()
    prove_now(who)
    assert who.post(path, body).status_code == 201
    assert outcome(who.post(path, {**body, "role": "viewer", "product": "bank"})) == REFUSED


def test_the_first_role_takes_all_components_and_the_next_one_of_them(given):
    who, path, body, _ = given.grant()
    secret = equip(who)
    assert outcome(who.post(path, body, Flightrules_Proof=code_now(secret))) == REFUSED
    assert who.post("/me/proof", {"password": PASSWORD}).status_code == 200
    prove_now(who)
    assert who.post(path, body).status_code == 201
    assert who.post("/me/proof", {"password": PASSWORD}).status_code == 200
    assert who.post(path, {"role": "operations", "product": "shop"}).status_code == 201


def test_shutting_out_takes_no_proof(given):
    """Whoever has to be kept away is kept away by whatever is at hand, an offboarding script among them."""
    held = RoleGrant.objects.get(person_id=given.lead.key)
    assert given.admin.delete(f"/people/{given.lead.key}/roles/{held.key}").status_code == 200
    why = {"reason": "left"}
    assert given.admin.post(f"/accounts/{given.other.account_key}/disable", why).status_code == 200
    assert given.admin.post(f"/people/{given.lead.key}/disable", why).status_code == 200


def test_what_was_lent_is_taken_back_without_a_proof(given):
    who, path, body, _ = given.lend()
    prove_now(who)
    key = json.loads(who.post(path, body).content)["key"]
    assert who.post(f"/delegations/{key}/end").status_code == 200
