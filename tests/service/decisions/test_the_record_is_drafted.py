"""Who owes the record of a decision finds it drafted from what was kept, and signs what they themselves write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.obligations.models import Obligation
from people_stories import prove_now
from service.decisions.deciding import case_of
from service.obligations.conftest import begun
from service.shop import now


@pytest.fixture
def case(shop):
    return case_of(shop)


def draft(who, row) -> str:
    answer = who.get(f"/obligations/{row.key}/draft")
    assert answer.status_code == 200, answer.content
    return answer.json()["text"]


def test_the_debt_after_a_decision_comes_with_a_draft(case):
    decided = case.gone()
    row = Obligation.objects.get(about=f"decision/{decided['key']}")
    text = draft(case.shop.manager, row)
    assert text.startswith("The final decision about ")
    assert "was GO, taken by product owner" in text
    assert text.endswith(
        "Nothing was overridden. No conditions were set. Nobody dissented. Nothing was waived."
    )
    prove_now(case.shop.manager)
    mine = f"{text} The release went out at noon."
    paid = case.shop.manager.post(f"/obligations/{row.key}/payment", {"text": mine})
    assert paid.status_code == 201, paid.content
    assert paid.json()["text"] == mine


def test_conditions_and_dissent_stand_in_it(case):
    case.open()
    case.verdict()
    said = ["flag new-checkout <= 20 %"]
    case.vote("go-with-conditions", conditions=said)
    decided = case.decide("CONDITIONAL GO", conditions=[])
    assert decided.status_code == 201, decided.content
    row = Obligation.objects.get(about=f"decision/{decided.json()['key']}")
    assert "It holds on condition that: flag new-checkout <= 20 %." in draft(case.shop.owner, row)


@pytest.mark.parametrize("about", ["", "decision/1", f"decision/{'0' * 32}", "sign-off/1"])
def test_what_no_decision_started_has_none(case, about):
    (row,) = begun(case.key, at=now() - timedelta(minutes=1), about=about)
    assert draft(case.shop.owner, row) == ""


def test_strangers_find_no_draft(case):
    (row,) = begun(case.key, at=now())
    assert case.shop.stranger.get(f"/obligations/{row.key}/draft").status_code == 404
