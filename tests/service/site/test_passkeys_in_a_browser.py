"""The whole way in a real browser under the strict content policy: set-up, a passkey, signing in with it alone.

Chromium's virtual authenticator stands for the phone or the security key. Passkeys need a host name, so the
service is asked as ``localhost``.
"""

from __future__ import annotations

import os

import pytest
from django.db import connection

from people_stories import PASSWORD, now, tags

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(monkeypatch):
    playwright = pytest.importorskip("playwright.sync_api", reason="no browser driver is installed")
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no browser at {CHROMIUM}")
    if connection.vendor != "sqlite":
        pytest.skip("which database there is makes no difference to a browser")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the driver keeps an event loop in this thread
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = browser.new_page()
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
        yield opened
        browser.close()


def test_the_first_administrator_adds_a_passkey_and_signs_in_with_it(page, live_server, settings):
    from flightrules.service.people import services

    settings.FLIGHTRULES_BASE_URL = live_server.url
    refused: list[str] = []
    page.on(
        "console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None
    )
    page.on("pageerror", lambda error: refused.append(str(error)))

    page.goto(services.setup_link(now()))
    page.get_by_label("Your name").fill("Alex Doe")
    page.get_by_label("E-mail address").fill("alex@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_label("QA lead").check()
    page.get_by_role("button", name="Open the account").click()
    page.wait_for_url("**/accounts/2fa/")

    page.goto(f"{live_server.url}/accounts/2fa/webauthn/add/")
    assert page.get_by_label("Sign in with it alone").is_checked()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    assert tags()[:2] == ["people:setup-link:made", "people:account:opened"]
    assert tags().count("people:account:changed") == 2

    page.goto(f"{live_server.url}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign Out").click()
    page.goto(f"{live_server.url}/")
    assert page.url.endswith("/accounts/login/?next=/") or "/accounts/login/" in page.url
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{live_server.url}/")
    assert "Alex Doe" in page.inner_text("main")
    assert not refused
