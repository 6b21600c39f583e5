"""What a browser session proves: which steps were taken when, and how many components of a signature that is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory

from flightrules.service.people.models import Account
from flightrules.service.people.session_proofs import proved_in, remember_in, session_digest
from people_stories import PASSWORD, code_now, denied_codes, equip, tags

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PASSKEY = {"method": "mfa", "type": "webauthn"}
CODE = {"method": "mfa", "type": "totp"}
RECOVERY = {"method": "mfa", "type": "recovery_codes"}
BY_PASSWORD = {"method": "password"}
OUTSIDE = {"method": "socialaccount", "provider": "office"}


def request_of(account, *steps):
    """A request whose session holds these steps, each with the seconds after noon."""
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.session["account_authentication_methods"] = [
        step | {"at": (NOON + timedelta(seconds=after)).timestamp()} for after, step in steps
    ]
    request.session["account_authentication_methods_user"] = str(account.pk)
    return request


@pytest.mark.parametrize(
    ("steps", "after", "components"),
    [
        ((), None, 0),
        (((0, BY_PASSWORD),), 0, 1),
        (((0, BY_PASSWORD), (40, CODE)), 40, 2),
        (((0, BY_PASSWORD), (120, CODE)), 120, 2),
        (((0, BY_PASSWORD), (121, CODE)), 121, 1),
        (((0, CODE), (20, RECOVERY)), 20, 1),
        (((0, BY_PASSWORD), (20, BY_PASSWORD)), 20, 1),
        (((0, PASSKEY),), 0, 2),
        (((0, PASSKEY), (600, BY_PASSWORD)), 600, 1),
        (((0, OUTSIDE), (30, CODE)), 30, 2),
        (((0, BY_PASSWORD), (40, CODE), (3600, CODE)), 3600, 1),
    ],
)
def test_steps_taken_together_add_up(person, steps, after, components):
    account = Account.objects.get(key=person("viewer").account_key)
    at = None if after is None else NOON + timedelta(seconds=after)
    assert proved_in(request_of(account, *steps), account) == (at, components)


def test_what_the_api_was_shown_counts_if_it_is_later(person):
    account = Account.objects.get(key=person("viewer").account_key)
    request = request_of(account, (0, BY_PASSWORD))
    remember_in(request, 2, NOON + timedelta(seconds=5))
    assert proved_in(request, account) == (NOON + timedelta(seconds=5), 2)
    remember_in(request, 2, NOON - timedelta(seconds=5))
    assert proved_in(request, account) == (NOON, 1)


def test_a_session_is_known_by_a_digest_of_its_key(person):
    account = Account.objects.get(key=person("viewer").account_key)
    request = request_of(account)
    assert session_digest(request) == ""
    request.session.save()
    digest = session_digest(request)
    assert len(digest) == 64
    assert request.session.session_key not in digest


def browser_of(caller) -> Client:
    browser = Client()
    browser.force_login(Account.objects.get(key=caller.account_key))
    return browser


def test_signing_in_with_password_and_code_shows_all_components(person):
    someone = person("qa-lead")
    secret = equip(someone)
    browser = Client()
    account = Account.objects.get(key=someone.account_key)
    browser.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})
    me = json.loads(browser.get("/api/v1/me").content)
    assert (me["components"], me["components_needed"]) == (2, 2)


# --- AUT-13: the pages that ask again who somebody is count wrong answers like every other door


@pytest.mark.parametrize(
    ("path", "field"), [("/accounts/reauthenticate/", "password"), ("/accounts/2fa/reauthenticate/", "code")]
)
def test_wrong_answers_on_a_page_count_and_lock(person, path, field):
    someone = person("qa-lead")
    secret = equip(someone)
    browser = browser_of(someone)
    for _ in range(5):
        assert browser.post(path, {field: "000000"}).status_code == 200
    assert denied_codes() == ["E_PROOF_WRONG"] * 5
    assert tags()[-1] == "people:identity:locked"
    right = PASSWORD if field == "password" else code_now(secret)
    assert browser.post(path, {field: right}).status_code == 200
    assert someone.post("/me/proof", {"code": code_now(secret)}).status_code == 429


def test_the_right_password_on_the_page_is_one_component(person):
    someone = person("qa-lead")
    equip(someone)
    browser = browser_of(someone)
    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    assert json.loads(browser.get("/api/v1/me").content)["components"] == 1
