"""An override overrules the blockers that it names: they stay on record, nobody is asked, and they can come back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from flightrules.service.blockers.jobs import escalate, to_escalate
from flightrules.service.blockers.models import Blocker
from flightrules.service.decisions.models import Decision
from flightrules.service.notices.models import Outbox
from people_stories import now, prove_now
from service import put_back
from service.decisions.deciding import case_of, code, entries
from service.shop import RULEBOOK

ESCALATION = """\
  escalation:
    L1: {contacts: [release_manager], respond_within: 30m}
    L2: {contacts: [cto_vp_eng], respond_within: 1h}
"""
OBJECTION = {
    "title": "Vouchers are taken twice",
    "business_impact": "About 3 % of orders, EUR 900 a day",
    "evidence": "https://tickets.example.org/PAY-7",
}
REASON = {"reason": "The season begins on Monday; the rest is watched by hand."}


@pytest.fixture
def gone(shop, person):
    """A release with a blocker that both signatures of an override have named."""
    cto = put_back.once("cto", lambda: person("cto", product="shop", name="Carla Ruiz"))
    case = put_back.once("overruled", lambda: by_override(case_of(shop, RULEBOOK + ESCALATION), cto))
    case.cto = cto
    return case


def by_override(case, cto):
    shop = case.shop
    case.blocker = shop.engineering.post(f"/releases/{case.key}/blockers", OBJECTION).json()["key"]
    done(case.open(), case.verdict(), case.decide("NO-GO", reason="Vouchers are taken twice."))
    asked = cto.post(f"/releases/{case.key}/overrides", {"accepts": [case.blocker], **REASON})
    case.override, path = asked.json()["key"], f"/overrides/{asked.json()['key']}"
    signed = {"choice": "agree", "dossier": case.dossier()}
    prove_now(shop.qa)
    done(asked, shop.qa.post(f"{path}/signatures", {"role": "qa-lead", **signed}))
    prove_now(cto)
    assert (
        cto.post(f"{path}/receipt", {"role": "cto", "statement": asked.json()["statement"]}).status_code
        == 200
    )
    prove_now(cto)
    done(cto.post(f"{path}/signatures", {"role": "cto", **signed}))
    return case


def done(*answers):
    for one in answers:
        assert one.status_code == 201, one.content


def shown(case):
    return case.shop.qa.get(f"/blockers/{case.blocker}").json()


def test_it_is_overruled_by_that_override_and_nobody_is_asked_any_more(gone):
    said = shown(gone)
    assert (said["state"], said["overruled_by"], said["ended_at"]) == ("overruled", gone.override, None)
    assert not said["overdue"]
    assert list(to_escalate(now() + timedelta(days=1), 10)) == []
    assert entries("blocker:blocker:overruled") == [{"release": gone.key, "override": gone.override}]
    assert entries("blocker:blocker:resolved") == []
    told = Outbox.objects.filter(about=f"blocker/{gone.blocker}", person=gone.shop.engineering.key)
    assert any("overruled" in one.context["what"] for one in told)


def test_the_record_of_the_decision_says_so(gone):
    decision = Decision.objects.get(override_id=gone.override)
    record = json.loads(gone.shop.qa.get(f"/decisions/{decision.key}/record.json").content)
    assert [(one["key"], one["state"]) for one in record["blockers"]] == [(gone.blocker, "overruled")]


def test_where_the_override_is_voided_it_is_open_again_and_the_next_level_gets_its_time(gone):
    gone.shop.manager.post(f"/releases/{gone.key}/reopening", {"reason": "Another payment fails."})
    said = shown(gone)
    assert (said["state"], said["overruled_by"]) == ("open", None)
    assert entries("blocker:blocker:brought-back") == [{"release": gone.key, "override": gone.override}]
    due = Blocker.objects.get(pk=gone.blocker).escalates_at
    assert timedelta(minutes=29) < due - now() < timedelta(minutes=31)
    escalate(gone.blocker, due)
    assert Blocker.objects.get(pk=gone.blocker).escalates_at == due + timedelta(hours=1)


def test_it_stands_in_the_way_of_any_other_decision_and_can_still_be_resolved(gone):
    draft = gone.cto.get(f"/releases/{gone.key}/override-draft").json()
    assert draft["blockers"] == [gone.blocker]
    again = gone.shop.engineering.post(f"/releases/{gone.key}/blockers", {**OBJECTION, "again": gone.blocker})
    assert (again.status_code, code(again)) == (409, "E_BLOCKER_OPEN")
    done(gone.shop.engineering.post(f"/blockers/{gone.blocker}/resolution", {"said": "Mended in build 18."}))
    said = shown(gone)
    assert (said["state"], said["overruled_by"]) == ("resolved", gone.override)
    gone.shop.manager.post(f"/releases/{gone.key}/reopening", {"reason": "Another payment fails."})
    assert shown(gone)["state"] == "resolved"
