"""Totals that are asked for alone are those that stand among all values."""

from array import array
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.selection import Joined
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, CaseWriter
from flightrules.evidence.records.junit_suites import name_of
from flightrules.evidence.records.samples import Samples

REQUESTS = st.tuples(st.sampled_from(["GET /", "POST /pay", "GET /a"]), st.integers(0, 9000), st.booleans())
EXTRA = st.dictionaries(
    st.tuples(
        st.sampled_from(["load.requests", "load.p95", "load.rps"]),
        st.sampled_from([(), (("endpoint", "GET /"),)]),
    ),
    st.integers(0, 99).map(Decimal),
)


@given(st.dictionaries(REQUESTS, st.integers(1, 5), max_size=9), EXTRA)
def test_every_total_is_the_value_without_labels(counts, extra):
    samples = Samples.of(counts, first=Decimal(0), last=Decimal(60_000), users=7)
    for records in ({}, {"Samples": samples}):
        joined = Joined(records, extra)
        values = joined.values()
        for metric in {metric for metric, _ in values} | {"load.nothing"}:
            assert joined.total(metric) == values.get((metric, ()))


NAMES = st.text("ab \t&<>'=é", max_size=6)


@given(NAMES, st.sampled_from([" ", "\n", "  "]), st.booleans())
def test_the_name_of_a_suite_is_read_the_same_wherever_it_stands(name, space, first):
    written = name.replace("&", "&amp;").replace("<", "&lt;")
    parts = [f'name="{written}"', 'tests="2"', "time='1'"]
    parts = parts if first else parts[::-1]
    found = name_of("".join(f"{space}{part}" for part in parts).encode())
    assert found == name.replace("\t", " ")


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 4)), min_size=1, max_size=6), st.data())
def test_rows_keep_their_suite_whether_it_was_looked_at_or_not(runs, data):
    total = sum(count for _, count in runs)
    ends = data.draw(st.lists(st.sampled_from([PASSED, FAILED, ERRORED]), min_size=total, max_size=total))
    keep = data.draw(st.lists(st.booleans(), min_size=total, max_size=total))

    def written():
        writer = CaseWriter(lambda label: label.decode().upper())
        writer.add("before", PASSED, suite="first")
        names = [f"c{at}" for at in range(total)]
        writer.add_columns(names, [], [], array("d", [1.0] * total))
        for suite, count in runs:
            writer.add_suite(suite.encode() if suite != "z" else suite, count)
        writer.statuses[1:] = bytes(ends)
        return writer.cases()

    flags = [True, *keep]
    settled = [case for case, flag in zip(written(), flags, strict=True) if flag]
    assert list(written().rows(flags)) == settled
    bad = sorted({case.identity for case in written() if case.status in (FAILED, ERRORED)})
    assert written().failed_names(99) == bad
