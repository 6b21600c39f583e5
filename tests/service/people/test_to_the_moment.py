"""Who may speak is a question of the moment: each end of a role, a deputyship and a delegation, just before and at it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from flightrules.service.people.access import has_power, powers_here, products_seen, still_known
from flightrules.service.people.models import (
    Account,
    ApiToken,
    Delegation,
    Deputy,
    Machine,
    Person,
    RoleGrant,
)
from flightrules.service.people.powers import Power
from flightrules.service.people.seats import (
    held,
    holds,
    live_grants,
    seats_apart,
    seats_of,
    spoken_by,
    stood_in,
)
from flightrules.service.records.actor import Kind
from people_stories import actor_of

TICK, DAY = timedelta(microseconds=1), timedelta(days=1)


@pytest.fixture
def changed():
    """Ask with one row changed, and put it back."""

    def ask(row, question, **changes):
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**changes)
            answer = question()
            transaction.set_rollback(True)
        return answer

    return ask


def of_a_grant(at):
    return [
        ({}, True),
        ({"counts_from": at}, True),
        ({"counts_from": at + TICK}, False),
        ({"expires_at": at + TICK}, True),
        ({"expires_at": at}, False),
        ({"revoked_at": at + TICK}, True),
        ({"revoked_at": at}, False),
        ({"expires_at": at, "revoked_at": at + DAY}, False),
        ({"expires_at": at + DAY, "revoked_at": at}, False),
        ({"product": ""}, True),
        ({"product": "bank"}, False),
    ]


def ends(at):
    return [({"ended_at": at + TICK}, True), ({"ended_at": at}, False), ({"product": "bank"}, False)]


def test_a_role_of_ones_own(person, at, changed):
    lead = person("qa-lead", product="shop")
    grant, someone = RoleGrant.objects.get(person_id=lead.key), Person.objects.get(pk=lead.key)
    by = actor_of(lead)

    def speaks():
        found = bool(held(lead.key, "shop", at))
        assert has_power(by, Power.SIGN, product="shop", at=at) == found
        assert live_grants(at).filter(person_id=lead.key, product__in=("", "shop")).exists() == found
        return found

    for changes, expected in of_a_grant(at):
        assert changed(grant, speaks, **changes) is expected, changes
    assert not changed(someone, speaks, disabled_at=at - DAY)
    assert not changed(grant, lambda: holds(lead.key, "qa-lead", "shop", at), product="")
    assert holds(lead.key, "qa-lead", "shop", at)
    assert not holds(lead.key, "cto", "shop", at)


def test_a_role_in_cool_down_lets_look_and_nothing_else(person, at, changed):
    lead, by_hand = person("qa-lead", product="shop"), person("administrator", product="shop")
    grant = RoleGrant.objects.get(person_id=lead.key)
    look = lambda: (powers_here(lead.key, "shop", at), products_seen(actor_of(lead), at))  # noqa: E731 -- one question
    assert changed(grant, look, counts_from=at + DAY) == ({Power.READ}, {"shop"})
    assert changed(grant, look, counts_from=at + DAY, expires_at=at) == (frozenset(), frozenset())
    assert products_seen(actor_of(by_hand), at) == frozenset(), "managing people is not reading"


@pytest.mark.parametrize("through", ["deputy", "delegation"])
def test_a_seat_of_somebody_else(person, at, changed, through):
    cto, other = person("cto", product="shop"), person()
    told = {"holder_id": cto.key, "role": "cto", "product": "shop"}
    if through == "deputy":
        named = {"named_by": "setup", "named_at": at, "counts_from": at - DAY}
        row = Deputy.objects.create(deputy_id=other.key, **named, **told)
        moments = [({"counts_from": at}, True), ({"counts_from": at + TICK}, False)]
    else:
        lent = {"made_at": at, "starts_at": at - DAY, "ends_at": at + DAY}
        row = Delegation.objects.create(delegate_id=other.key, reason="away", **lent, **told)
        moments = [({"starts_at": at}, True), ({"starts_at": at + TICK}, False)]
        moments += [({"ends_at": at + TICK}, True), ({"ends_at": at}, False)]
    by = actor_of(other)

    def speaks():
        found = [(one.role, one.holder, one.through) for one in stood_in(other.key, "shop", at)]
        assert found in ([], [("cto", cto.key, through)])
        assert has_power(by, Power.OVERRIDE, product="shop", at=at) == bool(found)
        return bool(found)

    for changes, expected in [({}, True), *moments, *ends(at), ({"role": "qa-lead"}, False)]:
        assert changed(row, speaks, **changes) is expected, changes
    grant = RoleGrant.objects.get(person_id=cto.key)
    for changes, expected in [*of_a_grant(at)[:-2], ({"role": "sponsor"}, False), ({"product": ""}, False)]:
        assert changed(grant, speaks, **changes) is expected, changes
    for key in (cto.key, other.key):
        assert not changed(Person.objects.get(pk=key), speaks, disabled_at=at - DAY)
    assert stood_in(cto.key, "shop", at) == []
    assert [one.product for one in stood_in(other.key, None, at)] == ["shop"]
    assert stood_in(other.key, "bank", at) == []


def test_who_lent_a_role_speaks_through_it_unless_it_is_held_anyway(person, at):
    cto, deputy, delegate = person("cto", product="shop"), person(), person()
    told = {"holder_id": cto.key, "role": "cto", "product": "shop"}
    Deputy.objects.create(deputy_id=deputy.key, named_by="setup", named_at=at, counts_from=at - DAY, **told)
    lent = {"made_at": at, "starts_at": at - DAY, "ends_at": at + DAY, "reason": "away", **told}
    Delegation.objects.create(delegate_id=delegate.key, **lent)
    assert spoken_by(delegate.key, "cto", "shop", at) == {delegate.key, cto.key}
    assert spoken_by(deputy.key, "cto", "shop", at) == {deputy.key}
    assert seats_apart(delegate.key, "shop", at, apart=[cto.key]) == []
    assert len(seats_apart(delegate.key, "shop", at, apart=[deputy.key])) == 1
    assert len(seats_apart(deputy.key, "shop", at, apart=[cto.key])) == 1
    RoleGrant.objects.create(
        person_id=delegate.key, role="cto", product="shop", granted_by="x", granted_at=at, counts_from=at
    )
    assert spoken_by(delegate.key, "CTO", "shop", at) == {delegate.key}
    assert [one.through for one in seats_of(delegate.key, "shop", at)] == ["grant", "delegation"]


def test_whoever_is_answered_for_long_is_asked_again(person, machine, at, changed):
    lead, ci = person("qa-lead", product="shop"), machine("shop")
    token = ApiToken.objects.get(account__key=lead.account_key)
    by = actor_of(lead, via="token", token_key=str(token.pk))
    known = lambda: still_known(by, at)  # noqa: E731 -- one question
    assert known()
    for row, changes, expected in [
        (token, {"expires_at": at}, False),
        (token, {"expires_at": at + TICK}, True),
        (token, {"revoked_at": at}, False),
        (Account.objects.get(key=lead.account_key), {"is_active": False}, False),
        (Person.objects.get(pk=lead.key), {"disabled_at": at}, False),
    ]:
        assert changed(row, known, **changes) is expected, changes
    pipeline = Machine.objects.get(pk=ci.key)
    robot = actor_of(ci, kind=Kind.MACHINE, product="shop")
    for asked in (
        lambda: still_known(robot, at),
        lambda: has_power(robot, Power.READ, product="shop", at=at),
    ):
        assert asked()
        assert not changed(pipeline, asked, disabled_at=at)
    assert not has_power(robot, Power.SIGN, product="shop", at=at)
    assert not has_power(robot, Power.READ, product="bank", at=at)
