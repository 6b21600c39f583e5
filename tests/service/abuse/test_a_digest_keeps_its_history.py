"""What bytes were held to once they are held to again, whatever the release is called that ships them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from people_stories import now
from service.abuse.test_the_gate_is_not_talked_round import BY_GATES, RISK
from service.decisions.deciding import case_of
from service.shop import DIGEST, OTHER_DIGEST

ASKED = {"artefact": DIGEST, "environment": "prod"}
GIVEN_UP = {"reason": "It goes another way."}


@pytest.fixture
def begun():
    return (now() - timedelta(minutes=1)).isoformat()


@pytest.fixture
def withdrawn(shop, begun):
    """A release that people have to sign, judged and given up."""
    case = case_of(shop, BY_GATES, release_class="feature", opens_at=begun)
    assert shop.manager.post(f"/releases/{case.key}/withdrawal", GIVEN_UP).status_code == 201
    return case


def again(shop, begun, **facts):
    case = case_of(shop, adopted=False, version="4.3.1", opens_at=begun, **facts)
    assert shop.manager.post(f"/releases/{case.key}/risks", RISK).status_code == 201
    return case


def test_the_report_and_the_overview_say_what_the_bytes_were_part_of(shop, withdrawn, begun):
    case = again(shop, begun, release_class="feature")
    said = f"sha256:{DIGEST[:12]} was part of 4.3.0 (class feature), which was withdrawn: GO at the gate exit"
    found = shop.qa.get(f"/releases/{case.key}/readiness").json()
    assert said in found["said_before"]
    assert said in found["cautions"]


def test_a_lighter_class_is_not_decided_and_the_same_one_is(shop, withdrawn, begun):
    case = again(shop, begun, release_class="docs")
    case.open()
    case.verdict()
    case.vote()
    refused = case.decide("GO")
    assert (refused.status_code, refused.json()["code"]) == (409, "E_DECISION_LACKS")
    assert "state it as it was, or heavier" in refused.content.decode()
    case.edit(release_class="feature")
    case.judge()
    case.open()
    case.verdict()
    case.vote()
    assert case.decide("GO").status_code == 201


def test_a_release_is_not_called_something_lighter_after_it_was_judged(shop, begun):
    case = case_of(shop, BY_GATES, release_class="feature", opens_at=begun)
    assert shop.manager.post(f"/releases/{case.key}/risks", RISK).status_code == 201
    case.edit(release_class="docs")
    case.judge()
    answer = shop.ci.post("/clearance", ASKED)
    assert answer.status_code == 412
    assert "would go without the signatures of people" in answer.content.decode()


def test_other_bytes_and_a_class_that_was_stated_late_have_no_history(shop, begun):
    case = case_of(shop, BY_GATES, opens_at=begun)
    assert shop.manager.post(f"/releases/{case.key}/risks", RISK).status_code == 201
    case.edit(release_class="docs")
    case.judge()
    assert shop.ci.post("/clearance", ASKED).status_code == 200
    new = {"name": "shop.tar", "sha256": OTHER_DIGEST}
    assert shop.manager.post(f"/releases/{case.key}/artefacts", new).status_code == 201
    assert shop.qa.get(f"/releases/{case.key}/readiness").json()["said_before"] == []
