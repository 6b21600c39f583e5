"""A poll is closed and refreshed by whoever manages releases of that product, once, and on record."""

from __future__ import annotations

import json

from flightrules.service.decisions import jobs
from flightrules.service.decisions.models import Poll
from flightrules.service.records.models import Entry, PersonalDatum
from people_stories import denied_codes, now
from service.decisions.deciding import case_of, code, entries
from service.shop import RULEBOOK

WHY = "The customer found something else."


def close(case, who=None, reason=WHY):
    return (who or case.shop.manager).post(f"/polls/{case.poll}/closure", {"reason": reason})


def refresh(case, who=None):
    return (who or case.shop.manager).post(f"/polls/{case.poll}/refresh")


def test_who_manages_releases_gives_it_up_and_says_why(case):
    case.open()
    assert close(case).status_code == 201
    row = Poll.objects.get(pk=case.poll)
    assert (row.closed_because, row.closed_at is not None) == (WHY, True)
    [told] = entries("decision:poll:closed")
    assert told["release"] == case.key
    kept = PersonalDatum.objects.get(commitment=told["reason"]["commitment"])
    assert (kept.value, kept.about) == (WHY, case.shop.manager.key)
    entry = json.loads(bytes(Entry.objects.get(tag="decision:poll:closed").body))
    assert entry["subject"] == f"poll/{case.poll}"


def test_it_is_closed_and_refreshed_while_it_is_open(case):
    case.open()
    close(case)
    for answer in (close(case), refresh(case)):
        assert (answer.status_code, code(answer)) == (409, "E_POLL_CLOSED")
    jobs.refresh(case.poll, now())
    assert len(entries("decision:poll:closed")) == 1


def test_nobody_else_does_and_a_power_in_this_product_is_enough(case, person):
    case.open()
    for answer in (close(case, case.shop.owner), refresh(case, case.shop.owner)):
        assert (answer.status_code, code(answer)) == (403, "E_POWER")
        assert denied_codes()[-1] == "E_POWER"
    here = person("release-manager", product="shop")
    assert refresh(case, here).status_code in (200, 201)
    assert close(case, here).status_code == 201


def test_one_poll_at_a_time_and_the_way_on_is_told(case):
    case.open()
    answer = case.open()
    assert (code(answer), answer.json()["hint"]) == ("E_POLL_OPEN", "decide it or close it first")


def test_with_much_at_stake_the_hint_names_the_part_of_the_rulebook(shop):
    case = case_of(shop, RULEBOOK + "release: {high_stakes: yes}\n")
    answer = case.open()
    assert code(answer) == "E_ESCALATION_PATH", answer.content
    assert "authority.escalation" in answer.json()["hint"]
