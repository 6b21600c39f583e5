"""What must hold for every verdict, whatever the numbers are."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.interval import wilson
from flightrules.engine.operators import OPERATORS, compare, rate, shown
from flightrules.engine.verdict import Outcome, Status
from flightrules.rules.criterion import Operator

RULES = """
criteria:
  rate: Pass rate >= {threshold}% measured by the CI run
gates:
  release: {{kind: exit, criteria: [rate]}}
evidence:
  CI run: {{paths: [a.xml]}}
"""
COUNTS = st.integers(0, 30)


def decide(desk, junit, threshold, *runs):
    artefacts = [
        desk.artefact("CI run", junit(*run, prefix=f"r{at}"), path=f"{at}.xml") for at, run in enumerate(runs)
    ]
    return desk.decide(RULES.format(threshold=threshold), {"CI run": desk.found(*artefacts)})


@given(st.integers(0, 100), COUNTS, COUNTS, COUNTS)
def test_one_more_failing_test_never_turns_a_no_into_a_go(threshold, passed, failed, skipped):
    desk, junit = tools()
    before = decide(desk, junit, threshold, (passed, failed, 0, skipped))
    after = decide(desk, junit, threshold, (passed, failed + 1, 0, skipped))
    assert not (before.outcome is not Outcome.GO and after.outcome is Outcome.GO) or passed + failed == 0
    if before.results[0].actual is not None:
        assert after.results[0].actual <= before.results[0].actual


@given(
    st.integers(0, 100),
    st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=4).filter(
        lambda runs: all(p + f for p, f in runs)
    ),
)
def test_splitting_a_run_over_files_changes_nothing(threshold, runs):
    desk, junit = tools()
    split = decide(desk, junit, threshold, *runs)
    whole = decide(desk, junit, threshold, (sum(run[0] for run in runs), sum(run[1] for run in runs)))
    assert split.results[0].actual == whole.results[0].actual
    assert split.outcome is whole.outcome


@given(st.integers(0, 100), st.integers(0, 20))
def test_nothing_that_ran_is_never_a_pass(threshold, skipped):
    desk, junit = tools()
    verdict = decide(desk, junit, threshold, (0, 0, 0, skipped))
    assert verdict.results[0].status is Status.NO_DATA
    assert verdict.outcome is Outcome.HOLD


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.decimals(0, 100, places=6))
def test_rates_compare_with_thresholds_as_exact_fractions_do(part, whole, threshold):
    part = min(part, whole)
    exact = Fraction(100 * part, whole)
    for operator in Operator:
        expected = OPERATORS[operator](exact, Fraction(threshold))
        assert compare(rate(part, whole), operator, threshold) == expected


@given(st.decimals(0, 200, places=12), st.decimals(0, 200, places=2))
def test_the_display_never_crosses_or_touches_a_threshold_by_rounding(actual, threshold):
    text = Decimal(shown(actual, threshold))
    assert (text > threshold, text == threshold) == (actual > threshold, actual == threshold)


def test_ninety_six_point_nine_nine_six_is_never_shown_as_ninety_seven():
    assert shown(Decimal("96.996"), Decimal(97)) == "96.996"
    assert shown(Decimal("96.996")) == "97"
    assert shown(Decimal("97.004"), Decimal(97)) == "97.004"
    assert shown(Decimal(97), Decimal(97)) == "97"


BOUNDARY = [
    (Operator.AT_LEAST, (False, True, True)),
    (Operator.AT_MOST, (True, True, False)),
    (Operator.EQUAL, (False, True, False)),
    (Operator.NOT_EQUAL, (True, False, True)),
    (Operator.MORE, (False, False, True)),
    (Operator.LESS, (True, False, False)),
]


@pytest.mark.parametrize(("operator", "expected"), BOUNDARY)
def test_every_operator_is_exact_at_its_boundary(operator, expected):
    around = (Decimal("96.999999"), Decimal(97), Decimal("97.000001"))
    assert tuple(compare(value, operator, Decimal(97)) for value in around) == expected
    assert len(BOUNDARY) == len(OPERATORS)


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_the_interval_holds_the_rate_and_stays_within_0_and_100(part, whole):
    part = min(part, whole)
    found = wilson(part, whole)
    assert 0 <= found.low <= rate(part, whole) <= found.high <= 100


def test_the_interval_agrees_with_published_values_and_narrows_with_more_cases():
    # Newcombe (1998), Statist. Med. 17, table I: 81 of 263 and 15 of 148, Wilson score method
    for part, whole, low, high in (
        (81, 263, "25.53", "36.62"),
        (15, 148, "6.24", "16.05"),
        (0, 20, "0", "16.11"),
    ):
        found = wilson(part, whole)
        assert abs(found.low - Decimal(low)) < Decimal("0.01")
        assert abs(found.high - Decimal(high)) < Decimal("0.01")
    assert wilson(39, 40).low < wilson(39000, 40000).low
    assert wilson(0, 0) is None


def test_the_same_inputs_give_the_same_verdict(desk, junit):
    assert decide(desk, junit, 97, (10, 1)) == decide(desk, junit, 97, (10, 1))


def tools():
    """The desk and the writer of the fixtures; hypothesis runs many examples within one fixture."""
    import importlib.util
    from pathlib import Path

    global _TOOLS
    if _TOOLS is None:
        spec = importlib.util.spec_from_file_location("engine_desk", Path(__file__).with_name("conftest.py"))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        _TOOLS = (module.Desk(), module.junit)
    return _TOOLS


_TOOLS = None
