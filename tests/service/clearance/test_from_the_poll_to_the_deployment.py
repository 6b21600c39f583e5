"""End to end through the door: a poll decides on conditions, they are shown, and the pipeline is let through."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.ledger.clearance_attestation import lets_through, verify_clearance
from flightrules.service.records.signer import ledger_key
from people_stories import now, prove_now
from service.clearance.conftest import ask, codes
from service.clearance.test_what_conditions_rest_on import FLAG, FREEZE, bring, confirm
from service.decisions.deciding import case_of
from service.shop import DIGEST, RULEBOOK, junit

WHY = "Refunds of vouchers were not tested on the build that ships; that risk is not accepted."


class Of:
    """A release by its key alone, as the helpers of other stories take it."""

    def __init__(self, key):
        self.key = key


@pytest.fixture
def case(shop):
    return case_of(shop, opens_at=(now() - timedelta(hours=1)).isoformat())


def test_a_go_by_poll_lets_the_pipeline_through_and_a_change_shuts_it(case):
    shop = case.shop
    assert ask(shop.ci)["state"] == "WAITING"
    decision = case.gone()
    answer = ask(shop.ci)
    assert (answer["open"], answer["state"]) == (True, "GO"), answer
    assert answer["decision"]["key"] == decision["key"]
    for who in (shop.owner, shop.qa, shop.manager):
        assert ask(who)["open"], "two people signed it, so either of them may deploy"
    data = shop.ci.get(f"/decisions/{decision['key']}/attestation").content
    asked = {"artefact": DIGEST, "environment": "prod", "at": now()}
    found = verify_clearance(data, public_keys=[ledger_key().public], **asked)
    assert lets_through(found.require())
    assert shop.bring(case.key, "CI pipeline", junit(50, 50)).status_code == 409
    made = shop.manager.post("/products/shop/rulebooks")
    assert made.status_code >= 400
    shop.adopt(RULEBOOK.replace("97%", "98%"))
    shut = ask(shop.ci)
    assert (shut["open"], codes(shut)) == (False, ["stale"])


def test_a_go_on_conditions_waits_for_each_of_them(case, person):
    shop, olga = case.shop, person("operations", product="shop")
    for answer in (case.open(), case.verdict(), case.vote("go-with-conditions", conditions=[FLAG, FREEZE])):
        assert answer.status_code == 201, answer.content
    decided = case.decide("CONDITIONAL GO")
    assert decided.status_code == 201, decided.content
    answer = ask(shop.ci)
    assert (answer["state"], codes(answer)) == ("WAITING", ["condition_unproven"] * 2)
    assert bring(shop.ci, Of(case.key)).status_code == 201
    prove_now(olga)
    assert confirm(olga, Of(case.key)).status_code == 201
    answer = ask(shop.ci)
    assert (answer["open"], answer["state"]) == (True, "CONDITIONAL GO"), answer


def test_a_no_go_by_poll_shuts_it(case):
    for answer in (
        case.open(),
        case.verdict("no-go", reason=WHY),
        case.decide("NO-GO", reason=WHY),
    ):
        assert answer.status_code == 201, answer.content
    answer = ask(case.shop.ci)
    assert (answer["state"], codes(answer)) == ("CLOSED", ["not_decided_to_go"])


def test_before_the_window_it_waits(shop):
    case = case_of(shop)
    case.gone()
    assert codes(ask(shop.ci)) == ["window_not_open"]
