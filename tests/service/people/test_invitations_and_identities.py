"""Everybody after the first is invited by a one-time link; one person may have several accounts."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from flightrules.service.door.refusals import ConflictError, ForeignError
from flightrules.service.people import services
from flightrules.service.people.models import Account, Invitation, OutsideIdentity, Person, RoleGrant
from flightrules.service.people.seats import seats_of
from flightrules.service.records.actor import SYSTEM
from people_stories import PASSWORD, actor_of, now, prove_now, signing, tags


def invite(admin, **changes):
    body = {"name": "Bea Grün", "email": "bea@example.org", "roles": [{"role": "qa_lead", "product": "shop"}]}
    prove_now(admin)
    return admin.post("/people", {**body, **changes})


def test_an_invited_person_opens_their_account_in_a_browser(person):
    admin = person("administrator")
    answer = invite(admin)
    assert answer.status_code == 201
    told = json.loads(answer.content)
    grant = RoleGrant.objects.get(person_id=told["person"])
    assert (grant.role, grant.product) == ("qa-lead", "shop")
    assert grant.counts_from == grant.granted_at  # there is no release yet to keep a new voice from
    browser = Client()
    page = browser.get(told["path"])
    assert page.status_code == 200
    form = {"code": told["code"], "password": PASSWORD, "again": PASSWORD}
    assert browser.post("/invitation", form)["Location"] == "/accounts/2fa/"
    assert browser.post("/invitation", form).status_code == 404
    assert Account.objects.get(person_id=told["person"]).check_password(PASSWORD)
    assert tags() == ["people:invitation:made", "people:account:opened"]


@pytest.mark.parametrize("spoiled", ["expired", "withdrawn", "disabled", "wrong"])
def test_a_spoiled_link_opens_nothing(person, at, spoiled):
    admin = person("administrator")
    who, code = services.invite(name="Bea", email="bea@example.org", by=signing(admin, at), at=at)
    when = at
    if spoiled == "expired":
        when = at + timedelta(hours=72)
    elif spoiled == "withdrawn":
        services.invite_again(person=str(who.key), email="bea@example.org", by=signing(admin, at), at=at)
    elif spoiled == "disabled":
        Person.objects.filter(key=who.key).update(disabled_at=at)
    else:
        code += "x"
    with pytest.raises(ForeignError):
        services.accept_invitation(code=code, password=PASSWORD, by=SYSTEM, at=when)
    assert not Account.objects.filter(person=who).exists()


def test_a_setup_link_is_no_invitation(person, at):
    link = services.setup_link(at)
    code = link.partition("code=")[2]
    with pytest.raises(ForeignError):
        services.accept_invitation(code=code, password=PASSWORD, by=SYSTEM, at=at)


def test_an_address_opens_one_account(person, at):
    admin = person("administrator")
    taken = Account.objects.get(key=admin.account_key).email
    answer = invite(admin, email=taken.upper())
    assert (answer.status_code, json.loads(answer.content)["code"]) == (409, "E_EMAIL_TAKEN")


def test_a_second_account_is_the_same_person_and_the_same_seats(person):
    admin, lead = person("administrator"), person("qa-lead", product="shop")
    prove_now(admin)
    answer = admin.post(f"/people/{lead.key}/accounts", {"email": "second@example.org"})
    code = json.loads(answer.content)["code"]
    account = services.accept_invitation(code=code, password=PASSWORD, by=SYSTEM, at=now())
    assert str(account.person_id) == lead.key
    listed = json.loads(admin.get(f"/people/{lead.key}/accounts").content)["items"]
    assert len(listed) == 2
    assert len(seats_of(lead.key, "shop", now())) == 1


def test_an_outside_identity_opens_the_invited_account_and_no_other(person, at):
    admin = person("administrator")
    _, code = services.invite(name="Bea", email="bea@example.org", by=signing(admin, at), at=at)
    account = services.accept_invitation(code=code, identity=("https://idp", "s1"), by=SYSTEM, at=at)
    assert not account.has_usable_password()
    assert OutsideIdentity.objects.get().account == account
    _, other = services.invite(name="Cleo", email="cleo@example.org", by=signing(admin, at), at=at)
    with pytest.raises(ConflictError, match="belongs to an account"):
        services.accept_invitation(code=other, identity=("https://idp", "s1"), by=SYSTEM, at=at)
    assert Invitation.objects.get(person__name="Cleo").used_at is None
    services.accept_invitation(code=other, identity=("https://other-idp", "s1"), by=SYSTEM, at=at)


def test_an_identity_is_linked_to_a_signed_in_account_once(person, at):
    one, two = person("viewer"), person("viewer")
    services.link_identity(issuer="https://idp", subject="s1", by=actor_of(one), at=at)
    with pytest.raises(ConflictError):
        services.link_identity(issuer="https://idp", subject="s1", by=actor_of(two), at=at)


def test_people_are_listed_for_who_manages_them(person):
    admin = person("administrator")
    person("viewer", name="Zoe")
    found = json.loads(admin.get("/people?name=zo&disabled=false").content)["items"]
    assert [one["name"] for one in found] == ["Zoe"]
    assert len(json.loads(admin.get("/people?limit=1").content)["items"]) == 1


def test_holders_of_a_product_are_shown_to_its_readers(person):
    viewer = person("viewer", product="shop")
    person("qa-lead", product="bank")
    person("cto", name="Dana")
    found = json.loads(viewer.get("/products/shop/people").content)["items"]
    assert sorted(role for one in found for role in one["roles"]) == ["cto", "viewer"]
    assert "email" not in found[0]
