"""Some rows of a report are the same whether they alone are split off its text or all rows are."""

from itertools import compress

from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source

NAMES = st.sampled_from(["a", "b", "x &amp; y", "&quot;q&quot;", "name=", "ä", "l\tm"])
CASES = st.builds(
    '<testcase name="{}" classname="{}" time="{}"{}\n'.format,
    NAMES,
    NAMES,
    st.sampled_from(["0.1", "2", "1e-3"]),
    st.sampled_from(
        ["/>", "><failure/></testcase>", "><error/></testcase>", "><system-out>x</system-out></testcase>"]
    ),
)
SUITES = st.builds(
    lambda name, cases: f'<testsuite name="{name}">{"".join(cases)}</testsuite>',
    NAMES,
    st.lists(CASES, max_size=5),
)


def cases_of(suites):
    odd = '<testsuite><testcase name="first"/></testsuite>'
    return read(Source.of(f"<testsuites>{odd}{''.join(suites)}</testsuites>".encode(), "report")).records


@settings(deadline=None, max_examples=examples(100))
@given(st.lists(SUITES, max_size=4), st.data())
def test_chosen_rows_are_those_of_all_rows(suites, data):
    cases = cases_of(suites)
    keep = data.draw(st.lists(st.booleans(), min_size=len(cases), max_size=len(cases)))
    chosen = cases.rows(keep)
    assert list(chosen) == list(compress(cases_of(suites), keep))
    assert list(chosen.rows([True] * len(chosen))) == list(chosen)
    assert list(cases) == list(cases_of(suites))


def test_names_of_failures_are_found_without_the_other_rows(monkeypatch):
    cases = cases_of(
        ['<testsuite name="s"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>']
    )
    monkeypatch.setattr(type(cases._columns), "settled", lambda self: self if not self._late else 1 / 0)
    assert cases.failed_names(3) == ["b"]
