"""Whoever gives, lends or takes power leaves an entry that says of what, to whom and for how long."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError, InvalidError
from flightrules.service.people import confirmations, services
from flightrules.service.people.access import has_power, is_within, require, still_known
from flightrules.service.people.models import Account, ApiToken, Delegation, Deputy, RoleGrant
from flightrules.service.people.powers import Power
from flightrules.service.people.services.roles import counts_from
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.services import append, product_stream
from flightrules.service.records.tags import Tag
from people_stories import actor_of, signing
from service.confirming import confirmed_under
from service.decisions.deciding import entries
from service.decisions.test_what_an_override_puts_on_record import meant
from service.people.test_abuse_of_authority import lend

DAY = timedelta(days=1)


def test_a_role_that_was_granted_and_taken_away(person, at):
    admin, someone = person("administrator"), person()
    by, ends = signing(admin, at), at + 9 * DAY
    services.grant_role(person=someone.key, role="QA Lead", product="shop", expires_at=ends, by=by, at=at)
    row = RoleGrant.objects.get(person_id=someone.key)
    told = {"grant": str(row.key), "role": "qa-lead", "product": "shop"}
    moments = {"counts_from": at.isoformat(), "expires_at": ends.isoformat()}
    assert entries(Tag.ROLE_GRANTED) == [told | moments]
    assert (row.granted_by, row.granted_at, row.expires_at) == (admin.key, at, ends)
    services.revoke_role(person=someone.key, grant=str(row.key), by=by, at=at + DAY)
    assert entries(Tag.ROLE_REVOKED) == [told]


def test_what_was_lent_and_called_back(person, at):
    cto, friend = person("cto", product="shop"), person()
    row = lend(cto, friend, at, starts_at=at + DAY, ends=2 * DAY)
    [told] = entries(Tag.DELEGATED)
    assert meant(told.pop("reason")) == "away"
    assert told == {
        "holder": cto.key,
        "delegate": friend.key,
        "role": "cto",
        "product": "shop",
        "starts_at": (at + DAY).isoformat(),
        "ends_at": (at + 2 * DAY).isoformat(),
    }
    services.end_delegation(delegation=str(row.key), by=actor_of(friend), at=at + DAY)
    row.refresh_from_db()
    assert (row.made_at, row.reason, row.ended_at) == (at, "away", at + DAY)


def test_who_was_named_to_stand_in(person, at):
    admin, lead, second = person("administrator"), person("qa-lead", product="shop"), person()
    named = {"holder": lead.key, "deputy": second.key, "role": "qa-lead", "product": "shop"}
    services.name_deputy(**named, by=signing(admin, at), at=at)
    row = Deputy.objects.get()
    assert entries(Tag.DEPUTY_NAMED) == [named | {"counts_from": at.isoformat()}]
    assert (row.named_by, row.named_at, row.counts_from) == (admin.key, at, at)
    services.end_deputy(deputy=str(row.key), by=actor_of(admin), at=at + DAY)
    assert Deputy.objects.get().ended_at == at + DAY


def test_a_delegation_begins_now_at_the_earliest_and_lasts_thirty_days_at_most(person, at):
    cto, friend = person("cto", product="shop"), person()
    tick = timedelta(microseconds=1)
    for wrong in ({"ends": 30 * DAY + tick}, {"ends": DAY, "starts_at": at + DAY}, {"starts_at": at - tick}):
        with pytest.raises(InvalidError):
            lend(cto, friend, at, **wrong)
    assert lend(cto, friend, at, ends=30 * DAY).ends_at == at + 30 * DAY
    assert lend(cto, friend, at, ends=30 * DAY + tick, starts_at=at + tick)
    assert Delegation.objects.count() == 2
    row = str(Delegation.objects.order_by("ends_at").first().key)
    with pytest.raises(ConflictError, match="has ended"):
        services.end_delegation(delegation=row, by=actor_of(cto), at=at + 30 * DAY)


def test_a_token_lends_no_power_that_it_has_not(person, at):
    cto, friend = person("cto", product="shop"), person()
    by = signing(cto, at)
    narrow = actor_of(cto, via="token", scopes=frozenset({"read", "sign"}), proved_at=at, session=by.session)
    said = {"delegate": friend.key, "role": "cto", "product": "shop", "ends_at": at + DAY, "reason": "away"}
    with pytest.raises(DeniedError) as refused:
        services.delegate_role(**said, by=narrow, at=at)
    assert refused.value.code == "E_SCOPE"
    elsewhere = actor_of(cto, product="bank", proved_at=at)
    assert not is_within(elsewhere, "shop")
    with pytest.raises(DeniedError) as refused:
        services.delegate_role(**said, by=elsewhere, at=at)
    assert refused.value.code == "E_SCOPE"


@pytest.mark.parametrize(
    ("role", "waits"),
    [
        ("viewer", 0),
        ("auditor", 0),
        ("engineer", 0),
        ("qa-lead", 1),
        ("administrator", 1),
        ("business-owner", 1),
    ],
)
def test_only_who_looks_or_brings_evidence_does_not_wait_while_a_release_is_under_way(at, role, waits):
    with transaction.atomic():
        append(stream=product_stream("shop"), tag=Tag.RELEASE_OPENED, by=SYSTEM, at=at, subject="release/1")
    assert counts_from(role, "shop", at) == counts_from(role, "", at) == at + waits * DAY
    assert counts_from(role, "bank", at) == at


def test_what_is_no_role_or_no_grant_is_refused(person, at):
    admin, someone = person("administrator"), person("viewer")
    by = signing(admin, at)
    held = str(RoleGrant.objects.get(person_id=someone.key).key)
    for whose, grant in ((someone.key, str(uuid4())), (admin.key, held)):
        with pytest.raises(ForeignError):
            services.revoke_role(person=whose, grant=grant, by=by, at=at)
    for role in ("", "a" * 61, "qa lead!"):
        with pytest.raises(InvalidError) as refused:
            services.grant_role(person=someone.key, role=role, by=by, at=at)
        assert refused.value.code == "E_ROLE"
    assert services.grant_role(person=someone.key, role="a" * 60, by=by, at=at).role == "a" * 60


def test_an_account_that_became_another_person_s_is_answered_no_more(person, at):
    someone, other = person("viewer"), person("viewer")
    by = actor_of(someone)
    assert still_known(by, at)
    Account.objects.filter(key=someone.account_key).update(person=other.key)
    assert not still_known(by, at)


def test_a_refusal_says_who_could(person, at):
    by = actor_of(person("viewer", product="shop"))
    for power, hint in ((Power.SIGN, "the rulebook says"), (Power.DEPLOY, "release-manager, operations")):
        assert not has_power(by, power, product="shop", at=at)
        with pytest.raises(DeniedError) as refused:
            require(by, power, product="shop", at=at)
        assert hint in refused.value.hint


def test_what_was_asked_for_and_confirmed_in_a_browser(person):
    someone = person("qa-lead", product="shop")
    for number in range(confirmations._OPEN_LIMIT + 1):
        confirmed_under(someone, "release:sign", f"release/{number}", "a" * 64)
    about = {"act": "release:sign", "about": "release/0", "digest": "a" * 64}
    token = ApiToken.objects.get(account__key=someone.account_key)
    assert entries(Tag.CONFIRMATION_ASKED)[0] == about | {"token": str(token.key)}
    assert entries(Tag.CONFIRMED)[0] == about


def test_a_token_that_was_revoked_says_whose_it_was(person, at):
    someone = person("viewer")
    token = ApiToken.objects.get(account__key=someone.account_key)
    services.revoke_token(token=str(token.key), by=actor_of(someone), at=at)
    assert entries(Tag.TOKEN_REVOKED) == [{"owner": f"account/{someone.account_key}"}]
