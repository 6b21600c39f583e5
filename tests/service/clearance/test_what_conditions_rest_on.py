"""Conditions of a decision: each is shown by a reading or a person when it is deployed, or counts as not held."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.clearance.models import Answer, ConditionReading
from flightrules.service.decisions.models import Decision
from flightrules.service.records.models import Entry
from people_stories import prove_now
from service.clearance.conftest import ask, codes, decided
from service.shop import DIGEST, OTHER_DIGEST, ago, now

FLAG = "flag new-checkout <= 20 %"
FREEZE = "confirmed by operations: freeze lifted"


def bring(who, release, name="flag new-checkout", value="10", unit="%", **more):
    body = {"name": name, "value": value, "unit": unit, "taken_at": ago(minutes=1), **more}
    return who.post(f"/releases/{release.key}/condition-readings", body)


def confirm(who, release, condition=FREEZE, **more):
    return who.post(f"/releases/{release.key}/condition-confirmations", {"condition": condition, **more})


def test_a_condition_is_unmet_until_it_is_shown(shop, green):
    decided(green, "CONDITIONAL GO", conditions=[FLAG, "backup of orders-db done within 2h"])
    answer = ask(shop.ci)
    assert (answer["open"], answer["state"]) == (False, "WAITING")
    assert codes(answer) == ["condition_unproven", "condition_unproven"]
    assert bring(shop.ci, green).status_code == 201
    assert codes(ask(shop.ci)) == ["condition_unproven"]
    assert bring(shop.ci, green, "backup of orders-db", "done", "").status_code == 201
    answer = ask(shop.ci)
    assert (answer["open"], answer["state"]) == (True, "CONDITIONAL GO")
    assert [one["state"] for one in answer["conditions"]] == ["MET", "MET"]
    assert bring(shop.ci, green, value="50", taken_at=now().isoformat()).status_code == 201
    answer = ask(shop.ci)
    assert (answer["open"], codes(answer)) == (False, ["condition_unmet"])
    assert "was 50 %" in answer["reasons"][0]["text"]


def test_readings_that_contradict_each_other_stay_and_the_latest_taken_counts(shop, green):
    decided(green, "CONDITIONAL GO", conditions=[FLAG])
    assert bring(shop.ci, green, value="50", taken_at=ago(minutes=2)).status_code == 201
    assert bring(shop.ci, green, value="10", taken_at=ago(minutes=1)).status_code == 201
    assert bring(shop.ci, green, value="90", taken_at=ago(minutes=3)).status_code == 201
    assert ask(shop.ci)["open"]
    rows = shop.qa.get(f"/releases/{green.key}/condition-readings?name=flag new-checkout").json()["items"]
    assert sorted(one["value"] for one in rows) == ["10", "50", "90"]
    assert Entry.objects.filter(tag="clearance:condition:proved").count() == 3


@pytest.mark.parametrize(
    "reading",
    [
        {"value": "NaN"},
        {"value": "10", "unit": ""},
        {"value": "10", "unit": "ms"},
        {"value": "0.1e1"},
        {"value": "10", "taken_at": ago(minutes=16)},
        {"value": "-1"},
    ],
)
def test_what_shows_nothing_leaves_it_shut(shop, green, reading):
    decided(green, "CONDITIONAL GO", conditions=[FLAG])
    assert bring(shop.ci, green, **reading).status_code == 201
    assert codes(ask(shop.ci)) == ["condition_unproven"]


def test_a_clock_that_is_a_little_ahead_is_forgiven_and_one_of_tomorrow_is_not(shop, green):
    decided(green, "CONDITIONAL GO", conditions=[FLAG])
    assert bring(shop.ci, green, taken_at=ago(minutes=-4)).status_code == 201
    assert ask(shop.ci)["open"]
    refused = bring(shop.ci, green, taken_at=ago(minutes=-6))
    assert (refused.status_code, refused.json()["code"]) == (422, "E_READING_FUTURE")
    assert bring(shop.ci, green, taken_at="2026-11-21T10:00:00").json()["code"] == "E_TIME"


@pytest.mark.parametrize(
    "reading",
    [
        {"name": "the weather"},
        {"name": FREEZE, "value": "confirmed", "unit": ""},
        {"name": "flag ../../admin"},
        {"name": "flag a\u202eb"},
        {"value": "10 %"},
        {"value": "x" * 41},
        {"unit": "per cent"},
        {"evidence_sha256": "abc"},
        {"brought_by": "somebody else"},
    ],
)
def test_what_is_no_reading_is_refused(shop, green, reading):
    assert bring(shop.ci, green, **reading).status_code == 422
    assert not ConditionReading.objects.exists()


def test_a_machine_brings_nothing_for_another_product(shop, green, machine):
    assert bring(machine("bank"), green).status_code == 404
    assert bring(shop.stranger, green).status_code == 404
    assert bring(shop.owner, green).status_code == 403
    assert not ConditionReading.objects.exists()


def test_only_a_person_in_the_role_confirms_and_with_a_fresh_proof(shop, green, person):
    decided(green, "CONDITIONAL GO", conditions=[FREEZE])
    for who in (shop.ci, shop.manager, shop.qa):
        prove_now(who)
        answer = confirm(who, green)
        assert (answer.status_code, answer.json()["code"]) == (403, "E_ROLE_NOT_HELD")
    assert confirm(person("operations", product="bank"), green).status_code == 404
    olga = person("operations", product="shop")
    assert confirm(olga, green).json()["code"] == "E_REAUTH_REQUIRED"
    assert codes(ask(shop.ci)) == ["condition_unproven"]
    prove_now(olga)
    assert confirm(olga, green).status_code == 201
    assert ask(shop.ci)["open"]
    assert confirm(olga, green, holds=False).json()["code"] == "E_REAUTH_REQUIRED", "each proof serves once"
    prove_now(olga)
    assert confirm(olga, green, holds=False).status_code == 201
    assert codes(ask(shop.ci)) == ["condition_unmet"]


def test_roles_of_two_products_are_never_added_up(shop, green, person):
    """AUT-06: what somebody may elsewhere says nothing here."""
    from flightrules.service.people.models import Person, RoleGrant

    decided(green, "CONDITIONAL GO", conditions=[FREEZE])
    olga = person("viewer", product="shop")
    grant = RoleGrant.objects.get(person=olga.key)
    someone = Person.objects.get(pk=olga.key)
    elsewhere = {"role": "operations", "product": "bank", "granted_by": "setup"}
    RoleGrant.objects.create(
        person=someone, granted_at=grant.granted_at, counts_from=grant.counts_from, **elsewhere
    )
    prove_now(olga)
    assert confirm(olga, green).json()["code"] == "E_ROLE_NOT_HELD"
    assert bring(olga, green).status_code == 403
    assert not ConditionReading.objects.exists()


def test_only_what_a_decision_asks_for_is_confirmed(shop, green, person):
    olga = person("operations", product="shop")
    prove_now(olga)
    early = confirm(olga, green)
    assert (early.status_code, early.json()["code"]) == (409, "E_CONDITION_NOT_ASKED")
    decided(green, "CONDITIONAL GO", conditions=[FLAG, "no sentence of ours", FREEZE])
    assert confirm(olga, green, "confirmed by operations: anything").json()["code"] == "E_CONDITION_NOT_ASKED"
    assert confirm(olga, green, FLAG).json()["code"] == "E_READING_NAME"
    assert confirm(olga, green, "anything").json()["code"] == "E_READING_NAME"
    assert confirm(olga, green).status_code == 201
    Decision.objects.update(voided_at=now())
    assert confirm(olga, green).json()["code"] == "E_CONDITION_NOT_ASKED"


def test_a_condition_that_no_machine_understands_is_never_passed_over(shop, green):
    decided(green, "CONDITIONAL GO", conditions=["when it is quiet", {"text": FLAG}, 7])
    assert bring(shop.ci, green).status_code == 201
    assert codes(ask(shop.ci)) == ["condition_unproven", "condition_unproven"]
    Decision.objects.update(conditions=[])
    assert codes(ask(shop.ci)) == ["condition_unproven"]


def test_conditions_of_an_override_count_as_well(shop, green):
    decided(green, conditions=["until 2020-01-01T00:00Z"])
    assert codes(ask(shop.ci)) == ["condition_unmet"]


def post(who, **body):
    return who.post("/clearance", {"artefact": DIGEST, "environment": "prod", **body})


def test_an_answer_can_be_put_on_record(shop, green):
    refused = post(shop.ci)
    assert (refused.status_code, refused.json()["code"]) == (412, "E_CLEARANCE_WAITS")
    assert post(shop.ci).status_code == 412
    assert [one.tag for one in Entry.objects.filter(tag__startswith="clearance:")] == [
        "clearance:clearance:refused"
    ]
    decided(green)
    given = post(shop.ci)
    assert (given.status_code, given.json()["open"]) == (200, True)
    assert post(shop.ci).status_code == 200
    tags = Entry.objects.filter(tag__startswith="clearance:").order_by("pk").values_list("tag", flat=True)
    assert list(tags) == ["clearance:clearance:refused", *["clearance:clearance:given"] * 2]
    assert Answer.objects.filter(is_open=True).count() == 2
    unknown = post(shop.ci, artefact=OTHER_DIGEST)
    assert (unknown.status_code, unknown.json()["clearance"]["reasons"][0]["code"]) == (
        403,
        "unknown_artefact",
    )


def test_a_canary_asks_by_its_webhook(shop, green):
    """Flagger: a code above 202 is an error, and so is 204 for some; 200 with a body is an answer for all."""
    asked = {
        "name": "shop",
        "namespace": "prod",
        "phase": "Progressing",
        "checksum": "85d557f47b",
        "metadata": {"artefact": DIGEST, "environment": "prod", "product": "shop"},
    }
    assert shop.ci.post("/clearance", asked).status_code == 412
    decided(green)
    answer = shop.ci.post("/clearance", asked)
    assert (answer.status_code, answer.json()["data"]["ok"]) == (200, True)
    assert shop.ci.post("/clearance", {"name": "shop"}).status_code == 422
    asked["metadata"]["cmd"] = "ignored"
    assert shop.ci.post("/clearance", asked).status_code == 422


@pytest.mark.parametrize("asked", [{"environment": "prod"}, {"metadata": {"artefact": DIGEST}}, {}])
def test_whoever_names_no_artefact_or_no_environment_is_told(shop, asked):
    answer = shop.ci.post("/clearance", asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "E_INVALID_BODY")


def test_the_same_question_under_one_key_is_one_answer(shop, green):
    decided(green)
    first = post_with_key(shop.ci, "k1")
    again = post_with_key(shop.ci, "k1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Answer.objects.count() == 1


def post_with_key(who, key):
    body = {"artefact": DIGEST, "environment": "prod"}
    return who.post("/clearance", body, Idempotency_Key=key)


def test_every_row_has_its_entry(shop, green, person):
    from flightrules.service.records.recorded import unrecorded

    olga = person("operations", product="shop")
    decided(green, "CONDITIONAL GO", conditions=[FREEZE], at=now() - timedelta(seconds=1))
    prove_now(olga)
    bring(shop.ci, green)
    confirm(olga, green)
    post(shop.ci)
    for model in (ConditionReading, Answer):
        assert model.objects.exists()
        assert not list(unrecorded(model, (model.recorded_as,)))
