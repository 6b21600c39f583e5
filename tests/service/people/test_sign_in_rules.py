"""What the sign-in library is told: nobody signs up, an address proves nothing, the last factor stays."""

from __future__ import annotations

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from flightrules.service.door.refusals import ConflictError, DeniedError
from flightrules.service.people import services
from flightrules.service.people.models import Account, OutsideIdentity
from flightrules.service.people.sign_in import (
    AccountAdapter,
    AccountBackend,
    OutsideAdapter,
    SecondFactorAdapter,
    refuse_taken,
)
from people_stories import actor_of, equip, now, tags


@pytest.fixture
def request_now():
    request = RequestFactory().get("/")
    request.asked_at, request.user = now(), AnonymousUser()
    with context.request_context(request):
        yield request


def test_nobody_signs_up(request_now):
    assert not AccountAdapter(request_now).is_open_for_signup(request_now)
    assert not OutsideAdapter(request_now).is_open_for_signup(request_now, None)
    assert not OutsideAdapter(request_now).can_authenticate_by_email(None, "alex@example.org")


def test_the_last_factor_of_who_needs_one_stays(person, request_now):
    someone = person("qa-lead")
    equip(someone)
    account = Account.objects.get(key=someone.account_key)
    RecoveryCodes.activate(account)
    app = Authenticator.objects.get(user=account, type=Authenticator.Type.TOTP)
    codes = Authenticator.objects.get(user=account, type=Authenticator.Type.RECOVERY_CODES)
    rules = SecondFactorAdapter()
    assert not rules.can_delete_authenticator(app)
    assert rules.can_delete_authenticator(codes)
    Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data={})
    assert rules.can_delete_authenticator(app)


def test_who_only_reads_may_take_the_last_factor_away(person, request_now):
    viewer = person("viewer")
    equip(viewer)
    assert SecondFactorAdapter().can_delete_authenticator(Authenticator.objects.get())


def test_an_identity_is_linked_by_somebody_who_is_signed_in_and_not_taken_over(person, at):
    one, two = person("viewer"), person("viewer")
    services.link_identity(issuer="https://idp", subject="s", by=actor_of(one), at=at)
    known = OutsideIdentity.objects.get()
    with pytest.raises(DeniedError):
        refuse_taken(known, None)
    with pytest.raises(ConflictError):
        refuse_taken(known, actor_of(two))
    refuse_taken(known, actor_of(one))
    refuse_taken(None, actor_of(two))


def test_a_session_of_nobody_is_nobody():
    assert AccountBackend().get_user(0) is None


def test_a_factor_that_its_owner_takes_away_is_on_record(person, request_now):
    viewer = person("viewer")
    equip(viewer)
    request_now.user = Account.objects.get(key=viewer.account_key)
    Authenticator.objects.get().delete()
    assert tags() == ["people:account:changed"]
