"""What may be decided: checked against an oracle that was written from the rules alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.decision import GateStanding, Hindrance, Outcome, Situation, assess
from flightrules.engine.quorum import Ask, Tally, Vote, tally

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HERE, ELSEWHERE = "d" * 64, "e" * 64
GOOD = GateStanding("exit", "GO")
ALWAYS = {Outcome.NO_GO, Outcome.DEFERRED, Outcome.CANCELLED}


def vote(person: str, role: str, choice: str = "go", **changes) -> Vote:
    stated = {"holder": person, "at": AT - timedelta(hours=1), "dossier": HERE, **changes}
    return Vote(person, role, choice=choice, **stated)


def verdict(*votes: Vote) -> Tally:
    return tally(Ask(("qa-lead",)), votes, dossier=HERE, at=AT, max_age=timedelta(days=7))


def poll(*votes: Vote) -> Tally:
    return tally(Ask(("owner", "operations")), votes, dossier=HERE, at=AT, max_age=timedelta(days=7))


QA, OWNER, OPS = vote("mira", "qa-lead"), vote("ada", "owner"), vote("omar", "operations")


def situation(**changes) -> Situation:
    stated = {"gates": (GOOD,), "verdict": verdict(QA), "poll": poll(OWNER, OPS), **changes}
    return Situation(**stated)


def test_all_said_go_and_nothing_stands_against_it():
    found = assess(situation())
    assert found.allowed == ALWAYS | {Outcome.GO}
    assert found.reasons == ()


AGAINST = [
    ("no gate was required", {"gates": ()}, Hindrance.NO_GATE, "no gate is required"),
    ("a gate was never judged", {"gates": (GateStanding("exit"),)}, Hindrance.GATE_SHUT, "is not judged"),
    ("a gate is shut", {"gates": (GOOD, GateStanding("perf", "NO-GO"))}, Hindrance.GATE_SHUT, "NO-GO"),
    ("a gate waits", {"gates": (GateStanding("exit", "HOLD"),)}, Hindrance.GATE_SHUT, "HOLD"),
    (
        "the run is of yesterday",
        {"gates": (GateStanding("exit", "GO", stale="evidence changed since"),)},
        Hindrance.RUN_STALE,
        "evidence changed",
    ),
    ("no quality verdict", {"verdict": verdict()}, Hindrance.VERDICT_MISSING, "waits for QA lead"),
    (
        "quality says no",
        {"verdict": verdict(vote("mira", "qa-lead", "no-go"))},
        Hindrance.VERDICT_NO_GO,
        "is NO-GO",
    ),
    (
        "quality says a word that is none",
        {"verdict": verdict(vote("mira", "qa-lead", "fine"))},
        Hindrance.VERDICT_NO_GO,
        "is FINE",
    ),
    ("somebody has not voted", {"poll": poll(OWNER)}, Hindrance.QUORUM_MISSING, "waits for operations"),
    (
        "somebody voted no-go",
        {"poll": poll(OWNER, vote("omar", "operations", "no-go"))},
        Hindrance.VOTE_NO_GO,
        "operations voted NO-GO",
    ),
    (
        "who signed lost the role",
        {"poll": poll(OWNER, vote("omar", "operations", eligible=False))},
        Hindrance.QUORUM_LOST,
        "may no longer speak",
    ),
    (
        "a signature is too old",
        {"poll": poll(OWNER, vote("omar", "operations", at=AT - timedelta(days=8)))},
        Hindrance.SIGN_OFF_EXPIRED,
        "too old",
    ),
    (
        "something else was signed",
        {"poll": poll(OWNER, vote("omar", "operations", dossier=ELSEWHERE))},
        Hindrance.DOSSIER_STALE,
        "is not what lies here",
    ),
    ("a blocker is open", {"blockers": ("payments fail",)}, Hindrance.BLOCKER_OPEN, "payments fail"),
    ("the board has not met", {"lacks": ("the board's approval",)}, Hindrance.LACKING, "the board"),
    ("duties are not separate", {"separations": ("self_approval",)}, Hindrance.SEPARATION, "self_approval"),
]


@pytest.mark.parametrize(("_what", "changes", "kind", "text"), AGAINST, ids=[row[0] for row in AGAINST])
def test_one_reason_against_is_enough_not_to_go(_what, changes, kind, text):
    found = assess(situation(**changes))
    assert found.allowed == ALWAYS
    assert kind in {one.kind for one in found.reasons}
    assert any(text in str(one) for one in found.reasons), found.reasons


def test_a_voice_that_was_lost_is_not_told_where_another_spoke_for_the_role():
    lost, new = vote("omar", "operations", eligible=False), vote("olga", "operations", at=AT)
    assert assess(situation(poll=poll(OWNER, lost, new))).reasons == ()


def test_a_voice_of_nobody_who_was_asked_is_not_told_as_lost():
    found = assess(situation(poll=poll(OWNER, vote("carla", "cto"))))
    assert [one.kind for one in found.reasons] == [Hindrance.QUORUM_MISSING]


def test_an_asking_that_can_never_be_met_says_so():
    count = tally(Ask(("owner",), needed=2), [OWNER], dossier=HERE, at=AT)
    assert "1 more than are asked" in str(assess(situation(poll=count)).reasons[0])


@pytest.mark.parametrize(
    "changes",
    [
        {"gates": (GateStanding("exit", "CONDITIONAL GO", conditions=("the waiver holds",)),)},
        {"poll": poll(OWNER, vote("omar", "operations", "go-with-conditions", conditions=("off-peak",)))},
        {"verdict": verdict(vote("mira", "qa-lead", "go-with-conditions", conditions=("flag <= 20 %",)))},
        {"conditions": ("backup done",)},
    ],
    ids=["of a gate", "of a vote", "of the quality verdict", "of the one who decides"],
)
def test_conditions_make_it_a_conditional_go_and_never_a_plain_one(changes):
    found = assess(situation(**changes))
    assert found.allowed == ALWAYS | {Outcome.CONDITIONAL_GO}
    assert len(found.conditions) == 1


@pytest.mark.parametrize(("_what", "changes", "_kind", "_text"), AGAINST, ids=[row[0] for row in AGAINST])
def test_conditions_do_not_mend_a_reason_against(_what, changes, _kind, _text):
    assert assess(situation(**changes, conditions=("off-peak",))).allowed == ALWAYS


def test_go_by_override_is_never_the_outcome_of_a_poll():
    assert Outcome.GO_BY_OVERRIDE not in assess(situation()).allowed


words = st.sampled_from(["go", "go-with-conditions", "no-go", "GO"])
gates = st.lists(
    st.builds(
        GateStanding,
        gate=st.sampled_from(["entry", "exit"]),
        outcome=st.sampled_from(["GO", "CONDITIONAL GO", "NO-GO", "HOLD", ""]),
        stale=st.sampled_from(["", "", "", "old"]),
    ),
    max_size=2,
).map(tuple)


def _votes(role: str, person: str):
    return st.lists(
        st.builds(
            lambda choice, dossier, age, eligible: vote(
                person, role, choice, dossier=dossier, at=AT - timedelta(days=age), eligible=eligible
            ),
            words,
            st.sampled_from([HERE, HERE, HERE, ELSEWHERE]),
            st.sampled_from([0, 1, 7, 8]),
            st.sampled_from([True, True, True, False]),
        ),
        max_size=1,
    )


def may_go(gate_rows, qa, owner, operations, extras) -> bool:
    """The oracle: the rules again, in the plainest way, without any of the product's code."""

    def says_yes(rows) -> bool:
        return len(rows) == 1 and (
            rows[0].eligible
            and rows[0].dossier == HERE
            and AT - timedelta(days=7) <= rows[0].at <= AT
            and rows[0].choice in ("go", "go-with-conditions")
        )

    every_gate = all(not one.stale and one.outcome in ("GO", "CONDITIONAL GO") for one in gate_rows)
    return bool(gate_rows) and every_gate and all(map(says_yes, (qa, owner, operations))) and not any(extras)


@given(
    gates,
    _votes("qa-lead", "mira"),
    _votes("owner", "ada"),
    _votes("operations", "omar"),
    st.tuples(*(st.sampled_from([(), (), ("something",)]) for _ in range(3))),
    st.sampled_from([(), ("off-peak",)]),
)
def test_the_assessment_agrees_with_the_oracle(gate_rows, qa, owner, operations, extras, conditions):
    blockers, lacks, separations = extras
    found = assess(
        Situation(
            gate_rows, verdict(*qa), poll(*owner, *operations), blockers, lacks, separations, conditions
        )
    )
    going = found.allowed - ALWAYS
    assert bool(going) == may_go(gate_rows, qa, owner, operations, extras)
    assert bool(going) == (not found.reasons)
    assert found.allowed >= ALWAYS
    if going:
        assert going == {Outcome.CONDITIONAL_GO if found.conditions else Outcome.GO}


def test_the_words_are_those_of_the_record():
    assert [one.value for one in Outcome] == [
        "GO",
        "CONDITIONAL GO",
        "NO-GO",
        "DEFERRED",
        "CANCELLED",
        "GO BY OVERRIDE",
    ]
    assert [one.value for one in Hindrance] == [one.name.lower() for one in Hindrance]


def test_a_lost_voice_that_spoke_again_is_not_complained_of():
    again = vote("ada", "owner", at=AT - timedelta(hours=2), dossier=ELSEWHERE)
    reasons = assess(situation(poll=poll(again, OWNER))).reasons
    assert [str(one) for one in reasons] == ["the poll waits for operations"]


def test_all_who_are_missing_are_named():
    [reason] = assess(situation(poll=poll())).reasons
    assert str(reason) == "the poll waits for owner, operations"
