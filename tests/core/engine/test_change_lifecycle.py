"""A change request goes its way state by state, each with what it needs; who asks, approves and does are three."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.change_lifecycle import (
    TEMPLATE_FIELDS,
    Change,
    ChangeState,
    Lack,
    Rollback,
    Standing,
    Type,
    deviations,
    lacks,
    may_answer,
    may_implement,
    moves,
)
from flightrules.values import replace

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
FULL = Change(
    type=Type.NORMAL,
    state=ChangeState.AUTHORIZE,
    category="application",
    reason="vouchers",
    risk="low",
    impact="the till",
    security_impact="none: no new data",
    rollback=Rollback("Olga", 12, "runbook/7", "https://ci.example.org/rehearsal"),
    communication="mail to the helpdesk",
    implementation="blue, then green",
    opens_at=AT - timedelta(hours=1),
    closes_at=AT + timedelta(hours=1),
    approval=Standing.STANDING,
    requester="rita",
    chair="carl",
    approvers=("mira", "olga"),
    outcome="successful",
    review="nothing to add",
)
STATES = st.sampled_from(ChangeState)


def change(**changed: object) -> Change:
    return replace(FULL, **changed)


def codes(found: tuple[Lack, ...]) -> list[str]:
    return [one.code for one in found]


def test_the_way_leads_through_all_seven_states():
    way = [
        ChangeState.NEW,
        ChangeState.ASSESS,
        ChangeState.AUTHORIZE,
        ChangeState.SCHEDULED,
        ChangeState.IMPLEMENT,
        ChangeState.REVIEW,
        ChangeState.CLOSED,
    ]
    assert set(way) | {ChangeState.CANCELED} == set(ChangeState)
    for here, there in pairwise(way):
        assert lacks(change(state=here), there, at=AT) == ()


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (ChangeState.NEW, ChangeState.AUTHORIZE),
        (ChangeState.NEW, ChangeState.SCHEDULED),
        (ChangeState.ASSESS, ChangeState.IMPLEMENT),
        (ChangeState.SCHEDULED, ChangeState.REVIEW),
        (ChangeState.IMPLEMENT, ChangeState.CANCELED),
        (ChangeState.REVIEW, ChangeState.IMPLEMENT),
        (ChangeState.CLOSED, ChangeState.NEW),
        (ChangeState.CANCELED, ChangeState.NEW),
    ],
)
def test_no_state_is_skipped_and_nothing_comes_back_from_the_end(here, there):
    assert codes(lacks(change(state=here), there, at=AT)) == ["E_CHANGE_MOVE"]


@pytest.mark.parametrize(
    ("here", "there", "changed", "said"),
    [
        (ChangeState.NEW, ChangeState.ASSESS, {"category": " "}, "its category"),
        (ChangeState.ASSESS, ChangeState.AUTHORIZE, {"reason": ""}, "the reason"),
        (ChangeState.ASSESS, ChangeState.AUTHORIZE, {"risk": ""}, "the analysis of its risk"),
        (ChangeState.ASSESS, ChangeState.AUTHORIZE, {"impact": ""}, "the analysis of its impact"),
        (
            ChangeState.ASSESS,
            ChangeState.AUTHORIZE,
            {"security_impact": ""},
            "the analysis of its impact on security",
        ),
        (
            ChangeState.AUTHORIZE,
            ChangeState.SCHEDULED,
            {"communication": ""},
            "the plan of the communication",
        ),
        (
            ChangeState.AUTHORIZE,
            ChangeState.SCHEDULED,
            {"implementation": ""},
            "the plan of the implementation",
        ),
        (ChangeState.AUTHORIZE, ChangeState.SCHEDULED, {"closes_at": None}, "its window"),
        (ChangeState.IMPLEMENT, ChangeState.REVIEW, {"outcome": ""}, "how it went"),
        (ChangeState.REVIEW, ChangeState.CLOSED, {"review": ""}, "what the review found"),
    ],
)
def test_each_step_needs_its_part(here, there, changed, said):
    assert lacks(change(state=here, **changed), there, at=AT) == (Lack("E_CHANGE_LACKS", said),)


def test_a_plan_without_a_tested_rollback_is_not_scheduled():
    found = lacks(change(rollback=Rollback(minutes=0)), ChangeState.SCHEDULED, at=AT)
    assert len(found) == 4
    assert set(codes(found)) == {"E_CHANGE_LACKS"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"approval": Standing.NONE}, "E_NOT_APPROVED"),
        ({"approval": Standing.STALE}, "E_DOSSIER_STALE"),
        ({"type": Type.EMERGENCY, "approval": Standing.NONE}, "E_NOT_APPROVED"),
        ({"type": Type.STANDARD, "follows_template": False}, "E_NOT_APPROVED"),
    ],
)
@pytest.mark.parametrize(
    ("here", "there"),
    [(ChangeState.AUTHORIZE, ChangeState.SCHEDULED), (ChangeState.SCHEDULED, ChangeState.IMPLEMENT)],
)
def test_nothing_is_planned_or_carried_out_without_an_approval_that_stands(changed, code, here, there):
    assert codes(lacks(change(state=here, **changed), there, at=AT)) == [code]


def test_it_is_carried_out_in_its_window_after_the_release_was_decided():
    waiting = change(state=ChangeState.SCHEDULED)
    assert lacks(waiting, ChangeState.IMPLEMENT, at=AT) == ()
    assert codes(lacks(waiting, ChangeState.IMPLEMENT, at=FULL.closes_at)) == ["E_WINDOW_CLOSED"]
    assert codes(lacks(waiting, ChangeState.IMPLEMENT, at=AT - timedelta(hours=2))) == ["E_WINDOW_CLOSED"]
    assert codes(lacks(replace(waiting, opens_at=None), ChangeState.IMPLEMENT, at=AT)) == ["E_WINDOW_CLOSED"]
    assert codes(lacks(replace(waiting, closes_at=None), ChangeState.IMPLEMENT, at=AT)) == ["E_WINDOW_CLOSED"]
    undecided = replace(waiting, undecided="it is not decided")
    assert lacks(undecided, ChangeState.IMPLEMENT, at=AT) == (Lack("E_NOT_DECIDED", "it is not decided"),)


def test_a_standard_change_goes_straight_to_its_window_as_long_as_it_follows_its_template():
    standard = change(
        type=Type.STANDARD, state=ChangeState.NEW, follows_template=True, approval=Standing.NONE
    )
    assert ChangeState.SCHEDULED in moves(standard)
    assert lacks(standard, ChangeState.SCHEDULED, at=AT) == ()
    assert ChangeState.SCHEDULED not in moves(replace(standard, state=ChangeState.ASSESS))


def test_a_template_is_approved_and_never_carried_out():
    template = change(is_template=True, opens_at=None, closes_at=None)
    assert lacks(template, ChangeState.SCHEDULED, at=AT) == ()
    assert moves(replace(template, state=ChangeState.SCHEDULED)) == {
        ChangeState.AUTHORIZE,
        ChangeState.CANCELED,
    }


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("rita", "E_SELF_APPROVAL"),
        ("", "E_SELF_APPROVAL"),
        ("wanda", "E_SELF_APPROVAL"),
        ("ivan", "E_FOUR_EYES"),
        ("mira", None),
    ],
)
def test_who_asks_or_does_has_no_voice(person, code):
    found = may_answer(change(implementer="ivan", authors=("wanda",)), person)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("changed", "person", "allowed"),
    [
        ({}, "ivan", True),
        ({}, "", False),
        ({}, "carl", False),
        ({}, "mira", True),
        ({"approvers": ("mira",)}, "mira", False),
        ({}, "rita", False),
        ({"type": Type.STANDARD}, "rita", True),
        ({"type": Type.EMERGENCY}, "rita", True),
        ({"type": Type.EMERGENCY}, "carl", False),
    ],
)
def test_who_approved_alone_or_asked_does_not_carry_it_out(changed, person, allowed):
    assert (may_implement(change(**changed), person) is None) is allowed


def test_a_request_that_is_not_like_its_template_says_in_what():
    template = dict.fromkeys(TEMPLATE_FIELDS, "as agreed")
    assert deviations(template, template) == ()
    assert deviations(template, {**template, "title": "another", "risk": "high"}) == ("risk",)


@given(STATES, STATES, st.sampled_from(Type), st.booleans())
def test_nothing_is_carried_out_that_nobody_approved(here, there, kind, is_template):
    one = change(state=here, type=kind, is_template=is_template, approval=Standing.NONE)
    if there in (ChangeState.SCHEDULED, ChangeState.IMPLEMENT):
        assert lacks(one, there, at=AT)


@given(STATES, st.sampled_from(Type))
def test_a_move_that_is_not_on_the_way_never_comes_free(here, kind):
    one = change(state=here, type=kind)
    for there in set(ChangeState) - moves(one):
        assert codes(lacks(one, there, at=AT)) == ["E_CHANGE_MOVE"]


def test_the_words_of_the_record_are_these():
    assert [str(one) for one in ChangeState] == [
        "new", "assess", "authorize", "scheduled", "implement", "review", "closed", "canceled",
    ]  # fmt: skip
    assert [str(one) for one in Type] == ["standard", "normal", "emergency"]
    assert [str(one) for one in Standing] == ["none", "standing", "stale"]
    assert TEMPLATE_FIELDS == (
        "category", "risk", "impact", "security_impact", "rollback_minutes", "rollback_steps", "communication",
        "implementation",
    )  # fmt: skip


def test_the_ways_from_each_state_are_these_and_a_template_is_never_carried_out():
    ways = {
        ChangeState.NEW: {ChangeState.ASSESS, ChangeState.CANCELED},
        ChangeState.ASSESS: {ChangeState.AUTHORIZE, ChangeState.CANCELED},
        ChangeState.AUTHORIZE: {ChangeState.ASSESS, ChangeState.SCHEDULED, ChangeState.CANCELED},
        ChangeState.SCHEDULED: {ChangeState.AUTHORIZE, ChangeState.IMPLEMENT, ChangeState.CANCELED},
        ChangeState.IMPLEMENT: {ChangeState.REVIEW},
        ChangeState.REVIEW: {ChangeState.CLOSED},
        ChangeState.CLOSED: set(),
        ChangeState.CANCELED: set(),
    }
    done = {ChangeState.IMPLEMENT, ChangeState.REVIEW, ChangeState.CLOSED}
    for state, there in ways.items():
        assert moves(change(state=state)) == there
        assert moves(change(state=state, is_template=True)) == there - done


def test_what_nobody_stated_is_empty():
    bare, rollback = Change(Type.NORMAL, ChangeState.NEW), Rollback()
    assert (rollback.owner, rollback.minutes, rollback.steps, rollback.evidence) == ("", None, "", "")
    texts = ("category", "reason", "risk", "impact", "security_impact", "communication", "implementation",
             "undecided", "requester", "implementer", "chair", "outcome", "review")  # fmt: skip
    assert [getattr(bare, name) for name in texts] == [""] * len(texts)
    assert (bare.opens_at, bare.closes_at, bare.approvers) == (None, None, ())
    assert (bare.is_template, bare.follows_template, bare.approval) == (False, False, Standing.NONE)


@pytest.mark.parametrize(
    ("here", "there", "changed", "said"),
    [
        (ChangeState.ASSESS, ChangeState.AUTHORIZE, {"category": ""}, "its category"),
        (ChangeState.AUTHORIZE, ChangeState.SCHEDULED, {"reason": ""}, "the reason"),
        (ChangeState.AUTHORIZE, ChangeState.SCHEDULED, {"category": ""}, "its category"),
        (ChangeState.AUTHORIZE, ChangeState.SCHEDULED, {"opens_at": None}, "its window"),
        (ChangeState.REVIEW, ChangeState.CLOSED, {"outcome": ""}, "how it went"),
    ],
)
def test_what_an_earlier_step_needed_is_needed_still(here, there, changed, said):
    assert lacks(change(state=here, **changed), there, at=AT) == (Lack("E_CHANGE_LACKS", said),)


def test_the_window_is_open_from_its_first_moment():
    assert lacks(change(state=ChangeState.SCHEDULED), ChangeState.IMPLEMENT, at=FULL.opens_at) == ()


@pytest.mark.parametrize("person", ["", "carl", "rita"])
def test_who_may_not_carry_it_out_is_told_so_by_one_code(person):
    assert may_implement(FULL, person).code == "E_FOUR_EYES"
