"""No page sends anybody to a way that is shut, shows a time without its zone, or a role by its key."""

from __future__ import annotations

import re

import pytest
from allauth.usersessions.models import UserSession
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import NoReverseMatch, reverse

from flightrules.rules.role_words import role_words
from flightrules.service.people import services
from flightrules.service.people.models import Account
from flightrules.service.site.accounts import SHUT
from people_stories import PASSWORD, equip, now

OPEN = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-x/",
    "/accounts/password/reset/key/done/",
    "/accounts/inactive/",
    "/accounts/3rdparty/login/cancelled/",
    "/accounts/3rdparty/login/error/",
    "/setup",
    "/invitation",
    "/nowhere",
)
OWN = (
    "/",
    "/security",
    "/accounts/2fa/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/sessions/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
    "/accounts/3rdparty/",
)


def ways_that_are_shut() -> set[str]:
    found = set()
    for name in SHUT:
        try:
            found.add(reverse(name))
        except NoReverseMatch:
            continue
    return found


@pytest.fixture
def newcomer():
    """Somebody who has just opened the first account by the link, and their browser."""
    browser = Client()
    link = services.setup_link(now())
    form = {"name": "Alex Doe", "email": "alex@example.org", "password": PASSWORD, "again": PASSWORD}
    answer = browser.post("/setup", {**form, "code": link.partition("code=")[2], "roles": ["qa-lead", "cto"]})
    assert answer["Location"] == "/accounts/2fa/"
    return browser


@pytest.mark.parametrize("path", OPEN)
def test_nothing_leads_a_stranger_to_what_is_shut(path):
    text = Client().get(path).content.decode()
    assert "<h1>" in text
    assert not [way for way in ways_that_are_shut() if f'="{way}' in text]
    assert "sign up" not in text.casefold()


@pytest.mark.parametrize("path", OWN)
def test_nothing_leads_somebody_who_is_signed_in_to_what_is_shut(path, newcomer):
    answer = newcomer.get(path)
    text = answer.content.decode()
    assert answer.status_code == 200, path
    assert not [way for way in ways_that_are_shut() if f'="{way}' in text]
    assert not re.search(r"\d{1,2}:\d\d(?!:?\d*\d?\s*UTC)|[ap]\.m\.", text), "a time without its zone"


def test_roles_are_called_as_people_call_them(newcomer):
    first = services.setup_link  # the link of the page is used up; its form is what is looked at
    assert first(now()) is None
    form = Client().get("/setup").content.decode()
    assert "QA lead" in form
    assert "CTO" in form
    assert "qa lead" not in form
    home = newcomer.get("/").content.decode()
    assert "<td>QA lead</td>" in home
    assert "<td>CTO</td>" in home


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("qa-lead", "QA lead"),
        ("qa_lead", "QA lead"),
        ("QA lead", "QA lead"),
        ("cto", "CTO"),
        ("cto_vp_eng", "CTO or VP of engineering"),
        ("release-manager", "release manager"),
        ("on_call", "on-call engineer"),
        ("Head of Baking", "Head of Baking"),
        ("", ""),
    ],
)
def test_a_role_has_one_name_for_readers(role, words):
    assert role_words(role) == words


def test_the_session_of_the_first_account_is_listed_and_ended_with_the_others(newcomer):
    assert UserSession.objects.count() == 1
    assert "this one" in newcomer.get("/accounts/sessions/").content.decode()


class Broken(BaseEmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, _messages):
        raise ConnectionResetError("gone")


@pytest.mark.parametrize("backend", [f"{__name__}.Broken", "django.core.mail.backends.locmem.EmailBackend"])
def test_a_forgotten_password_says_the_same_for_everybody(person, settings, backend):
    """Whether the address is known here, and whether mail goes out, is told to nobody."""
    settings.EMAIL_BACKEND = backend
    someone = person("viewer")
    equip(someone)
    known = Account.objects.get(key=someone.account_key).email
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in (known, "nobody@example.org")
    ]
    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]


def test_without_a_mail_server_it_says_whom_to_ask(settings):
    settings.EMAIL_BACKEND = "flightrules.service.config.mail_missing.EmailBackend"
    for answer in (
        Client().get("/accounts/password/reset/"),
        Client().post("/accounts/password/reset/", {"email": "x@example.org"}),
    ):
        assert answer.status_code == 200
        assert "who manages people" in answer.content.decode()


def test_a_page_that_was_left_open_for_long_says_so():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/accounts/login/", {"login": "x@example.org", "password": "x"})
    assert answer.status_code == 403
    assert "Load the page anew" in answer.content.decode()


def test_what_is_only_sent_leads_back_to_its_page_when_it_is_looked_at(newcomer):
    assert newcomer.get("/security/tokens")["Location"] == "/security"
    assert newcomer.get("/accounts/")["Location"] == "/security"
