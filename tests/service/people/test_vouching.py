"""11.200(a)(3): who manages people cannot sign as somebody else by sending themselves a link; that takes two."""

from __future__ import annotations

import json

import pytest
from django.db import transaction
from django.test import Client

from flightrules.service.door.refusals import DeniedError
from flightrules.service.people import services
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.models import Account
from flightrules.service.records.actor import SYSTEM
from people_stories import PASSWORD, actor_of, denied_codes, equip, now, prove_now, tags


@pytest.fixture
def office(person):
    """Two who manage people, and a QA lead to whom a further account was opened by the first of them."""

    class Office:
        admin, other, lead = person("administrator"), person("administrator"), person("qa-lead")

    prove_now(Office.admin)
    answer = Office.admin.post(f"/people/{Office.lead.key}/accounts", {"email": "second@example.org"})
    code = json.loads(answer.content)["code"]
    Office.further = services.accept_invitation(code=code, password=PASSWORD, by=SYSTEM, at=now())
    return Office


def sign(account) -> None:
    at = now()
    someone = type("Somebody", (), {"key": str(account.person_id), "account_key": str(account.key)})
    with transaction.atomic():
        require_signing_proof(actor_of(someone, proved_at=at), at=at)


def vouch(caller, account):
    prove_now(caller)
    answer = caller.post(f"/accounts/{account.key}/vouch")
    return answer.status_code, json.loads(answer.content).get("code")


def browser_of(account) -> Client:
    browser = Client()
    browser.force_login(Account.objects.get(pk=account.pk))
    return browser


def test_a_further_account_signs_nothing_before_somebody_vouched(office):
    with pytest.raises(DeniedError) as caught:
        sign(office.further)
    assert caught.value.code == "E_ACCOUNT_UNVOUCHED"


def test_it_looks_and_changes_nothing(office):
    equip(type("Somebody", (), {"account_key": office.further.key}))
    browser = browser_of(office.further)
    assert browser.get("/api/v1/me").status_code == 200
    answer = browser.post("/api/v1/me/proof", {"password": PASSWORD}, content_type="application/json")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "E_ACCOUNT_UNVOUCHED")
    with pytest.raises(DeniedError):
        services.issue_token(
            title="x",
            scopes=["read"],
            days=1,
            by=actor_of(office.lead, account_key=str(office.further.key), proved_at=now()),
            at=now(),
        )
    assert "people:token:issued" not in tags()


def test_its_person_vouches_through_the_account_they_had(office):
    assert vouch(office.lead, office.further) == (200, None)
    assert tags()[-1] == "people:account:changed"
    sign(office.further)
    assert vouch(office.lead, office.further) == (409, "E_ALREADY")


def test_a_second_one_who_manages_people_vouches_where_all_was_lost(office):
    assert vouch(office.other, office.further) == (200, None)
    sign(office.further)


def test_who_had_the_link_made_does_not_vouch(office):
    assert vouch(office.admin, office.further) == (403, "E_VOUCHER")
    assert denied_codes()[-1] == "E_VOUCHER"
    assert Account.objects.get(pk=office.further.pk).awaits_vouching


def test_nobody_vouches_through_the_account_itself(office):
    by = actor_of(office.lead, account_key=str(office.further.key), proved_at=now())
    with pytest.raises(DeniedError) as caught:
        services.vouch_for_account(account=str(office.further.key), by=by, at=now())
    assert caught.value.code == "E_VOUCHER"


def test_vouching_takes_a_fresh_proof(office):
    answer = office.lead.post(f"/accounts/{office.further.key}/vouch")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "E_REAUTH_REQUIRED")


def test_for_strangers_there_is_no_such_account(office, person):
    assert vouch(person("qa-lead"), office.further) == (404, "E_NO_SUCH")
    assert vouch(office.admin, type("Nothing", (), {"key": office.lead.key})) == (404, "E_NO_SUCH")


def test_a_first_account_needs_nobody(person):
    admin = person("administrator")
    prove_now(admin)
    told = admin.post("/people", {"name": "Bea Roth", "email": "bea@example.org"})
    code = json.loads(told.content)["code"]
    account = services.accept_invitation(code=code, password=PASSWORD, by=SYSTEM, at=now())
    assert not account.awaits_vouching
    sign(account)


def test_a_first_account_waits_too_where_the_office_asks_for_it(office, settings):
    """Else who manages people could invite somebody who never hears of it, and sign as them."""
    settings.FLIGHTRULES_VOUCH_FOR_FIRST_ACCOUNTS = True
    prove_now(office.admin)
    asked = {"name": "Nora Lind", "email": "nora@example.org"}
    code = json.loads(office.admin.post("/people", asked).content)["code"]
    first = services.accept_invitation(code=code, password=PASSWORD, by=SYSTEM, at=now())
    with pytest.raises(DeniedError):
        sign(first)
    assert vouch(office.admin, first) == (403, "E_VOUCHER")
    assert vouch(office.other, first)[0] == 200
    sign(first)


def test_nobody_waits_for_a_second_one_who_is_not_there(person, settings):
    settings.FLIGHTRULES_VOUCH_FOR_FIRST_ACCOUNTS = True
    admin = person("administrator")
    prove_now(admin)
    asked = {"name": "Nora Lind", "email": "nora@example.org"}
    code = json.loads(admin.post("/people", asked).content)["code"]
    sign(services.accept_invitation(code=code, password=PASSWORD, by=SYSTEM, at=now()))
