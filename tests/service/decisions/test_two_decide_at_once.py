"""Two at the same moment: one poll, one vote a seat, one verdict, one decision; the other one is told so."""

from __future__ import annotations

import pytest

from flightrules.service.decisions.models import Decision, Poll, SignOff
from flightrules.service.records.models import Entry
from people_stories import prove_now
from service.board.test_two_at_the_board import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def live(act) -> int:
    return SignOff.objects.filter(act=act, voided_at__isnull=True).count()


def test_one_poll_is_opened(case, person):
    managers = [case.shop.manager, person("release-manager", product="shop")]
    asks = [lambda who=who: who.post(f"/releases/{case.key}/polls", {"moment": "final"}) for who in managers]
    assert all_at_once(*asks) == [201, 409]
    assert Poll.objects.count() == 1


def test_a_seat_votes_once_and_a_person_once(case, person):
    case.open()
    digest = case.dossier()
    owners = [case.shop.owner, *(person("product-owner", product="shop") for _ in range(2))]
    body = {"choice": "go", "role": "product-owner", "dossier": digest}
    for who in owners:
        prove_now(who)
    asks = [lambda who=who: who.post(f"/polls/{case.poll}/votes", body) for who in [*owners, case.shop.owner]]
    codes = all_at_once(*asks)
    assert codes.count(201) == 1
    assert set(codes) <= {201, 401, 409}  # the same proof does not sign twice, nor does the seat
    assert live("vote") == 1


def test_one_decision_is_made(case, person):
    case.voted()
    digest = case.now()["dossier"]
    owners = [case.shop.owner, person("product-owner", product="shop")]
    for who in owners:
        prove_now(who)
    bodies = [
        {"outcome": "GO", "dossier": digest},
        {"outcome": "NO-GO", "dossier": digest, "reason": "The provider is down until Monday."},
    ]
    asks = [
        lambda who=who, body=body: who.post(f"/polls/{case.poll}/decision", body)
        for who, body in zip(owners, bodies, strict=True)
    ]
    assert all_at_once(*asks) == [201, 409]
    assert Decision.objects.count() == 1
    assert Entry.objects.filter(tag="decision:decision:recorded").count() == 1
    assert live("authorisation") == 1


def test_one_verdict_stands(case, person):
    leads = [case.shop.qa, person("qa-lead", product="shop")]
    digest = case.dossier()
    for who in leads:
        prove_now(who)
    body = {"choice": "go", "dossier": digest}
    asks = [lambda who=who: who.post(f"/releases/{case.key}/quality-verdict", body) for who in leads]
    assert all_at_once(*asks) == [201, 409]
    assert live("verdict") == 1
