"""Confirming in the browser what is signed with a token: by the same person, with all components, once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from flightrules.ledger.signed_terms import terms_digest
from flightrules.service.door.refusals import UnauthenticatedError
from flightrules.service.people import services
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.models import Account, ApiToken, Confirmation, Person
from flightrules.service.records.models import Entry
from people_stories import PASSWORD, actor_of, code_now, denied_codes, equip, now, signing, tags

WHAT = {"act": "sign-off", "about": "release/r-1", "digest": "ab" * 32}


def asked(caller, **changes):
    answer = caller.post("/confirmations", WHAT | changes)
    assert answer.status_code == 201, answer.content
    return json.loads(answer.content)


def browser_of(caller) -> Client:
    browser = Client()
    browser.force_login(Account.objects.get(key=caller.account_key))
    return browser


def page(told: dict) -> str:
    return f"/confirm/{told['key']}"


def state(caller, told) -> str:
    return json.loads(caller.get(f"/confirmations/{told['key']}").content)["state"]


def sign(caller, **what):
    token = ApiToken.objects.get(account__key=caller.account_key)
    by = actor_of(caller, via="token", token_key=str(token.key))
    with transaction.atomic():
        return require_signing_proof(by, at=now(), **(WHAT | what))


@pytest.fixture
def lead(person):
    someone = person("qa-lead")
    someone.secret = equip(someone)
    return someone


def components(lead) -> dict:
    return {"confirm": "", "password": PASSWORD, "code": code_now(lead.secret)}


def test_both_sides_show_the_same_code_and_what_is_signed(lead):
    told = asked(lead)
    text = browser_of(lead).get(page(told)).content.decode()
    for shown in (told["code"], WHAT["act"], WHAT["about"], WHAT["digest"], "“tests”"):
        assert shown in text
    assert told["url"].endswith(page(told))
    assert told["state"] == state(lead, told) == "waiting"


def test_what_is_said_is_shown_where_it_is_confirmed(lead):
    terms = {"dossier": "ab" * 32, "role": "qa-lead", "reason": "<b>Because</b>", "conditions": ""}
    what = {"act": "vote:go", "about": "poll/p-1", "terms": terms}
    told = asked(lead, **what, digest=terms_digest("vote:go", "poll/p-1", terms))
    text = browser_of(lead).get(page(told)).content.decode()
    assert '<dd class="said">QA lead</dd>' in text
    assert "&lt;b&gt;Because&lt;/b&gt;" in text
    assert '<dt>Conditions</dt><dd class="said">nothing</dd>' in text


def test_nobody_is_shown_one_thing_and_signs_another(lead):
    terms = {"reason": "A good one."}
    other = terms_digest("vote:go", "poll/p-1", {"reason": "Another one."})
    answer = lead.post(
        "/confirmations", {"act": "vote:go", "about": "poll/p-1", "digest": other, "terms": terms}
    )
    assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "E_CONFIRMATION_TERMS")
    assert not Confirmation.objects.exists()


def test_nobody_signs_what_they_are_not_shown(lead):
    """Whoever holds the token has it confirmed as lent, and keeps to themselves what is lent, and until when."""
    for word in ("vote:go", "delegation:make", "role:grant"):
        answer = lead.post("/confirmations", {"act": word, "about": "person/p-1", "digest": "ab" * 32})
        assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "E_CONFIRMATION_TERMS")
    asked(lead, act="board-vote:approve")


def test_what_was_said_is_forgotten_with_the_person(lead, person):
    admin = person("administrator")
    terms = {"reason": "Something personal."}
    asked(
        lead, act="vote:go", about="poll/p-1", terms=terms, digest=terms_digest("vote:go", "poll/p-1", terms)
    )
    Person.objects.filter(pk=lead.key).update(disabled_at=now())
    with transaction.atomic():
        services.erase_person(person=lead.key, reason="request 7", by=signing(admin, now()), at=now())
    assert Confirmation.objects.get().terms == {}


def test_confirmed_with_all_components_it_signs_exactly_this_once(lead):
    told = asked(lead)
    answer = browser_of(lead).post(page(told), components(lead))
    assert "Go back to your terminal" in answer.content.decode()
    assert state(lead, told) == "confirmed"
    for other in ({"act": "override"}, {"about": "release/r-2"}, {"digest": "cd" * 32}):
        with pytest.raises(UnauthenticatedError):
            sign(lead, **other)
    proof = sign(lead)
    assert (proof.components, proof.first) == (2, True)
    assert state(lead, told) == "used"
    with pytest.raises(UnauthenticatedError):
        sign(lead)


def test_asking_and_answering_are_on_record(lead):
    told = asked(lead)
    browser_of(lead).post(page(told), components(lead))
    assert [one for one in tags() if "confirmation" in one] == [
        "people:confirmation:asked",
        "people:confirmation:confirmed",
    ]
    said = json.loads(bytes(Entry.objects.get(tag="people:confirmation:confirmed").body))
    assert said["subject"] == f"confirmation/{told['key']}"
    assert said["data"] == WHAT


def test_looking_changes_nothing(lead):
    told, before = asked(lead), tags()
    browser = browser_of(lead)
    for _ in range(2):
        assert browser.get(page(told)).status_code == 200
    assert (tags(), state(lead, told)) == (before, "waiting")


@pytest.mark.parametrize("missing", ["password", "code", "both"])
def test_less_than_all_components_confirms_nothing(lead, missing):
    told = asked(lead)
    sent = components(lead)
    for name in ("password", "code") if missing == "both" else (missing,):
        sent[name] = ""
    answer = browser_of(lead).post(page(told), sent)
    assert answer.status_code == 401
    assert "E_REAUTH_REQUIRED" in answer.content.decode()
    assert state(lead, told) == "waiting"
    assert "E_REAUTH_REQUIRED" in denied_codes()


def test_wrong_components_count_as_tries_and_lock(lead):
    told, browser = asked(lead), browser_of(lead)
    for _ in range(5):
        wrong = browser.post(page(told), {"confirm": "", "password": "wrong", "code": "000000"})
        assert wrong.status_code == 401
    assert browser.post(page(told), components(lead)).status_code == 429
    assert state(lead, told) == "waiting"


def test_a_proof_given_before_it_was_asked_for_confirms_nothing(lead):
    browser = browser_of(lead)
    first = asked(lead)
    browser.post(page(first), components(lead))
    second = asked(lead, digest="cd" * 32)
    assert browser.post(page(second), {"confirm": ""}).status_code == 401
    assert state(lead, second) == "waiting"


def test_another_person_sees_nothing_and_is_refused_on_record(lead, person):
    told, other = asked(lead), person("qa-lead")
    secret = equip(other)
    browser = browser_of(other)
    assert browser.get(page(told)).status_code == 404
    sent = {"confirm": "", "password": PASSWORD, "code": code_now(secret)}
    assert browser.post(page(told), sent).status_code == 403
    assert browser.post(page(told), {"refuse": ""}).status_code == 403
    assert denied_codes() == ["E_CONFIRMATION_OF_OTHER"] * 2
    assert state(lead, told) == "waiting"


def test_another_token_is_told_nothing(lead, person):
    told = asked(lead)
    assert person("administrator").get(f"/confirmations/{told['key']}").status_code == 404
    assert browser_of(lead).get(f"/api/v1/confirmations/{told['key']}").status_code in (403, 404)


def test_who_did_not_ask_refuses_and_nothing_is_signed(lead):
    told, browser = asked(lead), browser_of(lead)
    assert "Refused" in browser.post(page(told), {"refuse": ""}).content.decode()
    assert state(lead, told) == "refused"
    assert tags()[-1] == "people:confirmation:refused"
    assert browser.post(page(told), components(lead)).status_code == 409
    with pytest.raises(UnauthenticatedError):
        sign(lead)


@pytest.mark.parametrize("when", ["before", "after"])
def test_it_expires(lead, when):
    told, browser = asked(lead), browser_of(lead)
    if when == "after":
        browser.post(page(told), components(lead))
    Confirmation.objects.update(expires_at=now() - timedelta(seconds=1))
    assert state(lead, told) == "expired"
    assert browser.post(page(told), components(lead)).status_code == 409
    with pytest.raises(UnauthenticatedError):
        sign(lead)


def test_only_a_few_wait_at_a_time(lead):
    for _ in range(5):
        asked(lead)
    answer = lead.post("/confirmations", WHAT)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (409, "E_CONFIRMATIONS_OPEN")


def test_a_machine_asks_for_nothing(machine):
    answer = machine("shop").post("/confirmations", WHAT)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "E_PROOF_OF_MACHINE")


def test_a_session_asks_for_nothing(lead):
    answer = browser_of(lead).post("/api/v1/confirmations", WHAT, content_type="application/json")
    assert answer.status_code in (403, 409)


@pytest.mark.parametrize(
    "changes",
    [
        {"act": "Sign off"},
        {"act": "x" * 41},
        {"about": "release"},
        {"about": "release/<script>"},
        {"digest": "AB" * 32},
        {"digest": "ab"},
        {"more": 1},
    ],
)
def test_odd_askings_are_refused(lead, changes):
    assert lead.post("/confirmations", WHAT | changes).status_code == 422


def test_nobody_confirms_without_signing_in_and_without_the_csrf_token(lead):
    told = asked(lead)
    assert "/accounts/login/" in Client().get(page(told))["Location"]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Account.objects.get(key=lead.account_key))
    assert strict.post(page(told), components(lead)).status_code == 403
    assert state(lead, told) == "waiting"


def test_the_page_is_kept_nowhere(lead):
    answer = browser_of(lead).get(page(asked(lead)))
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"
