"""A waiver or an acceptance is taken back by who may give one, with a proof; what it set aside counts again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from flightrules.service.readiness.models import Acceptance
from flightrules.service.records.fsck import rows_without_entry
from flightrules.service.records.models import Entry
from people_stories import now, prove_now
from service.confirming import REFUSED, confirmed, outcome
from service.shop import coverage

WHY = {"reason": "It was mended after all."}


@pytest.fixture
def waiver(shop):
    shop.adopt()
    key = shop.release()["key"]
    shop.all_green(key)
    shop.bring(key, "coverage report", coverage(70))
    body = {
        "criterion": "coverage",
        "reason": "Generated code came in.",
        "compensating_control": "Contract tests cover it.",
        "expires_at": (now() + timedelta(days=3)).isoformat(),
        "role": "qa-lead",
    }
    prove_now(shop.qa)
    return shop.qa.post(f"/releases/{key}/waivers", body).json()["key"]


@pytest.fixture
def acceptance(shop):
    shop.adopt()
    key = shop.release()["key"]
    defect = {"number": "PROJ-9", "title": "Two vouchers", "severity": "P2"}
    later = now() + timedelta(days=30)
    terms = {
        "affected_users": "About 3 % of orders",
        "business_impact": "EUR 900 a day",
        "mitigation": "Support corrects the total",
        "monitoring": "A dashboard counts them",
        "resolution_target": later.date().isoformat(),
        "expires_at": later.isoformat(),
    }
    found = shop.qa.post("/products/shop/defects", defect).json()["key"]
    for who, role in ((shop.qa, "qa-lead"), (shop.product_manager, "product-manager")):
        prove_now(who)
        body = {"release": key, "role": role, "terms": terms if role == "qa-lead" else None}
        made = who.post(f"/defects/{found}/acceptances", body)
        assert made.status_code == 201, made.content
    assert made.json()["stands"] is True
    return made.json()["key"]


@pytest.mark.parametrize("what", ["waiver", "acceptance"])
def test_it_takes_a_proof_for_exactly_this_reason(shop, request, what):
    path = f"/{what}s/{request.getfixturevalue(what)}/end"
    assert outcome(shop.qa.post(path, WHY)) == REFUSED
    about = f"{what}/{path.split('/')[2]}"
    confirmed(shop.qa, f"{what}:end", about, {"reason": "Another reason."})
    assert outcome(shop.qa.post(path, WHY)) == REFUSED
    confirmed(shop.qa, f"{what}:end", about, WHY)
    ended = shop.qa.post(path, WHY)
    assert (ended.status_code, ended.json()["stands"]) == (201, False)
    prove_now(shop.qa)
    assert outcome(shop.qa.post(path, WHY)) == (409, f"E_{what.upper()}_ENDED")


def test_an_acceptance_that_was_taken_back_leaves_room_for_another(shop, acceptance):
    prove_now(shop.product_manager)
    assert shop.product_manager.post(f"/acceptances/{acceptance}/end", WHY).status_code == 201
    found = Acceptance.objects.get()
    assert (found.voided_because, found.voided_at is None) == ("it was taken back", False)
    entry = Entry.objects.get(tag="readiness:acceptance:voided")
    said = json.loads(bytes(entry.body))["data"]
    assert (said["acceptance"], said["because"], list(said["reason"])) == (
        acceptance,
        "it was taken back",
        ["commitment"],
    )
    assert [row for _, row in rows_without_entry() if row.startswith(("Acceptance", "Approval"))] == []
    again = {"release": str(found.release_id), "role": "qa-lead", "terms": None}
    prove_now(shop.qa)
    refused = shop.qa.post(f"/defects/{found.defect_id}/acceptances", again)
    assert outcome(refused) == (422, "E_TERMS"), "of this release, so nothing is carried over"


def test_only_who_accepts_takes_an_acceptance_back_and_strangers_see_none(shop, acceptance):
    path = f"/acceptances/{acceptance}/end"
    assert outcome(shop.engineering.post(path, WHY)) == (403, "E_POWER")
    assert outcome(shop.stranger.post(path, WHY)) == (404, "E_NO_SUCH")
    assert outcome(shop.ci.post(path, WHY)) == (403, "E_POWER")
    assert Acceptance.objects.filter(voided_at__isnull=True).count() == 1


def test_what_is_not_there_is_not_taken_back(shop):
    shop.adopt()
    nothing = "00000000-0000-4000-8000-000000000000"
    assert outcome(shop.qa.post(f"/acceptances/{nothing}/end", WHY)) == (404, "E_NO_SUCH")
