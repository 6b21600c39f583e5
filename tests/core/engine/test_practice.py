"""What a team's history says: found with its rows, clean, or too little to tell; never clean from nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from flightrules.engine.practice import (
    Acceptance,
    Decision,
    Detection,
    GateRun,
    History,
    Hotfix,
    Limits,
    SignOff,
    State,
    Trigger,
    Waiver,
    detect,
)

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def answer(number: str, **history) -> Detection:
    return next(one for one in detect(History(**history)) if one.id == number)


def decision(n: int, record: str = "written", **facts) -> Decision:
    return Decision(f"d{n}", f"4.{n}.0", AT - (100 - n) * DAY, record, **facts)


def signature(n: int, person: str = "mira", choice: str = "go", read: float | None = 90) -> SignOff:
    opened = None if read is None else AT - timedelta(seconds=read)
    return SignOff(f"s{n}", person, "qa-lead", choice, AT, opened)


def test_no_history_is_never_a_clean_one():
    states = {one.id: one.state for one in detect(History())}
    assert states.pop("P3") is State.FOUND, "no trigger at all is no answer"
    assert set(states.values()) == {State.TOO_LITTLE}
    assert list(states) == ["P2", "P5", "P6", "P7", "P8", "P9", "P10"]


def test_advice_comes_with_findings_alone():
    for one in detect(History()):
        assert bool(one.advice) == (one.state is State.FOUND)


def test_p2_looks_at_the_last_three_decisions():
    old = [decision(1, "missing"), decision(2), decision(3), decision(4)]
    assert answer("P2", decisions=tuple(old)).state is State.CLEAN
    found = answer("P2", decisions=(*old, decision(5, "missing"), decision(6, "late")))
    assert found.state is State.FOUND
    assert [row.subject for row in found.rows] == ["decision/d5", "decision/d6"]
    assert found.sentence == "2 of the last 3 decisions lack a record in time"


def test_p2_a_record_that_is_not_due_yet_is_no_finding():
    assert answer("P2", decisions=(decision(1, "pending"),)).state is State.CLEAN


RATE = Trigger("error-rate", "error_rate", "act", "factor 5")


@pytest.mark.parametrize(
    ("triggers", "state", "rows"),
    [
        ((RATE,), State.CLEAN, 0),
        ((Trigger("by-eye", "error_rate", "act", ""),), State.FOUND, 1),
        ((Trigger("watch", "error_rate", "watch", "factor 1.1"),), State.FOUND, 0),
        ((RATE, Trigger("other", "error_rate", "act", "factor 3")), State.FOUND, 2),
        ((RATE, Trigger("same", "error_rate", "act", "factor 5")), State.CLEAN, 0),
        ((RATE, Trigger("p99", "latency_p99", "act", "factor 3")), State.CLEAN, 0),
        ((RATE, Trigger("longer", "error_rate", "act", "factor 5, for 10m")), State.FOUND, 2),
        ((RATE, Trigger("page", "error_rate", "act", "factor 2", "page")), State.CLEAN, 0),
        ((Trigger("page", "error_rate", "act", "factor 2", "page"),), State.FOUND, 0),
    ],
    ids=[
        "one answer",
        "none that a machine reads",
        "only a watch",
        "two answers",
        "said twice",
        "two signals",
        "another length of time",
        "somebody is paged earlier",
        "somebody is paged and nothing rolls back",
    ],
)
def test_p3_there_is_one_answer_to_when_we_roll_back(triggers, state, rows):
    found = answer("P3", triggers=triggers)
    assert (found.state, len(found.rows)) == (state, rows)


@pytest.mark.parametrize(
    ("emergencies", "total", "state"),
    [
        (1, 9, State.TOO_LITTLE),
        (1, 10, State.CLEAN),
        (2, 19, State.FOUND),
        (2, 20, State.CLEAN),
        (3, 20, State.FOUND),
    ],
)
def test_p5_more_than_a_tenth_is_too_many_and_a_tenth_is_not(emergencies, total, state):
    rows = tuple(decision(n, is_emergency=n < emergencies) for n in range(total))
    found = answer("P5", decisions=rows)
    assert found.state is state
    assert len(found.rows) == (emergencies if state is State.FOUND else 0)
    assert f"{emergencies} of {total}" in found.sentence


def test_p5_the_share_of_the_rulebook_counts():
    rows = tuple(decision(n, is_emergency=n < 1) for n in range(10))
    assert answer("P5", decisions=rows, limits=Limits(emergency_share=Decimal(5))).state is State.FOUND


def test_p6_a_path_outside_the_lock_and_a_change_that_nobody_showed():
    within = Hotfix("r1", "4.2.1", ())
    assert answer("P6", hotfixes=(within,)).state is State.CLEAN
    found = answer(
        "P6", hotfixes=(within, Hotfix("r2", "4.2.2", ("src/other.py",)), Hotfix("r3", "4.2.3", (), False))
    )
    assert [row.subject for row in found.rows] == ["release/r2", "release/r3"]
    assert "src/other.py" in found.rows[0].what


def test_p7_a_defect_that_ships_after_it_was_to_be_mended():
    first = Acceptance("PROJ-1", "4.1.0", AT - 60 * DAY, date(2026, 10, 1))
    intime = Acceptance("PROJ-1", "4.2.0", AT - 55 * DAY, date(2027, 1, 1))
    again = Acceptance("PROJ-1", "4.3.0", AT, date(2027, 1, 1))
    assert answer("P7", acceptances=(first,)).state is State.CLEAN
    assert answer("P7", acceptances=(intime, first)).state is State.CLEAN
    found = answer("P7", acceptances=(again, intime, first))
    assert [row.what for row in found.rows] == ["4.3.0: it was to be mended by 2026-10-01"]


def test_p7_a_new_date_does_not_make_the_first_promise_unsaid():
    late = Acceptance("PROJ-1", "4.2.0", AT - 40 * DAY, date(2027, 1, 1))
    first = Acceptance("PROJ-1", "4.1.0", AT - 60 * DAY, date(2026, 10, 1))
    assert len(answer("P7", acceptances=(first, late)).rows) == 1


def test_p8_points_that_were_not_ticked_when_it_went_out():
    done = decision(1)
    assert answer("P8", decisions=(done, decision(2, has_checklist=False))).state is State.CLEAN
    assert answer("P8", decisions=(decision(2, has_checklist=False),)).state is State.TOO_LITTLE
    found = answer("P8", decisions=(done, decision(2, skipped=("backup", "runbook"))))
    assert [row.what for row in found.rows] == ["4.2.0: backup", "4.2.0: runbook"]


def test_p9_signed_within_seconds_or_never_opened():
    assert answer("P9", sign_offs=(signature(1),)).state is State.CLEAN
    found = answer("P9", sign_offs=(signature(1), signature(2, read=4), signature(3, read=None)))
    assert [row.subject for row in found.rows] == ["sign-off/s2", "sign-off/s3"]
    assert "4 s after" in found.rows[0].what


def test_p9_exactly_the_reading_time_is_read():
    assert answer("P9", sign_offs=(signature(1, read=30),)).state is State.CLEAN


def test_p9_somebody_who_never_says_no_in_ten_signatures():
    nine = tuple(signature(n) for n in range(9))
    assert answer("P9", sign_offs=nine).state is State.CLEAN
    assert answer("P9", sign_offs=(*nine, signature(9, choice="no-go"))).state is State.CLEAN
    found = answer("P9", sign_offs=(*nine, signature(9), signature(10, person="ada")))
    assert [row.subject for row in found.rows] == ["person/mira"]


def runs(gate: str, number: int, last: str = "GO") -> tuple[GateRun, ...]:
    return tuple(
        GateRun(gate, f"4.{n}.0", last if n == number - 1 else "GO", AT + n * DAY) for n in range(number)
    )


def test_p10_a_gate_that_never_shut():
    assert answer("P10", runs=runs("exit", 19)).state is State.TOO_LITTLE
    assert answer("P10", runs=runs("exit", 20, last="NO-GO")).state is State.CLEAN
    found = answer("P10", runs=(*runs("exit", 20), *runs("perf", 20, last="HOLD")))
    assert [row.subject for row in found.rows] == ["gate/exit"]


def test_p10_a_criterion_that_is_waived_in_every_release():
    decided = tuple(decision(n) for n in (1, 2, 3, 4))
    waived = tuple(Waiver("coverage", f"4.{n}.0", AT) for n in (2, 3, 4))
    found = answer("P10", decisions=decided, waivers=waived)
    assert [row.subject for row in found.rows] == ["criterion/coverage"]
    assert answer("P10", decisions=decided, waivers=waived[:2]).state is State.CLEAN
    assert answer("P10", decisions=decided[:2], waivers=waived).state is State.CLEAN


@pytest.mark.parametrize(
    ("number", "history", "sentence"),
    [
        ("P2", {"decisions": (decision(1, "late"),)}, "the last decision lacks a record in time"),
        ("P2", {"decisions": (decision(1),)}, "the last decision has its record"),
        (
            "P2",
            {"decisions": (decision(1, "late"), decision(2))},
            "1 of the last 2 decisions lacks a record in time",
        ),
        (
            "P6",
            {"hotfixes": (Hotfix("r1", "4.2.1", ("a.py",)),)},
            "1 change lies outside its lock or was not shown",
        ),
        ("P8", {"decisions": (decision(1, skipped=("backup",)),)}, "1 point of a checklist was skipped"),
        ("P9", {"sign_offs": (signature(1),)}, "1 signature, all read first"),
        ("P9", {"sign_offs": (signature(1, read=None),)}, "1 sign that signing is a formality"),
        ("P10", {"runs": runs("exit", 20)}, "1 gate or criterion never decided anything"),
    ],
)
def test_one_of_a_kind_is_told_in_the_singular(number, history, sentence):
    assert answer(number, **history).sentence == sentence


def test_p7_the_day_of_the_target_is_still_in_time():
    first = Acceptance("PROJ-1", "4.1.0", AT - 60 * DAY, AT.date())
    assert (
        answer("P7", acceptances=(first, Acceptance("PROJ-1", "4.2.0", AT, AT.date()))).state is State.CLEAN
    )
    late = Acceptance("PROJ-1", "4.2.1", AT + DAY, AT.date() + DAY)
    assert len(answer("P7", acceptances=(first, late)).rows) == 1


def test_p5_a_share_just_over_the_limit_is_not_shown_as_the_limit():
    rows = tuple(decision(n, is_emergency=n < 51) for n in range(509))
    found = answer("P5", decisions=rows)
    assert (found.state, found.sentence) == (
        State.FOUND,
        "51 of 509 releases were emergencies (10.02 %)",
    )


def test_the_words_of_an_answer_are_kept():
    assert list(State) == ["found", "clean", "too little to tell"]


def test_p10_a_gate_that_opens_on_conditions_has_shut_nothing_and_rows_come_by_name():
    judged = tuple(
        GateRun(gate, "4.1.0", "CONDITIONAL GO", AT) for gate in ("exit", "entry") for _ in range(20)
    )
    waived = tuple(Waiver(name, f"4.{n}.0", AT) for name in ("smoke", "coverage") for n in range(9))
    rows = answer("P10", runs=judged, waivers=waived, decisions=tuple(decision(n) for n in range(9))).rows
    assert [row.subject for row in rows] == [
        "gate/entry",
        "gate/exit",
        "criterion/coverage",
        "criterion/smoke",
    ]


def test_p10_fewer_releases_than_it_looks_at_renew_nothing():
    assert Limits().renewals > 1
    assert answer("P10", waivers=(Waiver("smoke", "4.1.0", AT),), decisions=(decision(1),)).rows == ()


def test_p9_people_come_in_order():
    signed = tuple(signature(n, person=who) for who in ("noa", "ada") for n in range(30))
    assert [row.subject for row in answer("P9", sign_offs=signed).rows] == ["person/ada", "person/noa"]
