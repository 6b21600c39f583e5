"""The answer at the very moment of each end, and what is put on record of it: once for each who asks, and where."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.clearance.models import Answer, ConditionReading
from flightrules.service.clearance.queries import Asked, clearance, condition_readings, conditions_now
from flightrules.service.clearance.services import ReadingFacts, bring_reading
from flightrules.service.decisions.models import Decision
from flightrules.service.door.refusals import InvalidError
from flightrules.service.records.actor import Kind
from flightrules.service.releases.models import Release
from people_stories import actor_of, now
from service.clearance.conftest import decided, ready
from service.clearance.test_what_conditions_rest_on import post
from service.decisions.deciding import entries
from service.shop import DIGEST, OTHER_DIGEST

TICK, MINUTES = timedelta(microseconds=1), timedelta(minutes=5)


def said(shop, at, **asked):
    found = clearance(
        asked=Asked(**{"artefact": DIGEST, "environment": "prod", **asked}), by=robot(shop), at=at
    )
    return [one.code for one in found.reasons]


def robot(shop):
    return actor_of(shop.ci, kind=Kind.MACHINE, product="shop")


def test_each_end_has_its_moment(shop, green):
    at = now()
    decision = decided(green)
    for row, changes, codes in (
        (green, {"opens_at": at}, []),
        (green, {"opens_at": at + TICK}, ["window_not_open"]),
        (green, {"closes_at": at + TICK}, []),
        (green, {"closes_at": at}, ["window_over"]),
        (green, {"opens_at": None, "closes_at": None}, []),
        (decision, {"valid_until": at + TICK}, []),
        (decision, {"valid_until": at}, ["expired"]),
        (decision, {"at": at + MINUTES}, []),
        (decision, {"at": at + MINUTES + TICK}, ["clock"]),
        (decision, {"outcome": "NO-GO", "valid_until": at}, ["not_decided_to_go"]),
        (decision, {"outcome": "CONDITIONAL GO"}, ["condition_unproven"]),
    ):
        kept = {name: getattr(row, name) for name in changes}
        type(row).objects.filter(pk=row.pk).update(**changes)
        if row is green:  # a window is what people signed, so only the answer to it is asked
            assert [one for one in said(shop, at) if one != "stale"] == codes, changes
        else:
            assert said(shop, at) == codes, changes
        type(row).objects.filter(pk=row.pk).update(**kept)


def test_an_answer_says_what_it_rests_on(shop, green):
    decision = decided(green, conditions=["flag new-till <= 20 %"])
    assert post(shop.ci).status_code == 412
    facts = ReadingFacts("flag new-till", "10", "%", now() - MINUTES, "b" * 64)
    reading = bring_reading(release=str(green.pk), facts=facts, by=robot(shop), at=now())
    assert entries("clearance:condition:proved") == [
        {
            "release_id": str(green.pk),
            "name": "flag new-till",
            "value": "10",
            "unit": "%",
            "taken_at": facts.taken_at.isoformat(),
            "brought_by": shop.ci.key,
            "role": "",
            "evidence": "b" * 64,
        }
    ]
    assert list(condition_readings(release=str(green.pk), by=robot(shop), at=now())) == [reading]
    assert post(shop.ci).status_code == 200
    about = {
        "artefact": DIGEST,
        "environment": "prod",
        "decision": str(decision.key),
        "release": str(green.pk),
        "asked_by": shop.ci.key,
    }
    [shut], [given] = entries("clearance:clearance:refused"), entries("clearance:clearance:given")
    text = "flag new-till <= 20 %"
    assert given == about | {"state": "GO", "reasons": [], "basis": "decision", "conditions": [[text, "MET"]]}
    assert shut == about | {
        "state": "WAITING",
        "reasons": ["condition_unproven"],
        "basis": "",
        "conditions": [[text, "UNPROVEN"]],
    }


def test_the_same_refusal_is_on_record_once_for_each_who_asks_and_where(shop, green):
    other = ready(shop, "4.4.0", OTHER_DIGEST)
    asked = [
        (shop.ci, {}),
        (shop.ci, {}),
        (shop.manager, {}),
        (shop.ci, {"environment": "uat"}),
        (shop.ci, {"artefact": OTHER_DIGEST}),
        (shop.ci, {}),
    ]
    for who, more in asked:
        assert post(who, **more).status_code in (403, 409, 412)
    rows = Answer.objects.order_by("at").values_list("asked_by", "environment", "release")
    assert list(rows) == [
        (shop.ci.key, "prod", green.pk),
        (shop.manager.key, "prod", green.pk),
        (shop.ci.key, "uat", green.pk),
        (shop.ci.key, "prod", other.pk),
    ]
    Release.objects.filter(pk=green.pk).update(opens_at=now() + MINUTES)
    assert post(shop.ci).status_code == 412
    assert Answer.objects.count() == 5, "for another reason"


def test_readings_of_another_release_show_nothing_here(shop, green):
    other = ready(shop, "4.4.0", OTHER_DIGEST)
    decision = decided(green, conditions=["flag new-till <= 20 %"])
    for row, value in ((other, "10"), (green, "90")):
        facts = ReadingFacts("flag new-till", value, "%", now(), "")
        bring_reading(release=str(row.pk), facts=facts, by=robot(shop), at=now())
    assert [one.proof.is_met for one in conditions_now(Decision.objects.get(pk=decision.pk), now())] == [
        False
    ]
    assert ConditionReading.objects.filter(release=other).count() == 1


def test_a_reading_is_five_minutes_ahead_at_most(shop, green):
    at = now()
    for ahead, fine in ((MINUTES, True), (MINUTES + TICK, False)):
        facts = ReadingFacts("flag new-till", "10", "%", at + ahead, "")
        if fine:
            assert bring_reading(release=str(green.pk), facts=facts, by=robot(shop), at=at)
            continue
        with pytest.raises(InvalidError, match="of the future"):
            bring_reading(release=str(green.pk), facts=facts, by=robot(shop), at=at)
