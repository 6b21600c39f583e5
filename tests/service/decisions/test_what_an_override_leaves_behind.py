"""What a GO by override leaves on record, who hears of it, what it pays and what it closes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from flightrules.service.decisions import override_sides
from flightrules.service.decisions.models import Decision, Override, Poll
from flightrules.service.decisions.override_debts import act_that_pays
from flightrules.service.notices.models import Outbox
from flightrules.service.obligations.models import Obligation
from flightrules.service.releases.models import Release
from people_stories import now, prove_now
from service.decisions.deciding import code
from service.decisions.test_a_no_go_is_overridden import (
    asked,
    cto,  # noqa: F401 -- a fixture
    dissent,
    no_go,  # noqa: F401 -- a fixture
    overridden,
    receive,
    sign,
)


@pytest.fixture
def case(no_go):  # noqa: F811 -- as above
    return no_go


def record_of(case, decision):
    return json.loads(case.shop.owner.get(f"/decisions/{decision.key}/record.json").content)


def test_only_the_answer_of_quality_is_owed_as_a_signature(case):
    """A house may ask others for something after an override; they write it."""
    asked(case)
    override, release = Override.objects.get(), Release.objects.get(pk=case.key)
    owed = Obligation(event="override", about=f"override/{override.key}", release=release, owner="qa-lead")
    assert act_that_pays(owed).startswith("flightrules signoff CHOICE --as qa-lead")
    owed.owner = "operations"
    assert act_that_pays(owed) == ""


def test_the_record_holds_both_sides_and_what_was_accepted(case):
    done = overridden(case)
    decision = Decision.objects.get(override_id=done["key"])
    row, record = Override.objects.get(pk=done["key"]), record_of(case, decision)
    said = record["override_record"]
    given = said.pop("signatures")
    assert [(one["role"], one["choice"]) for one in given] == [
        ("qa-lead", "dissent-acknowledged"),
        ("cto-vp-eng", "agree"),
    ]
    assert said == {
        "override": str(row.key),
        "of": case.no_go,
        "of_at": row.of.at.isoformat(),
        "asked_by": case.cto.key,
        "asked_at": row.asked_at.isoformat(),
        "receipt_by": case.cto.key,
        "receipt_at": row.receipt_at.isoformat(),
        "escalated_at": "",
        "statement": {"sha256": row.statement},
        "criteria": ["pass-rate"],
        "defects": [],
        "blockers": [],
    }
    assert (record["remediation"], record["decided"]["sign_off"]) == ([], given[1]["sign_off"])
    assert record["artefacts"] == [{"name": name, "sha256": sha} for name, sha in decision.artefacts.items()]


def test_who_signed_who_opened_it_and_who_asked_hear_of_it(case):
    decision = Decision.objects.get(override_id=overridden(case)["key"])
    told = Outbox.objects.filter(kind="go", about=f"decision/{decision.key}")
    shop = case.shop
    assert {one.person for one in told} == {shop.qa.key, shop.manager.key, case.cto.key}


def test_the_answer_of_quality_pays_what_it_owed_and_the_decision_is_owed_anew(case):
    override = asked(case)
    [debt] = Obligation.objects.filter(event="override")
    assert (debt.owner, debt.paid_at, debt.about) == ("qa-lead", None, f"override/{override['key']}")
    dissent(case, override)
    assert Obligation.objects.get(pk=debt.pk).paid_at is not None
    receive(case, override)
    assert sign(case, override, case.cto, "cto").status_code == 201
    decision = Decision.objects.get(override_id=override["key"])
    assert Obligation.objects.filter(event="decision", about=f"decision/{decision.key}").count() == 1


def test_an_open_poll_ends_with_it_and_an_old_one_stays_as_it_ended(case):
    [old] = Poll.objects.values()
    override = asked(case)
    assert case.open().status_code == 201
    assert dissent(case, override).status_code == 201
    assert receive(case, override).status_code == 200
    done = sign(case, override, case.cto, "cto")
    assert done.status_code == 201, done.content
    poll = Poll.objects.get(pk=case.poll)
    assert poll.closed_because == "the no-go was overridden"
    assert poll.closed_at == datetime.fromisoformat(done.json()["closed_at"])
    assert Poll.objects.values().get(pk=old["key"]) == old


@pytest.mark.parametrize(
    "closes",
    [
        None,
        timedelta(hours=2),
        pytest.param(timedelta(days=30), marks=(pytest.mark.slow, pytest.mark.seldom)),
    ],
)
def test_it_counts_until_the_window_closes_and_not_for_ever(case, closes):
    case.edit(closes_at=None if closes is None else (now() + closes).isoformat())
    case.judge()
    assert case.open().status_code == 201
    assert case.verdict("no-go", reason="Ten of a hundred tests fail.").status_code == 201
    assert case.vote("no-go", reason="They do.").status_code == 201
    assert case.decide("NO-GO", reason="They do.").status_code == 201
    decision = Decision.objects.get(override_id=overridden(case)["key"])
    assert [one["choice"] for one in record_of(case, decision)["votes"]] == ["no-go"]
    if closes == timedelta(hours=2):
        assert decision.valid_until == decision.release.closes_at
    else:
        assert timedelta(0) < decision.valid_until - decision.at < timedelta(days=30)


def test_roles_of_both_sides_are_told_apart_by_every_name_they_have():
    sides = override_sides.Sides(("qa-lead",), ("cto-vp-eng", "product-manager"))
    assert [sides.side_of(one) for one in ("qa_lead", "cto", "cto_vp_eng", "product-manager", "viewer", "")] == [
        "quality", "authority", "authority", "authority", "", "",
    ]  # fmt: skip


def test_what_a_signature_says_counts_what_it_names():
    one = Override(criteria=["pass-rate"], defects=[], blockers=[])
    three = Override(criteria=["pass-rate"], defects=["PROJ-1"], blockers=["B"])
    says = override_sides.override_meaning
    accepted = "Override: I have read the risk statement and accept"
    assert says("authority", "agree", one) == f"{accepted} the item it names."
    assert says("authority", "agree", three) == f"{accepted} each of the 3 items it names."
    assert (
        says("quality", "agree", one)
        == "Override: quality agrees; the risk of the item it names is recorded."
    )
    dissenting = "Override: I recommended no-go; the risk of the 3 items it names is recorded."
    assert says("quality", "dissent-acknowledged", three) == dissenting


def test_a_second_override_waits_for_the_first(case):
    asked(case)
    body = {"accepts": ["pass-rate"], "reason": "Once more."}
    assert code(case.cto.post(f"/releases/{case.key}/overrides", body)) == "E_OVERRIDE_OPEN"


def test_the_answer_is_a_signature_and_no_text_takes_its_place(case):
    override = asked(case)
    [debt] = Obligation.objects.filter(event="override")
    path = f"/obligations/{debt.key}"
    prove_now(case.shop.qa)
    refused = case.shop.qa.post(f"{path}/payment", {"text": "Quality takes note of the override."})
    assert (refused.status_code, code(refused)) == (409, "E_OBLIGATION_ACT")
    shown = case.shop.qa.get(path).json()
    assert (shown["act"], shown["yours"]) == (
        f"flightrules signoff CHOICE --as qa-lead --release {shown['version']}",
        True,
    )
    assert not case.cto.get(path).json()["yours"]
    dissent(case, override)
    paid = case.shop.qa.get(path).json()
    assert (paid["paid_by"], paid["act"], paid["yours"]) == (case.shop.qa.key, "", False)


def test_of_an_override_that_was_given_up_only_the_reason_is_left_to_write(case):
    override = asked(case)
    [debt] = Obligation.objects.filter(event="override")
    ended = case.cto.post(f"/overrides/{override['key']}/end", {"reason": "It is mended instead."})
    assert ended.status_code < 300, ended.content
    prove_now(case.shop.qa)
    path = f"/obligations/{debt.key}/payment"
    said = {"text": "The override was given up before quality had read it."}
    assert case.shop.qa.post(path, said).status_code == 201
