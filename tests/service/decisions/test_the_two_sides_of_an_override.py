"""Which roles are quality and which overrule it, whatever a rulebook says; and how long quality has to answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.rules.loading import load_rulebook
from flightrules.service.decisions.models import Override, SignOff
from flightrules.service.decisions.override_sides import Sides, answer_within, answers, override_meaning
from flightrules.service.decisions.override_watch import due_overrides, watch_override
from people_stories import now
from service.decisions.deciding import case_of, entries
from service.decisions.test_a_no_go_is_overridden import (
    asked,
    cto,  # noqa: F401 -- a fixture
    dissent,
    no_go,  # noqa: F401 -- a fixture
    receive,
    sign,
)
from service.shop import RULEBOOK

HEAD = """\
  roles: {head_of_quality: {title: Head of quality, may_sign: yes, may_override: yes}}
  acts: {override: {signers: [head_of_quality, cto_vp_eng, cto_vp_eng, qa_lead], required: [head_of_quality]}}
"""


def book(**within):
    """A rulebook with debts after an override: ``role__event="30 min"``."""
    debts = "".join(
        f"  {name}: {{what: An answer., after: {event.replace('_', '-')}, within: {span}, owner: {role}}}\n"
        for name, (role, event, span) in within.items()
    )
    text = f"{RULEBOOK}obligations:\n{debts}" if debts else RULEBOOK
    return load_rulebook(text.encode(), "shop")


@pytest.fixture
def drafted(shop):
    def draft(text):
        case = case_of(shop, text, gates=())
        case.judge()
        case.open()
        assert case.decide("NO-GO", reason="Ten of a hundred tests fail.").status_code == 201
        return shop.owner.get(f"/releases/{case.key}/override-draft").json()

    return draft


def test_who_is_required_is_quality_and_all_other_signers_overrule(drafted):
    said = drafted(RULEBOOK + HEAD)
    assert (said["quality"], said["authorities"]) == (["head-of-quality"], ["cto-vp-eng", "qa-lead"])


def test_signers_without_one_that_is_required_leave_quality_to_the_qa_lead(drafted):
    said = drafted(RULEBOOK + "  acts: {override: {signers: [cto_vp_eng, qa_lead]}}\n")
    assert (said["quality"], said["authorities"]) == (["qa-lead"], ["cto-vp-eng"])


def test_a_role_is_on_one_side_in_every_spelling():
    sides = Sides(("qa-lead",), ("cto-vp-eng",))
    assert [sides.side_of(role) for role in ("QA_Lead", "cto", "cto_vp_eng", "owner", "")] == [
        "quality",
        "authority",
        "authority",
        "",
        "",
    ]
    assert answers(Sides(("head-of-quality",), ())) == ("head-of-quality", "qa_lead")


@pytest.mark.parametrize(
    ("within", "minutes"),
    [
        ({}, 120),
        ({"one": ("qa_lead", "override", "45 min"), "two": ("qa_lead", "override", "30 min")}, 30),
        ({"long": ("qa_lead", "override", "5 h")}, 300),
        ({"other": ("product_owner", "override", "5 min"), "before": ("qa_lead", "decision", "5 min")}, 120),
    ],
)
def test_quality_answers_within_the_shortest_time_that_was_agreed_for_it(within, minutes):
    assert answer_within(book(**within)) == timedelta(minutes=minutes)


def test_a_signature_says_how_much_it_is_about():
    one = Override(criteria=["pass-rate"], defects=[], blockers=[])
    more = Override(criteria=["pass-rate"], defects=["PROJ-7"], blockers=["a key"])
    accept = "Override: I have read the risk statement and accept"
    assert override_meaning("authority", "agree", one) == f"{accept} the item it names."
    assert override_meaning("authority", "agree", more) == f"{accept} each of the 3 items it names."
    recorded = "the risk of the 3 items it names is recorded."
    assert override_meaning("quality", "agree", more) == f"Override: quality agrees; {recorded}"
    assert override_meaning("quality", "dissent-acknowledged", more).startswith(
        "Override: I recommended no-go;"
    )


@pytest.mark.parametrize("signed", ["", "quality", "authority", "voided"])
def test_only_the_side_that_has_not_signed_is_escalated_and_only_when_it_is_late(no_go, signed):  # noqa: F811 -- a fixture
    override = asked(no_go)
    if signed in ("quality", "voided"):
        assert dissent(no_go, override).status_code == 201
    if signed == "voided":
        SignOff.objects.filter(act="override").update(voided_at=now(), voided_because="a mistake")
    if signed == "authority":
        assert receive(no_go, override).status_code == 200
        assert sign(no_go, override, no_go.cto, "cto").status_code == 201
    due = Override.objects.get(pk=override["key"]).answer_due_at
    early = due - timedelta(microseconds=1)
    watch_override(override["key"], early)
    assert (due_overrides(early, 9), entries("decision:override:escalated")) == ([], [])
    assert due_overrides(due, 9) == [override["key"]]
    watch_override(override["key"], due)
    silent = {"quality": ["cto-vp-eng", "product-manager"], "authority": ["qa-lead"]}
    both = [*silent["authority"], *silent["quality"]]
    told = {"waits_for": silent.get(signed, both), "due_at": due.isoformat()}
    assert entries("decision:override:escalated") == [told]
    assert Override.objects.get(pk=override["key"]).escalated_at == due
