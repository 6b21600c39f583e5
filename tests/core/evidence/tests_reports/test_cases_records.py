"""The column store of test cases: counting, choosing, leaving out, joining."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.evidence.records.cases import ERRORED, FAILED, FLAKY, PASSED, SKIPPED, Cases, CaseWriter


def cases(*rows):
    writer = CaseWriter()
    for name, status, *rest in rows:
        classname, suite, file = (*rest, "", "", "")[:3]
        writer.add(name, status, classname=classname, suite=suite, file=file)
    return writer.cases()


def numbers(found: Cases) -> dict[str, int]:
    return {one.metric.removeprefix("tests."): int(one.value) for one in found.measurements()}


SHOP = cases(
    ("pays", PASSED, "shop.Cart", "unit", "src/cart.py"),
    ("pays[EUR]", FAILED, "shop.Cart", "unit", "src/cart.py"),
    ("logs in", FLAKY, "shop.Auth", "ui", "src/auth.py"),
    ("logs out", SKIPPED, "shop.Auth", "ui", "src/auth.py"),
    ("starts", ERRORED, "", "ui"),
)


def test_every_end_is_counted_once_and_a_flaky_pass_is_a_pass():
    assert numbers(SHOP) == {"total": 5, "passed": 2, "failed": 1, "errored": 1, "skipped": 1, "flaky": 1}


def test_nothing_is_measured_where_nothing_ran():
    assert numbers(cases()) == {}
    assert numbers(cases(("a", SKIPPED), ("b", SKIPPED))) == {}


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("shop.Cart.*", ["pays", "pays[EUR]"]),
        ("shop.Cart", ["pays", "pays[EUR]"]),
        ("shop.Cart.pays[EUR]", ["pays[EUR]"]),
        ("ui", ["logs in", "logs out", "starts"]),
        ("src/*.py", ["pays", "pays[EUR]", "logs in", "logs out"]),
        ("starts", ["starts"]),
        ("SHOP.*", []),
        ("shop.C?rt.pays", ["pays"]),
        ("*", ["pays", "pays[EUR]", "logs in", "logs out", "starts"]),
        ("", []),
    ],
)
def test_a_pattern_chooses_by_identity_class_suite_or_file(pattern, names):
    assert [one.name for one in SHOP.select([pattern])] == names


def test_no_pattern_chooses_nothing():
    assert SHOP.select([]).total == 0


def test_leaving_out_names_only_what_occurred():
    rest, left_out = SHOP.without(["shop.Cart.pays[[]EUR]", "shop.Gone.*"])
    assert left_out == ("shop.Cart.pays[EUR]",)
    assert numbers(rest)["failed"] == 0
    assert rest.total == 4


def test_failed_names_are_sorted_limited_and_unique():
    twice = cases(("z", FAILED), ("a", ERRORED), ("z", FAILED), ("b", PASSED))
    assert twice.failed_names(10) == ["a", "z"]
    assert twice.failed_names(1) == ["a"]


def test_names_found_ahead_are_those_of_these_cases_alone():
    some = cases(("a", ERRORED), ("b", PASSED), ("c", FAILED))
    some.ahead()
    assert some.failed_names(9) == ["a", "c"]
    assert some.select(["c"]).failed_names(9) == ["c"]
    assert some.merge(cases(("d", FAILED))).failed_names(9) == ["a", "c", "d"]
    some.failed_names(9).clear()
    assert some.failed_names(1) == ["a"]


def test_the_same_file_read_twice_counts_once():
    assert numbers(SHOP.merge(SHOP)) == numbers(SHOP)


def test_one_suite_over_two_files_adds_up():
    first, second = cases(("a", PASSED, "C", "s")), cases(("b", FAILED, "C", "s"))
    assert numbers(first.merge(second)) == numbers(cases(("a", PASSED), ("b", FAILED)))


def test_a_failure_beside_a_pass_of_the_same_name_stays():
    joined = cases(("a", PASSED, "C")).merge(cases(("a", FAILED, "C")))
    assert (joined.total, joined.passed, joined.failed) == (2, 1, 1)


def test_a_file_that_holds_equal_rows_keeps_them():
    twins = cases(("a", PASSED), ("a", PASSED))
    assert twins.merge(cases(("a", PASSED))).total == 2
    assert cases(("a", PASSED)).merge(twins).total == 2


def test_unknown_and_negative_times_are_absent():
    writer = CaseWriter()
    writer.add("a", PASSED)
    writer.add("b", PASSED, seconds=-1)
    writer.add("c", PASSED, seconds=0.5)
    assert [one.seconds for one in writer.cases()] == [None, None, 0.5]


rows = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from([PASSED, FLAKY, FAILED, ERRORED, SKIPPED]),
        st.sampled_from(["C", "D"]),
    ),
    max_size=8,
)


@given(rows)
def test_ends_add_up_to_the_total(some):
    found = cases(*some)
    assert found.passed + found.failed + found.errored + found.skipped == found.total


@given(rows, rows)
def test_joining_does_not_depend_on_the_order(first, second):
    left, right = cases(*first), cases(*second)
    assert sorted(left.merge(right), key=repr) == sorted(right.merge(left), key=repr)


@given(rows, rows, rows)
def test_joining_three_does_not_depend_on_the_grouping(first, second, third):
    a, b, c = cases(*first), cases(*second), cases(*third)
    assert sorted(a.merge(b).merge(c), key=repr) == sorted(a.merge(b.merge(c)), key=repr)
    assert list(a.merge(b, c)) == list(a.merge(b).merge(c)), "thousands of reports are joined in one go"


@given(rows)
def test_a_further_failure_never_raises_the_pass_rate(some):
    before, after = cases(*some), cases(*some, ("new", FAILED, "C"))
    if before.total:
        assert after.passed * before.total <= before.passed * after.total


@given(rows, st.sampled_from(["C.*", "a", "C.a", "*"]))
def test_choosing_and_leaving_out_split_the_cases(some, pattern):
    found = cases(*some)
    rest, left_out = found.without([pattern])
    assert found.select([pattern]).total + rest.total == found.total
    assert bool(left_out) == bool(found.select([pattern]).total)
