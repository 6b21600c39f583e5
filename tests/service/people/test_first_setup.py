"""The first run has no account: one printed link opens the first one, once, and only while there is none."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client

from flightrules.service.door.refusals import ForeignError, InvalidError
from flightrules.service.people import services
from flightrules.service.people.access import has_power
from flightrules.service.people.models import Account, Invitation, Person, RoleGrant
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.records.models import Entry
from people_stories import PASSWORD, now, signing


def code_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["code"][0]


def open_first(code: str, at, **changes):
    told = {"name": "Alex Doe", "email": "alex@example.org", "password": PASSWORD, "roles": ["qa-lead"]}
    return services.open_first_account(code=code, by=SYSTEM, at=at, **{**told, **changes})


def test_a_fresh_install_has_nobody_in_it():
    assert not Person.objects.exists()
    assert not Account.objects.exists()


def test_the_printed_link_opens_an_administrator_with_roles_that_count_at_once(at):
    account = open_first(code_of(services.setup_link(at)), at)
    actor = Actor(str(account.person_id), Kind.PERSON, str(account.key), "session")
    assert has_power(actor, Power.MANAGE_PEOPLE, at=at)
    assert has_power(actor, Power.SIGN, product="shop", at=at)
    assert account.check_password(PASSWORD)
    entry = Entry.objects.get(tag="people:account:opened")
    assert entry.actor == actor.key
    assert b"Alex" not in bytes(entry.body)
    assert b"example.org" not in bytes(entry.body)


def test_the_link_is_kept_as_a_digest_only(at):
    code = code_of(services.setup_link(at))
    assert code not in str(list(Invitation.objects.values()))


def test_a_link_works_once(at):
    code = code_of(services.setup_link(at))
    open_first(code, at)
    with pytest.raises(ForeignError, match="does not work"):
        open_first(code, at, email="second@example.org")
    assert Account.objects.count() == 1


def test_there_is_no_link_once_there_is_an_account(at):
    open_first(code_of(services.setup_link(at)), at)
    assert services.setup_link(at) is None


def test_the_links_of_two_web_processes_both_open_and_end_with_the_first_account(at):
    one, other = code_of(services.setup_link(at)), code_of(services.setup_link(at))
    open_first(one, at)
    with pytest.raises(ForeignError):
        open_first(other, at)


def test_a_link_expires(at, settings):
    code = code_of(services.setup_link(at))
    with pytest.raises(ForeignError):
        open_first(code, at + timedelta(minutes=settings.FLIGHTRULES_SETUP_MINUTES))


def test_an_invitation_is_no_setup_link_and_the_reverse(at, person):
    admin = person("administrator")
    by = signing(admin, at)
    _, invited = services.invite(name="Bea", email="bea@example.org", by=by, at=at)
    with pytest.raises(ForeignError):
        open_first(invited, at)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "short"}, "E_PASSWORD"),
        ({"password": "fourteen chars"}, "E_PASSWORD"),
        ({"password": "x" * 1001}, "E_PASSWORD"),
        ({"password": "\ud800 lone surrogate here"}, "E_PASSWORD"),
        ({"password": "alex@example.org alex"}, "E_PASSWORD"),
        ({"name": " \t "}, "E_PERSON_NAME"),
        ({"name": "Alex\u202edoe"}, "E_PERSON_NAME"),
        ({"name": "x" * 121}, "E_PERSON_NAME"),
        ({"email": "nobody"}, "E_EMAIL"),
        ({"email": "a@b@c"}, "E_EMAIL"),
        ({"email": "\u0430lex@example.org"}, "E_EMAIL"),
        ({"roles": ["emperor"]}, "E_ROLE"),
    ],
)
def test_a_bad_form_opens_nothing_and_leaves_the_link_alive(at, changes, code):
    link = code_of(services.setup_link(at))
    with pytest.raises(InvalidError) as caught:
        open_first(link, at, **changes)
    assert caught.value.code == code
    assert not Person.objects.exists()
    assert not RoleGrant.objects.exists()
    open_first(link, at)


def test_a_stranger_follows_the_link_in_a_browser(client: Client):
    link = services.setup_link(now())
    parts = urlsplit(link)
    page = client.get(f"{parts.path}?{parts.query}")
    assert page.status_code == 200
    assert code_of(link) in page.content.decode()
    assert page["Referrer-Policy"] == "strict-origin"
    assert page["Cache-Control"] == "no-store"
    told = {
        "code": code_of(link),
        "name": "Alex Doe",
        "email": "Alex@Example.org",
        "password": PASSWORD,
        "again": PASSWORD,
        "roles": ["release-manager"],
    }
    answer = client.post("/setup", told)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert "Passkeys" in client.get("/security").content.decode()
    assert client.get("/").status_code == 200
    assert client.post("/setup", told).status_code == 404


def test_two_different_passwords_are_told(client: Client):
    code = code_of(services.setup_link(now()))
    told = {"code": code, "name": "A", "email": "a@example.org", "password": PASSWORD, "again": "other"}
    answer = client.post("/setup", told)
    assert answer.status_code == 422
    assert "differ" in answer.content.decode()


def test_every_model_has_its_migration():
    call_command("makemigrations", "people", check=True, dry_run=True, verbosity=0)
