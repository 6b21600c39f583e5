"""Answers of clearance that few deployments meet: nothing is taken for granted there either."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.clearance.decided import signers_of
from flightrules.service.clearance.gates import environment_of, shut_gates, upstream_of
from flightrules.service.decisions.models import Override, SignOff
from flightrules.service.readiness.models import GateRun
from service.board.board_stories import BOARD
from service.clearance.conftest import ask, codes, decided, ready
from service.shop import RULEBOOK, now

AROUND = RULEBOOK.replace(
    "prod: {requires_pass_in: [uat], production: yes}",
    "perf: {requires_pass_in: [sit]}\n  prod: {requires_pass_in: [uat, perf, moon], production: yes}",
).replace("uat: {requires_pass_in: [sit]}", "uat: {requires_pass_in: [sit]}\n  moon: {}")


def test_nobody_signs_an_answer_on_a_decision_that_does_not_exist(shop, green):
    answer = shop.ci.get(f"/decisions/{uuid4()}/attestation")
    assert (answer.status_code, answer.json()["code"]) == (404, "E_NO_SUCH")


def test_an_environment_that_two_ways_lead_past_is_passed_once(shop):
    shop.adopt(AROUND)
    book = rulebook_of(edition_in_force("shop"))
    names = [one.id for one in upstream_of(book, environment_of(book, "prod"))]
    assert names == ["uat", "perf", "moon", "sit"]


def test_a_gate_that_nobody_judged_or_whose_ground_has_expired_lets_nothing_through(shop, green):
    gate = rulebook_of(edition_in_force("shop")).gate("exit")
    assert list(shut_gates(green, [gate], now())) == []
    later = now() + timedelta(hours=25)
    [expired] = shut_gates(green, [gate], later)
    assert (expired.code, "what it rests on has expired" in expired.text) == ("gate_stale", True)
    GateRun.objects.filter(release=green, gate="exit").delete()
    [unknown] = shut_gates(green, [gate], now())
    assert (unknown.code, unknown.waits) == ("gate_shut", True)
    assert unknown.text == "the gate exit was not judged"


def test_without_the_boards_word_a_decided_release_waits(shop):
    shop.adopt(RULEBOOK + BOARD)
    decided(ready(shop, release_class="major"))
    answer = ask(shop.ci)
    assert (answer["open"], "lacking" in codes(answer)) == (False, True)
    assert any("needs the board's approval" in one["text"] for one in answer["reasons"])


def test_who_signed_an_override_is_among_those_whose_word_it_is(shop, green):
    no_go = decided(green, "NO-GO", at=now() - timedelta(hours=1))
    asked = Override.objects.create(
        release=green, of=no_go, dossier=no_go.dossier, criteria=["pass-rate"], defects=[], statement="e" * 64,
        asked_by="somebody", asked_at=now(), answer_due_at=now() + timedelta(hours=2),
    )  # fmt: skip
    SignOff.objects.create(
        release=green, override=asked, act=SignOff.Act.OVERRIDE, choice=SignOff.Choice.AGREE, role="cto",
        holder="who overrode", through="grant", person="who overrode", account="a", printed_name="c" * 64,
        meaning="m", dossier=no_go.dossier, components=2, proved_at=now(), at=now(),
    )  # fmt: skip
    overridden = decided(green, "GO BY OVERRIDE", override=asked)
    assert signers_of(overridden) == {"who overrode", "somebody"}


@pytest.mark.parametrize(("asked", "found"), [("", 2), ("?name=flag+search", 1), ("?name=moon", 0)])
def test_readings_are_found_by_name(shop, green, asked, found):
    for name in ("flag checkout", "flag search"):
        body = {"name": name, "value": "10", "unit": "%", "taken_at": now().isoformat()}
        made = shop.ci.post(f"/releases/{green.key}/condition-readings", body)
        assert made.status_code == 201, made.content
    answer = shop.ci.get(f"/releases/{green.key}/condition-readings{asked}")
    assert len(answer.json()["items"]) == found
