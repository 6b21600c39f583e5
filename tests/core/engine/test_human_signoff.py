"""The cases that are reserved for people hold whatever a release class says, and so does what nobody rated."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.human_signoff import needs_person, risk_score
from flightrules.rules.track import ReleaseClass

NEVER = ReleaseClass("minor", human_signoff="never", risk_threshold=Decimal(50))
ABOVE = ReleaseClass("minor", human_signoff="above_threshold", risk_threshold=Decimal(50))
ALWAYS = ReleaseClass("minor", human_signoff="always")
MAJOR = ReleaseClass("major", human_signoff="never", risk_threshold=Decimal(100))
UNRATED = ReleaseClass("minor", human_signoff="never")


@pytest.mark.parametrize(
    ("known", "facts", "because"),
    [
        (NEVER, {}, ""),
        (NEVER, {"risk": 50}, ""),
        (NEVER, {"risk": 51}, "above 50"),
        (NEVER, {"risk": None}, "nobody rated"),
        (NEVER, {"risk": 99, "production": False}, ""),
        (NEVER, {"risk": None, "production": False}, ""),
        (NEVER, {"version": "5.0.0"}, "major"),
        (NEVER, {"version": "v5"}, "major"),
        (NEVER, {"version": "V5"}, "major"),
        (NEVER, {"version": "5-rc\n1"}, "major"),
        (NEVER, {"version": "5.0.0-rc.1"}, "major"),
        (NEVER, {"version": "V5.0"}, "major"),
        (NEVER, {"version": "release-5.0.0"}, "major"),
        (NEVER, {"version": "5.0.0_final"}, "major"),
        (NEVER, {"version": "5.0.0.RELEASE"}, "major"),
        (NEVER, {"version": "05.0.0"}, "major"),
        (NEVER, {"version": "0.5.0"}, ""),
        (NEVER, {"version": "5.0.1"}, ""),
        (NEVER, {"version": "0.0"}, ""),
        (NEVER, {"flag": Decimal("99.99")}, ""),
        (NEVER, {"flag": Decimal(100)}, "all users"),
        (NEVER, {"flag": Decimal(100), "production": False}, "all users"),
        (MAJOR, {}, "major"),
        (UNRATED, {}, "no risk threshold"),
        (UNRATED, {"production": False}, ""),
        (ABOVE, {"risk": 51, "production": False}, "above 50"),
        (ABOVE, {"risk": None, "production": False}, "nobody rated"),
        (ABOVE, {"risk": 10}, ""),
        (ALWAYS, {}, "every release"),
        (None, {}, "no release class"),
    ],
)
def test_who_must_sign(known, facts, because):
    asked = {"production": True, "version": "4.3.1", "risk": 10, **facts}
    found = needs_person(known, **asked)
    assert bool(found) is bool(because)
    assert because in "; ".join(found)


@pytest.mark.parametrize(
    ("risks", "score"),
    [
        ([], None),
        ([("low", "low")], 12),
        ([("low", "low"), ("high", "medium")], 67),
        ([("high", "high")], 100),
        ([("dire", "low")], 34),
        ([("low", "dire")], 34),
    ],
)
def test_the_worst_risk_is_the_score(risks, score):
    assert risk_score(risks) == score


levels = st.sampled_from(["low", "medium", "high"])


@given(st.lists(st.tuples(levels, levels), max_size=4), st.tuples(levels, levels), st.booleans())
def test_a_further_risk_never_frees_from_a_signature(risks, more, production):
    asked = {"production": production, "version": "4.3.1"}
    before = needs_person(ABOVE, risk=risk_score(risks) if risks else 0, **asked)
    after = needs_person(ABOVE, risk=risk_score([*risks, more]), **asked)
    assert not before or after
