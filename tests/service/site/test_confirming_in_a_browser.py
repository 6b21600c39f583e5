"""Confirming a signature in a real browser: somebody who has nothing but a passkey signs from the command line."""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client

from flightrules.ledger.signed_terms import terms_digest
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.models import Account, ApiToken
from people_stories import PASSWORD, actor_of, code_now, equip, now

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
TERMS = {"dossier": "ab" * 32, "role": "qa-lead", "reason": "", "conditions": ""}
WHAT = {
    "act": "vote:go",
    "about": "release/r-1",
    "digest": terms_digest("vote:go", "release/r-1", TERMS),
}
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chromium(monkeypatch):
    playwright = pytest.importorskip("playwright.sync_api", reason="no browser driver is installed")
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no browser at {CHROMIUM}")
    if connection.vendor != "sqlite":
        pytest.skip("which database there is makes no difference to a browser")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the driver keeps an event loop in this thread
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    return []


@pytest.fixture
def page(chromium, complaints, live_server, settings):
    settings.FLIGHTRULES_BASE_URL = live_server.url
    opened = chromium.new_page(viewport=DESK)
    opened.set_default_timeout(10_000)
    session = opened.context.new_cdp_session(opened)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    opened.on(
        "console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    return opened


@pytest.fixture
def lead(person):
    someone = person("qa-lead", name="Mira Tan")
    someone.secret = equip(someone)
    return someone


def signed_in(page, lead, url: str) -> None:
    account = Account.objects.get(key=lead.account_key)
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("Email").fill(account.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.locator("input[name=code]").fill(code_now(lead.secret))
    page.get_by_role("main").get_by_role("button", name="Sign In").first.click()
    page.wait_for_url(f"{url}/")


def with_a_passkey_alone(page, lead, url: str) -> None:
    """Add a passkey, then take password and authenticator app away, which ends the session too."""
    page.goto(f"{url}/accounts/2fa/webauthn/add/")
    page.get_by_placeholder("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    assert page.get_by_label("Sign in with it alone").is_checked()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(re.compile("/accounts/2fa/(recovery-codes/)?$"))
    account = Account.objects.get(key=lead.account_key)
    account.authenticator_set.filter(type="totp").delete()
    account.set_unusable_password()
    account.save()


def let_in(page, lead, url: str) -> None:
    """The session of somebody who signed in long ago, so that the code of this half minute is still unused."""
    client = Client()
    client.force_login(Account.objects.get(key=lead.account_key))
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def asked(lead) -> dict:
    return json.loads(lead.post("/confirmations", WHAT | {"terms": TERMS}).content)


def sign(lead):
    token = ApiToken.objects.get(account__key=lead.account_key)
    by = actor_of(lead, via="token", token_key=str(token.key))
    with transaction.atomic():
        return require_signing_proof(by, at=now() + timedelta(seconds=1), **WHAT)


def test_who_has_a_passkey_alone_signs_from_the_command_line(page, lead, live_server, complaints):
    signed_in(page, lead, live_server.url)
    with_a_passkey_alone(page, lead, live_server.url)
    told = asked(lead)

    page.goto(told["url"])  # the sign-in stands in between
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    assert page.url == told["url"]
    text = page.inner_text("main")
    for shown in (
        told["code"],
        "Vote GO in the poll of this release",
        "vote:go",
        "release/r-1",
        "ab" * 32,
        "“tests”",
    ):
        assert shown in text
    page.get_by_role("button", name="Confirm and sign").click()
    page.get_by_text("Go back to your terminal").wait_for()
    proof = sign(lead)
    assert (proof.components, proof.first) == (2, True)
    assert not complaints


def test_a_passkey_is_asked_for_again_when_the_sign_in_was_before(page, lead, live_server, complaints):
    signed_in(page, lead, live_server.url)
    with_a_passkey_alone(page, lead, live_server.url)
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{live_server.url}/")
    told = asked(lead)
    page.goto(told["url"])
    assert not page.get_by_role("button", name="Confirm and sign").is_visible()
    page.get_by_role("link", name="Prove who you are with a passkey").click()
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(told["url"])
    page.get_by_role("button", name="Confirm and sign").click()
    page.get_by_text("Go back to your terminal").wait_for()
    assert sign(lead).components == 2
    assert not complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_password_and_code_confirm_too_and_the_page_fits(
    page, lead, live_server, complaints, size, scheme, tmp_path
):
    let_in(page, lead, live_server.url)
    told = asked(lead)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(told["url"])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code of your authenticator app").fill(code_now(lead.secret))
    page.keyboard.press("Enter")
    page.get_by_text("Go back to your terminal").wait_for()
    assert not complaints


def test_refusing_needs_nothing_and_signs_nothing(page, lead, live_server):
    let_in(page, lead, live_server.url)
    told = asked(lead)
    page.goto(told["url"])
    page.get_by_role("button", name="Refuse").click()
    page.get_by_text("Nothing is signed by this").wait_for()
