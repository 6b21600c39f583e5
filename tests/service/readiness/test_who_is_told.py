"""Who answers for a release is told when a gate shuts, when testing stops counting, and when an acceptance or a waiver ends or is about to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.jobs.registry import due_finders, handler
from flightrules.service.notices.kinds import Kind, written
from flightrules.service.notices.models import Outbox
from flightrules.service.readiness.models import Acceptance, Waiver
from service.readiness.test_registers import accept, change, record, waive
from service.shop import junit, now


@pytest.fixture
def key(shop) -> str:
    shop.adopt()
    return shop.release()["key"]


def told(kind):
    """Who was told, and the first message as it reads."""
    rows = list(Outbox.objects.filter(kind=kind).order_by("told_at"))
    said = written(Kind(kind), rows[0].context, base_url="") if rows else None
    return {row.person for row in rows}, said


def require_answering(shop, people):
    """Those who sign by the rulebook in force and those who manage readiness, and nobody else."""
    assert {shop.qa.key, shop.owner.key, shop.manager.key} == people


def test_a_gate_that_turns_no_go_is_told_once(shop, key):
    shop.all_green(key)
    shop.run(key)
    assert not Outbox.objects.exists()
    shop.bring(key, "CI pipeline", junit(50, 50))
    shop.run(key)
    people, said = told("no-go")
    require_answering(shop, people)
    assert said.subject == "Shop 4.3.0: NO-GO"
    facts = dict(said.facts)
    assert "pass-rate FAIL" in facts["Not met"]
    assert facts["Said by"] == "the gate Exit criteria, judged by the service"
    assert facts["What would change it"] != "not stated"
    before = Outbox.objects.count()
    shop.run(key)
    assert Outbox.objects.count() == before
    shop.bring(key, "CI pipeline", junit(100, at=""))
    shop.run(key)
    shop.bring(key, "CI pipeline", junit(49, 51))
    shop.run(key)
    assert Outbox.objects.count() == 2 * before


def test_a_stopped_test_clock_is_told(shop, key):
    shop.bring(key, "smoke run", junit(20, suite="smoke"))
    shop.run(key, "entry")
    shop.bring(key, "smoke run", junit(10, 10, suite="smoke"))
    shop.run(key, "entry")
    people, said = told("reminder")
    require_answering(shop, people)
    assert "entry criteria again (smoke) is due now: the test clock has stopped" in said.subject
    before = Outbox.objects.count()
    shop.run(key, "entry")
    assert Outbox.objects.count() == before


def accepted(shop, key, **span):
    defect = record(shop, severity="P3")
    from service.readiness.test_registers import TERMS

    terms = {**TERMS, "expires_at": (now() + timedelta(**span)).isoformat()}
    for who, role, said in ((shop.qa, "qa-lead", terms), (shop.product_manager, "product-manager", None)):
        assert accept(who, defect, key, role, said).status_code == 201
    return defect


def test_who_accepted_is_told_when_the_acceptance_is_voided(shop, key):
    defect = accepted(shop, key, days=30)
    change(shop.qa, f"/defects/{defect['key']}", severity="P2")
    people, said = told("reminder")
    assert people == {shop.qa.key, shop.product_manager.key}
    assert "PROJ-441" in said.subject
    assert "voided (the severity was raised from P3 to P2)" in said.subject


def test_who_accepted_is_told_three_days_before_it_expires(shop, key):
    accepted(shop, key, days=10)
    finder, work = dict(due_finders())["readiness.remind"], handler("readiness.remind")
    assert list(finder(now() + timedelta(days=6), 10)) == []
    later = now() + timedelta(days=8)
    (one,) = finder(later, 10)
    work(one, later)
    work(one, later)
    people, said = told("reminder")
    assert people == {shop.qa.key, shop.product_manager.key}
    assert said.subject.startswith("Shop 4.3.0: renewing the acceptance of PROJ-441 is due by ")
    assert Outbox.objects.count() == 2
    assert list(finder(later, 10)) == []


def test_nobody_is_reminded_of_what_no_longer_matters(shop, key):
    accepted(shop, key, days=1)
    finder = dict(due_finders())["readiness.remind"]
    (one,) = finder(now(), 10)
    Acceptance.objects.update(voided_at=now())
    handler("readiness.remind")(one, now())
    assert list(finder(now(), 10)) == []
    Acceptance.objects.update(voided_at=None)
    shop.manager.post(f"/releases/{key}/withdrawal", {"reason": "cancelled"})
    assert list(finder(now(), 10)) == []
    assert not Outbox.objects.exists()


def test_who_waived_is_told_three_days_before_the_waiver_expires(shop, key):
    assert waive(shop, key, expires_at=(now() + timedelta(days=10)).isoformat()).status_code == 201
    finder, work = dict(due_finders())["readiness.remind-waiver"], handler("readiness.remind-waiver")
    assert list(finder(now() + timedelta(days=6), 10)) == []
    later = now() + timedelta(days=8)
    (one,) = finder(later, 10)
    work(one, later)
    work(one, later)
    people, said = told("reminder")
    assert people == {shop.qa.key}
    assert said.subject.startswith("Shop 4.3.0: meeting coverage, or waiving it again, is due by ")
    assert Outbox.objects.count() == 1
    assert list(finder(later, 10)) == []


def test_nobody_is_reminded_of_a_waiver_that_was_ended(shop, key):
    Waiver.objects.create(
        release_id=key,
        criterion="coverage",
        reason="r",
        compensating_control="c",
        expires_at=now() + timedelta(days=1),
        opened_at=now(),
        ended_at=now(),
    )
    assert list(dict(due_finders())["readiness.remind-waiver"](now(), 10)) == []
