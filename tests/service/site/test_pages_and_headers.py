"""Every answer forbids what this site never does; pages carry no inline script and work by keyboard and label."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.core.management import call_command
from django.test import Client
from django.urls import URLResolver, get_resolver

from flightrules.service.people import services
from flightrules.service.people.models import Account, ApiToken
from flightrules.service.people.one_time import digest_of
from flightrules.service.site.accounts import SHUT
from people_stories import PASSWORD, actor_of, closed, code_now, equip, now, tags

SAMPLE = {"pk": "1", "key": "00000000-0000-4000-8000-000000000000", "provider_id": "office", "uidb36": "1"}


def _paths(patterns=None, before=""):
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from _paths(one.url_patterns, before + _plain(str(one.pattern)))
        else:
            yield before + _plain(str(one.pattern))


def _plain(pattern: str) -> str:
    pattern = re.sub(r"\(\?P<(\w+)>[^)]+\)", lambda m: SAMPLE.get(m[1], "x"), pattern.strip("^$"))
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: SAMPLE.get(m[1], "x"), pattern)


PATHS = sorted({f"/{path}" for path in _paths()} | {"/nowhere", "/static/site/office.css"})
PAGES = [
    path for path in PATHS if not path.startswith(("/api/", "/healthz", "/readyz", "/metrics", "/static/"))
]


@pytest.fixture(autouse=True)
def _without_rate_limits(settings):
    settings.FLIGHTRULES_RATE_PER_CALLER = 0
    settings.FLIGHTRULES_RATE_PER_ADDRESS = 0


@pytest.fixture
def signed_in(person):
    """A QA lead with a factor, signed in by password and code as people do it."""
    someone = person("qa-lead")
    secret = equip(someone)
    account = Account.objects.get(key=someone.account_key)
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/").status_code == 302  # half signed in is not signed in
    assert browser.post("/accounts/2fa/authenticate/", {"code": code_now(secret)}).status_code == 302
    browser.account = account
    return browser


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_what_this_site_never_does(path):
    answer = Client(raise_request_exception=False).get(path)
    if answer.streaming:
        closed(answer)
    assert answer.status_code < 500 or path == "/readyz"
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] in ("same-origin", "strict-origin")
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Permissions-Policy" in answer
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_inline_script_and_name_what_they_ask_for(path, signed_in):
    answer = signed_in.get(path, follow=True)
    if "text/html" not in answer["Content-Type"] or answer.status_code == 405:
        return
    text = answer.content.decode()
    assert not re.search(r"\son\w+\s*=", text), "an inline handler"
    assert not re.search(r"<style|\sstyle=", text), "an inline style"
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script
    assert '<html lang="en">' in text
    assert text.count("<h1") <= 1
    for field in re.findall(r"<input[^>]*>|<select[^>]*>|<textarea[^>]*>", text):
        if not re.search(r'type="(hidden|submit|checkbox|radio)"', field):
            name = re.search(r'id="([^"]+)"', field)
            assert name, field
            assert f'for="{name[1]}"' in text, f"no label for {field}"


def _ways(names):
    from django.urls import NoReverseMatch, reverse

    for name in sorted(names):
        try:
            yield reverse(name, kwargs={"key": "x"} if name == "account_confirm_email" else None)
        except NoReverseMatch:
            continue  # the library has not even a route for it


@pytest.mark.parametrize("path", [*_ways(SHUT), "/accounts/social/signup/"])
def test_ways_that_would_open_an_account_are_shut(path):
    assert Client().get(path, follow=True).status_code == 404
    assert Client().post(path, {"email": "x@example.org"}, follow=True).status_code == 404


def test_secrets_of_links_are_in_no_log(caplog):
    link = services.setup_link(now())
    code = link.partition("code=")[2]
    Client().get(f"/setup?code={code}")
    assert code not in caplog.text


def test_a_wrong_password_is_told_without_saying_which_half_was_wrong(person):
    someone = person("viewer")
    equip(someone)
    known = Account.objects.get(key=someone.account_key).email
    told = {
        re.sub(
            r"[\w.]+@example.org|csrfmiddlewaretoken\" value=\"\w+",
            "",
            Client()
            .post("/accounts/login/", {"login": email, "password": "wrong wrong wrong"})
            .content.decode(),
        )
        for email in (known, "nobody@example.org")
    }
    assert len(told) == 1


def test_guessing_passwords_is_slowed_down_for_every_process(person):
    someone = person("viewer")
    equip(someone)
    email = Account.objects.get(key=someone.account_key).email
    for _ in range(6):
        answer = Client().post("/accounts/login/", {"login": email, "password": "wrong wrong wrong"})
    assert "Too many failed login attempts" in answer.content.decode()
    right = Client().post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert right.status_code == 200


def test_a_code_at_sign_in_is_taken_once(person):
    someone = person("qa-lead")
    code = code_now(equip(someone))
    email = Account.objects.get(key=someone.account_key).email
    first, second = Client(), Client()
    for browser in (first, second):
        browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert first.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert second.post("/accounts/2fa/authenticate/", {"code": f"{code[:3]} {code[3:]}"}).status_code == 200


def test_a_disabled_person_cannot_sign_in(person):
    someone = person("qa-lead")
    equip(someone)
    services.disable_person(person=someone.key, reason="left", by=actor_of(person("administrator")), at=now())
    browser = Client()
    email = Account.objects.get(key=someone.account_key).email
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert browser.get("/security").status_code == 302
    assert "_auth_user_id" not in browser.session


def test_what_names_somebody_is_kept_nowhere(signed_in):
    for path in ("/", "/security"):
        assert signed_in.get(path)["Cache-Control"] == "no-store"


def test_disabling_takes_the_sessions_rows_away(person, signed_in):
    from django.contrib.sessions.models import Session

    assert Session.objects.filter(pk=signed_in.session.session_key).exists()
    services.disable_account(
        account=str(signed_in.account.key), reason="lost", by=actor_of(person("administrator")), at=now()
    )
    assert signed_in.get("/security").status_code == 302
    assert not Session.objects.filter(pk=signed_in.cookies["session"].value).exists()


def test_a_token_is_issued_and_revoked_on_the_page(signed_in):
    told = {"title": "laptop", "days": 3, "scopes": ["read"]}
    page = signed_in.post("/security/tokens", told).content.decode()
    secret = re.search(r"frt_[\w-]+", page)[0]
    token = ApiToken.objects.get(digest=digest_of(secret))
    assert secret not in signed_in.get("/security").content.decode()
    assert signed_in.post(f"/security/tokens/{token.key}/revoke").status_code == 302
    assert signed_in.post(f"/security/tokens/{token.key}/revoke").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at
    assert signed_in.post("/security/tokens", {"title": "", "days": 3}).status_code == 422
    assert signed_in.post("/security/tokens", {**told, "days": 400}).status_code == 422


def test_an_old_session_proves_itself_before_it_issues_a_token(signed_in):
    session = signed_in.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    answer = signed_in.post("/security/tokens", {"title": "laptop", "days": 3, "scopes": ["read"]})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert tags() == ["office:act:denied"]


def test_an_authenticator_app_is_added_and_the_last_factor_stays(person):
    someone = person("qa-lead")
    account = Account.objects.get(key=someone.account_key)
    account.set_password(PASSWORD)
    account.save()
    browser = Client()
    browser.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200
    secret = browser.session[SECRET_SESSION_KEY]
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    # the proof, the app, and the recovery codes that come with it
    assert tags() == ["people:identity:proved", "people:account:changed", "people:account:changed"]
    assert browser.get("/api/v1/me").status_code == 200
    browser.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists()


def test_without_a_record_no_factor_is_added(person, settings):
    account = Account.objects.get(key=person("viewer").account_key)
    account.set_password(PASSWORD)
    account.save()
    browser = Client()
    browser.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    browser.get("/accounts/2fa/totp/activate/")
    secret = browser.session[SECRET_SESSION_KEY]
    settings.FLIGHTRULES_SIGNING_KEY = "/nowhere/ledger.pem"
    assert browser.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)}).status_code == 503
    assert not Authenticator.objects.exists()


def test_a_changed_password_is_on_record_and_ends_the_other_sessions(signed_in):
    other = Client()
    other.force_login(signed_in.account)
    assert other.get("/").status_code == 200
    told = {
        "oldpassword": PASSWORD,
        "password1": "ein anderer langer Satz",
        "password2": "ein anderer langer Satz",
    }
    assert signed_in.post("/accounts/password/change/", told).status_code == 302
    assert tags() == ["people:account:changed"]
    assert other.get("/").status_code == 302


@pytest.mark.parametrize("password", ["short", "fourteen chars", "passwordpassword"])
def test_a_weak_password_changes_nothing(signed_in, password):
    told = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    answer = signed_in.post("/accounts/password/change/", told)
    assert (answer.status_code, tags()) == (200, []) or password == "passwordpassword"  # noqa: S105 -- long enough


def test_without_the_ledgers_key_no_factor_is_changed(signed_in, settings):
    settings.FLIGHTRULES_SIGNING_KEY = "/nowhere/ledger.pem"
    told = {
        "oldpassword": PASSWORD,
        "password1": "ein anderer langer Satz",
        "password2": "ein anderer langer Satz",
    }
    answer = signed_in.post("/accounts/password/change/", told)
    assert answer.status_code == 503
    signed_in.account.refresh_from_db()
    assert signed_in.account.check_password(PASSWORD)


def test_passwords_are_hashed_slowly_and_with_salt(settings):
    from django.conf import global_settings
    from django.contrib.auth.hashers import make_password

    from flightrules.service.config import settings as ours

    assert not hasattr(ours, "PASSWORD_HASHERS")
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    one, two = make_password(PASSWORD), make_password(PASSWORD)
    assert one != two
    assert int(one.split("$")[1]) >= 600_000


def test_the_policy_lets_forms_go_to_the_trusted_provider_alone(settings):
    assert "form-action 'self';" in Client().get("/healthz")["Content-Security-Policy"]
    settings.FLIGHTRULES_OIDC_ISSUER = "https://idp.example/realms/office"
    assert "form-action 'self' https://idp.example;" in Client().get("/healthz")["Content-Security-Policy"]


def test_the_framework_finds_no_fault_with_the_set_up():
    call_command("check")
