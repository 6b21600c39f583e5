"""What a product's own history says, gathered from every room; with rows that can be looked up."""

from __future__ import annotations

from datetime import timedelta

from flightrules.service.decisions.models import Decision, SignOff
from flightrules.service.obligations.models import Obligation
from flightrules.service.readiness.models import Acceptance, Defect, GateRun, Waiver
from people_stories import now
from service.decisions.deciding import case_of
from service.shop import RULEBOOK

TRIGGERS = """\
rollback:
  triggers:
    error-rate: {signal: error_rate, factor: 5, within: 10m, baseline: before, source: monitoring}
"""


def told(shop, who=None) -> dict[str, dict]:
    answer = (who or shop.owner).get("/products/shop/practice")
    assert answer.status_code == 200, answer.content
    return {one["id"]: one for one in answer.json()["detections"]}


def subjects(found: dict) -> list[str]:
    return [row["subject"].partition("/")[0] for row in found["rows"]]


def test_a_product_without_history_is_told_too_little_never_clean(shop):
    shop.adopt()
    found = told(shop)
    assert list(found) == ["P2", "P3", "P5", "P6", "P7", "P8", "P9", "P10"]
    assert found["P3"]["state"] == "found"
    assert {one["state"] for name, one in found.items() if name != "P3"} == {"too little to tell"}


def test_one_answer_in_the_rulebook_is_an_answer(shop):
    shop.adopt(RULEBOOK + TRIGGERS)
    assert told(shop)["P3"]["state"] == "clean"


def test_the_same_value_for_longer_is_another_answer(shop):
    longer = "    longer: {signal: error_rate, factor: 5, for: 10m, baseline: before the release}\n"
    shop.adopt(RULEBOOK + TRIGGERS + longer)
    found = told(shop)["P3"]
    assert found["state"] == "found"
    assert "for 10m" in found["rows"][1]["what"]


def test_a_decision_whose_record_is_not_due_yet_is_no_finding_and_one_that_is_overdue_is(shop):
    case_of(shop).gone()
    assert told(shop)["P2"]["state"] == "clean"
    Obligation.objects.filter(event="decision").update(due_at=now() - timedelta(minutes=1))
    found = told(shop)["P2"]
    assert (found["state"], subjects(found)) == ("found", ["decision"])


def test_a_decision_that_was_voided_since_is_history_all_the_same(shop):
    case_of(shop).gone()
    Obligation.objects.filter(event="decision").update(due_at=now() - timedelta(minutes=1))
    Decision.objects.update(voided_at=now(), voided_because="a new edition")
    assert told(shop)["P2"]["state"] == "found"
    assert told(shop)["P5"]["sentence"] == "0 of 1 releases were emergencies"


def test_a_record_that_was_written_late_stays_late(shop):
    case_of(shop).gone()
    due = now() - timedelta(hours=1)
    Obligation.objects.filter(event="decision").update(due_at=due, paid_at=now(), paid_by="somebody")
    assert told(shop)["P2"]["rows"][0]["what"].endswith("the record is late")
    Obligation.objects.filter(event="decision").update(paid_at=due - timedelta(minutes=1))
    assert told(shop)["P2"]["state"] == "clean"


def test_a_decision_that_left_no_debt_has_no_record(shop):
    case_of(shop).gone()
    Obligation.objects.filter(event="decision").update(event="freeze")
    assert told(shop)["P2"]["state"] == "found"


def test_signatures_given_in_seconds_or_unread_are_found_with_their_rows(shop):
    case_of(shop).gone()
    found = told(shop)["P9"]
    assert found["state"] == "found", "these stories sign within a second"
    assert set(subjects(found)) == {"sign-off"}
    for one in SignOff.objects.all():
        SignOff.objects.filter(pk=one.pk).update(opened_at=one.at - timedelta(minutes=5))
    assert told(shop)["P9"]["state"] == "clean"
    SignOff.objects.update(opened_at=None)
    assert "never opened" in told(shop)["P9"]["rows"][0]["what"]


def test_points_that_were_ticked_after_the_release_went_out_were_skipped(shop):
    case = case_of(shop)
    path = f"/releases/{case.key}/checklists"
    assert shop.manager.post(path, {"checklist": "roles"}).status_code in (200, 201)
    case.judge()
    case.gone()
    found = told(shop)["P8"]
    assert (found["state"], set(subjects(found))) == ("found", {"decision"})


def test_a_defect_that_ships_past_its_target_is_found(shop):
    case = case_of(shop)
    defect = Defect.objects.create(
        product_id="shop", number="PROJ-1", title="x", severity="P3", recorded_at=now(), changed_at=now()
    )
    other = shop.release("4.4.0")["key"]
    for key, opened, target in ((case.key, 60, 30), (other, 1, -30)):
        Acceptance.objects.create(
            defect=defect,
            release_id=key,
            severity="P3",
            resolution_target=(now() - timedelta(days=target)).date(),
            expires_at=now() + timedelta(days=1),
            roles=[],
            opened_at=now() - timedelta(days=opened),
            complete_at=now() - timedelta(days=opened),
        )
    found = told(shop)["P7"]
    assert [row["subject"] for row in found["rows"]] == ["defect/PROJ-1"]


def test_gates_that_never_shut_and_waivers_that_are_always_renewed(shop):
    case = case_of(shop)
    run = GateRun.objects.filter(gate="exit").first()
    GateRun.objects.bulk_create(
        GateRun(
            release_id=case.key,
            edition=run.edition,
            gate="exit",
            kind="exit",
            asked_by="x",
            asked_at=now(),
            judged_at=now(),
            outcome="GO",
        )
        for _ in range(25)
    )
    assert "gate" in subjects(told(shop)["P10"])
    GateRun.objects.filter(pk=run.pk).update(outcome="NO-GO")
    assert told(shop)["P10"]["state"] == "clean"
    Waiver.objects.create(
        release_id=case.key,
        criterion="coverage",
        reason="x",
        compensating_control="x",
        expires_at=now(),
        opened_at=now(),
    )
    assert told(shop)["P10"]["state"] == "clean", "once is not always"


def test_an_emergency_that_showed_no_change_has_not_proved_its_lock(shop, person):
    from flightrules.service.emergencies.models import Classification

    assert told(shop)["P6"]["state"] == "too little to tell"
    assert Classification.objects.count() == 0


def test_history_is_for_who_may_read_the_product(shop):
    shop.adopt()
    assert shop.stranger.get("/products/shop/practice").status_code == 404
    assert shop.ci.get("/products/shop/practice").status_code == 200
