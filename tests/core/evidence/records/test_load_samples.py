"""Load samples and summaries: exact percentiles, and joining parts gives what the whole would give."""

from __future__ import annotations

from array import array
from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.evidence.measurement import Measurement
from flightrules.evidence.records.durations import Durations, rank
from flightrules.evidence.records.load_summary import LoadRow, LoadSummary
from flightrules.evidence.records.samples import Samples

ROWS = st.lists(
    st.tuples(st.sampled_from(["login", "pay", "home"]), st.integers(0, 10_000), st.booleans()),
    min_size=1,
    max_size=60,
)
FRACTIONS = st.lists(
    st.decimals(0, 10_000, places=6, allow_nan=False, allow_infinity=False), min_size=1, max_size=40
)


def samples_of(rows: list[tuple[str, int, bool]]) -> Samples:
    samples = Samples()
    for endpoint, ms, ok in rows:
        samples.add(endpoint, ms, ok=ok)
    return samples


def numbers(samples: Samples | LoadSummary) -> dict[tuple[str, str], Decimal]:
    found: list[Measurement] = list(samples.measurements())
    return {(one.metric, dict(one.labels).get("endpoint", "")): one.value for one in found}


def test_a_percentile_is_the_value_at_the_nearest_rank() -> None:
    samples = samples_of([("a", ms, True) for ms in range(1, 11)])
    assert samples.percentile(Decimal(50)) == 5
    assert samples.percentile(Decimal(90)) == 9
    assert samples.percentile(Decimal(95)) == 10
    assert samples.percentile(Decimal("99.9")) == 10
    assert samples.percentile(Decimal("0.1")) == 1


def test_failed_requests_are_part_of_the_percentile() -> None:
    samples = samples_of([("a", 10, True)] * 9 + [("a", 60_000, False)])
    assert samples.percentile(Decimal(95)) == 60_000
    assert numbers(samples)["load.failed", ""] == 1


@pytest.mark.parametrize("percentile", [Decimal(0), Decimal(-1), Decimal("100.1")])
def test_a_percentile_out_of_range_is_refused(percentile: Decimal) -> None:
    with pytest.raises(ValueError, match="no percentile"):
        samples_of([("a", 1, True)]).percentile(percentile)


def test_nothing_measured_gives_no_number() -> None:
    assert list(Samples().measurements()) == []
    assert Samples().percentile(Decimal(95)) is None
    unanswered = Samples()
    unanswered.add("a", None, ok=False)
    assert numbers(unanswered)["load.failed", ""] == 1
    assert ("load.p95", "") not in numbers(unanswered)


def test_requests_per_second_come_from_first_start_and_last_end() -> None:
    samples = samples_of([("a", 100, True)] * 30)
    samples.seen(Decimal(1_000), Decimal(11_000), 7)
    found = numbers(samples)
    assert found["load.duration", ""] == 10
    assert found["load.rps", ""] == 3
    assert found["load.users", ""] == 7


def test_a_run_of_no_length_has_no_rate() -> None:
    samples = samples_of([("a", 0, True)])
    samples.seen(Decimal(5), Decimal(5))
    assert ("load.rps", "") not in numbers(samples)


def test_a_scope_keeps_matching_endpoints_only() -> None:
    samples = samples_of([("GET /pay", 10, True), ("GET /pay/x", 30, False), ("GET /home", 9_000, True)])
    chosen = samples.select(["GET /pay*"])
    assert numbers(chosen)["load.requests", ""] == 2
    assert numbers(chosen)["load.max", ""] == 30
    assert list(samples.select(["nothing"]).measurements()) == []


@given(ROWS, st.integers(0, 60))
def test_splitting_a_run_and_joining_it_changes_no_number(rows: list[tuple[str, int, bool]], at: int) -> None:
    left, right = samples_of(rows[:at]), samples_of(rows[at:])
    assert numbers(left.merge(right)) == numbers(samples_of(rows))
    assert numbers(right.merge(left)) == numbers(samples_of(rows))


@given(ROWS)
def test_the_percentile_agrees_with_a_sorted_list(rows: list[tuple[str, int, bool]]) -> None:
    ordered = sorted(ms for _, ms, _ in rows)
    expected = ordered[max(ceil(Decimal(95) * len(ordered) / 100), 1) - 1]
    assert samples_of(rows).percentile(Decimal(95)) == expected


@given(ROWS)
def test_a_further_failure_never_lowers_the_share_of_failures(rows: list[tuple[str, int, bool]]) -> None:
    before = numbers(samples_of(rows))
    after = numbers(samples_of([*rows, ("pay", 1, False)]))
    share = [one["load.failed", ""] / one["load.requests", ""] for one in (before, after)]
    assert share[1] >= share[0]


@given(FRACTIONS)
def test_fractions_of_milliseconds_come_back_digit_by_digit(values: list[Decimal]) -> None:
    counted, loose = Durations(), Durations(array("d", [float(value) for value in values]))
    for value in values:
        counted.add(value)
    wanted = (Decimal(50), Decimal(95))
    ordered = sorted(values)
    expected = [ordered[rank(one, len(ordered)) - 1] for one in wanted]
    assert counted.percentiles(wanted) == expected
    assert loose.percentiles(wanted) == expected
    assert counted.extremes()[:2] == loose.extremes()[:2] == (min(values), max(values))  # type: ignore[index]


@given(FRACTIONS, FRACTIONS)
def test_counted_and_loose_durations_join(one: list[Decimal], other: list[Decimal]) -> None:
    counted, loose = Durations(), Durations(array("d", map(float, other)))
    for value in one:
        counted.add(value)
    ordered = sorted([*one, *other])
    assert counted.joined(loose).percentiles((Decimal(90),)) == [ordered[rank(Decimal(90), len(ordered)) - 1]]


def test_joined_summaries_add_counts_and_take_the_worse_percentile() -> None:
    one = LoadSummary(
        LoadRow(100, 1, {Decimal(95): Decimal(300), Decimal(99): Decimal(500)}), rps=Decimal(10)
    )
    other = LoadSummary(LoadRow(50, 2, {Decimal(95): Decimal(400)}), rps=Decimal(5))
    both = numbers(one.merge(other))
    assert both["load.requests", ""] == 150
    assert both["load.failed", ""] == 3
    assert both["load.p95", ""] == 400
    assert ("load.p99", "") not in both, "p99 of the second part is not known"
    assert both["load.rps", ""] == 5


def test_a_percentile_that_was_not_printed_does_not_exist() -> None:
    summary = LoadSummary(LoadRow(10, 0, {Decimal(99): Decimal(5)}))
    assert summary.percentile(Decimal(95)) is None
    assert summary.percentile(Decimal(99)) == 5


def test_a_summary_in_scope_is_joined_from_its_endpoints() -> None:
    rows = {
        "pay": LoadRow(10, 1, {Decimal(95): Decimal(9)}),
        "home": LoadRow(90, 0, {Decimal(95): Decimal(2)}),
    }
    chosen = LoadSummary(LoadRow(100, 1), rows).select(["pay"])
    assert numbers(chosen)["load.requests", ""] == 10
    assert numbers(chosen)["load.p95", ""] == 9
