"""Requests of people that are rare: what is not there, what is one's own, and what a held database does to a caller."""

from __future__ import annotations

import secrets

import pytest
from allauth.core import context
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection, transaction
from django.test import RequestFactory

from flightrules.service.door.refusals import ForeignError
from flightrules.service.people import confirmations, services
from flightrules.service.people.authentication import _without_waiting
from flightrules.service.people.models import Account, ApiToken
from flightrules.service.people.sign_in import AccountAdapter
from people_stories import PASSWORD, actor_of, code_now, equip, now
from service.people.test_session_proofs import browser_of

NOBODY = "00000000-0000-4000-8000-000000000000"


def test_what_was_never_asked_for_is_not_confirmed(person):
    with pytest.raises(ForeignError):
        confirmations.confirm(key=NOBODY, by=actor_of(person("viewer")), at=now())


def test_a_team_can_be_changed_by_who_read_nothing_of_it(person, at):
    by = actor_of(person("administrator"))
    team = services.open_team(name="Checkout", product="", members=[], by=by, at=at)
    changed = services.change_team(team=str(team.key), name="Till", members=[], by=by, at=at)
    assert changed.name == "Till"


def test_everybody_ends_their_own_token_and_nobody_elses(person, at):
    one, other = person("viewer"), person("viewer")
    token = str(ApiToken.objects.get(account__key=one.account_key).key)
    with pytest.raises(ForeignError):
        services.revoke_token(token=token, by=actor_of(other), at=at)
    assert services.revoke_token(token=token, by=actor_of(one), at=at).revoked_at == at


def test_a_password_is_asked_of_who_is_signed_in_and_of_nobody_else(person):
    one = person("viewer")
    equip(one)
    request = RequestFactory().get("/")
    request.session, request.user, request.asked_at = (
        SessionStore(secrets.token_hex(16)),
        AnonymousUser(),
        now(),
    )
    with context.request_context(request):
        assert not AccountAdapter().reauthenticate(Account.objects.get(key=one.account_key), PASSWORD)


def test_the_right_code_on_the_page_is_taken(person):
    someone = person("qa-lead")
    secret = equip(someone)
    browser = browser_of(someone)
    assert browser.post("/accounts/2fa/reauthenticate/", {"code": code_now(secret)}).status_code == 302


def test_a_database_that_is_held_is_not_passed_over_within_a_change():
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite holds the whole database")
    with pytest.raises(OperationalError), transaction.atomic(), _without_waiting():
        raise OperationalError("database is locked")
