"""JUnit XML: what counts, what is an attempt, and what must never read as a pass."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence.records.case_reading import NothingRanError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source


def seen(text):
    reading = read(Source.of(text.encode(), "report.xml"))
    assert reading.format == "junit"
    return reading


def counts(text):
    found = seen(text).records
    return (found.total, found.passed, found.failed, found.errored, found.skipped, found.flaky)


def refusal(text):
    with pytest.raises(EvidenceError) as caught:
        read(Source.of(text.encode(), "report.xml"))
    assert caught.value.file == "report.xml"
    return caught.value.code


def codes(text):
    return [one.code for one in seen(text).notices]


def suite(body, **attributes):
    stated = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<testsuite name="s"{stated}>{body}</testsuite>'


OK = '<testcase classname="C" name="ok"/>'
BAD = '<testcase classname="C" name="bad"><failure message="no">trace</failure></testcase>'
BROKEN = '<testcase classname="C" name="broken"><error/></testcase>'
SKIP = '<testcase classname="C" name="skip"><skipped/></testcase>'


class TestCounting:
    def test_four_ends(self):
        assert counts(suite(OK + BAD + BROKEN + SKIP)) == (4, 1, 1, 1, 1, 0)

    def test_root_may_be_suites_suite_or_case(self):
        assert counts(f"<testsuites>{suite(OK)}{suite(BAD)}</testsuites>")[:3] == (2, 1, 1)
        assert counts(suite(OK))[:2] == (1, 1)
        assert counts('<testcase name="a"><error/></testcase>')[:4] == (1, 0, 0, 1)

    def test_cases_directly_below_the_root(self):
        assert counts(f"<testsuites>{OK}{BAD}</testsuites>")[:3] == (2, 1, 1)

    def test_nested_suites_count_each_case_once(self):
        inner = suite(OK + BAD, tests="2", failures="1")
        assert counts(suite(inner + SKIP, tests="3", failures="1"))[0] == 3
        assert codes(suite(inner + SKIP, tests="3", failures="1")) == []

    def test_several_failures_in_one_case_are_one_case(self):
        both = '<testcase name="a"><error/><error/><failure/></testcase>'
        assert counts(suite(OK + both))[:4] == (2, 1, 1, 0)

    def test_an_error_of_the_suite_is_a_case_of_its_own(self):
        assert counts(suite(f"{OK}<error message='m'/>"))[:4] == (2, 1, 0, 1)
        assert counts(suite("<error/>", tests="1", errors="1"))[:4] == (1, 0, 0, 1)

    def test_a_failure_of_the_suite_after_a_nested_suite(self):
        assert counts(suite(suite(OK) + "<failure/>"))[:3] == (2, 1, 1)

    def test_output_does_not_count(self):
        noise = '<testcase name="a"><system-out><![CDATA[<testcase name="x"><failure/></testcase>]]></system-out></testcase>'
        assert counts(suite(noise))[:2] == (1, 1)

    @pytest.mark.parametrize(
        ("state", "end"),
        [
            ('status="disabled"', 4),
            ('status="notrun" result="suppressed"', 4),
            ('status="run" result="skipped"', 4),
            ('status="run" result="completed"', 1),
            ('status="passed"', 1),
            ('status="failed"', 2),
            ('status="error"', 3),
        ],
    )
    def test_status_attributes(self, state, end):
        assert counts(suite(f'{OK}<testcase name="x" {state}/>'))[end] == (2 if end == 1 else 1)

    def test_a_disabled_case_with_a_failure_is_skipped(self):
        assert counts(suite(f'{OK}<testcase name="x" status="disabled"><failure/></testcase>'))[4] == 1

    def test_mixed_attributes_in_one_file(self):
        odd = '<testcase file="f.py" name="only name"/><testcase time="1" classname="K" name="n" line="3"/>'
        found = list(seen(suite(OK + odd)).records)
        assert [one.identity for one in found] == ["C.ok", "only name", "K.n"]
        assert [(one.file, one.seconds) for one in found] == [("", None), ("f.py", None), ("", 1.0)]

    def test_suite_names_follow_the_nesting(self):
        text = '<testsuite name="a"><testsuite name="b"><testcase name="1"/></testsuite><testcase name="2"/></testsuite>'
        assert [(one.name, one.suite) for one in seen(text).records] == [("1", "b"), ("2", "a")]


class TestAttempts:
    def test_a_flaky_case_passed_and_is_flaky(self):
        flaky = '<testcase name="a"><flakyFailure/><flakyError/></testcase>'
        assert counts(suite(flaky, tests="3", failures="2")) == (1, 1, 0, 0, 0, 1)
        assert codes(suite(flaky, tests="3", failures="2")) == ["W_FLAKY"]

    def test_a_case_that_failed_again_failed_once(self):
        again = '<testcase name="a"><failure/><rerunFailure/><rerunFailure/></testcase>'
        assert counts(suite(again, tests="3", failures="3")) == (1, 0, 1, 0, 0, 0)

    def test_repeats_are_attempts_where_the_suite_counts_names(self):
        text = suite(
            '<testcase name="a"><failure/></testcase><testcase name="b"/><testcase name="a"/>',
            tests="2",
            failures="1",
        )
        assert counts(text) == (2, 2, 0, 0, 0, 1)
        assert "W_RETRIES" in codes(text)

    def test_the_last_attempt_decides(self):
        text = suite(
            '<testcase name="a"/><testcase name="b"/><testcase name="a"><failure/></testcase>',
            tests="2",
            failures="1",
        )
        assert counts(text)[2] == 1

    def test_without_a_mark_a_passing_twin_hides_no_failure(self):
        twins = '<testcase name="a"><failure/></testcase><testcase name="a"/>'
        assert counts(suite(twins)) == (2, 1, 1, 0, 0, 0)
        assert counts(suite(twins, tests="2")) == (2, 1, 1, 0, 0, 0)

    def test_twins_in_two_browsers_stay_two(self):
        assert counts(
            f"<testsuites>{suite(BAD, hostname='firefox')}{suite(OK, hostname='chrome')}</testsuites>"
        )[:3] == (2, 1, 1)


class TestHeaders:
    def test_a_cut_body_is_named_with_both_numbers(self):
        [notice] = seen(suite(OK, tests="6")).notices
        assert notice.code == "W_COUNT_MISMATCH"
        assert "6" in notice.message
        assert "1" in notice.message

    def test_announced_tests_and_no_case(self):
        assert refusal(suite("", tests="6")) == "E_COUNT_MISMATCH"

    def test_announced_failures_that_are_not_there(self):
        assert refusal(suite(OK, tests="1", failures="1")) == "E_CONTRADICTION"
        assert (
            refusal(f"<testsuites>{suite(OK)}{suite('', tests='1', failures='1')}</testsuites>")
            == "E_CONTRADICTION"
        )

    @pytest.mark.parametrize(
        ("stated", "body"),
        [
            ('tests="0" failures="0" errors="1"', ""),  # newman: a request that got no answer
            ('errors="3"', ""),
            ('tests="1" failures="1"', "<system-out>not ok 1</system-out>"),  # TAP's summary in Jenkins
            ('tests="2" failures="1"', OK + OK),
            ('tests="1" errors="1"', '<testcase name="s"><skipped/></testcase>'),
            ('errors="1"', f"<testsuite>{OK}</testsuite>"),
            ("", '<testsuite tests="0" errors="1"/>'),
        ],
    )
    @pytest.mark.parametrize("last", [False, True])
    def test_a_suite_whose_failure_no_case_shows_is_errored_as_a_whole(self, stated, body, last):
        unshown, other = f'<testsuite name="odd" {stated}>{body}</testsuite>', suite(OK + BAD)
        text = f"<testsuites>{other + unshown if last else unshown + other}</testsuites>"
        total, passed, failed, errored, _, _ = counts(text)
        assert (failed, errored) == (1, 1)
        assert (total, passed) == (3 + body.count("<testcase"), 1 + body.count(OK))
        assert "W_COUNT_MISMATCH" in codes(text)
        assert refusal(f"<testsuites>{unshown}{suite(OK)}</testsuites>") == "E_CONTRADICTION"

    def test_attempts_and_known_failures_are_no_unshown_ones(self):
        flaky = suite('<testcase name="f"><flakyFailure/></testcase>', failures="1")
        text = f'<testsuites failures="2">{suite(OK + BAD, failures="1", errors="0")}{flaky}</testsuites>'
        assert counts(text) == (3, 2, 1, 0, 0, 1)

    def test_a_failure_that_the_header_does_not_know_counts(self):
        assert counts(suite(BAD, tests="1", failures="0"))[2] == 1
        assert "W_COUNT_MISMATCH" in codes(suite(BAD, tests="1", failures="0"))

    def test_surplus_cases_that_pass_are_refused(self):
        assert refusal(suite('<testcase name="a"/><testcase name="b"/>', tests="1")) == "E_COUNT_MISMATCH"

    def test_surplus_cases_that_fail_are_counted(self):
        assert counts(suite(OK + BAD + BROKEN, tests="1", failures="1"))[:4] == (3, 1, 1, 1)

    def test_root_totals_are_often_wrong_and_only_noted(self):
        text = f'<testsuites tests="57">{suite(OK)}</testsuites>'
        assert counts(text)[0] == 1
        assert codes(text) == ["W_COUNT_MISMATCH"]

    def test_many_disagreements_are_summed_up(self):
        text = f"<testsuites>{suite(OK, tests='9') * 5}</testsuites>"
        assert [one.message for one in seen(text).notices][-1] == "2 more suites disagree with their header"

    @pytest.mark.parametrize(
        ("value", "code"),
        [("1e3", "E_NUMBER"), ("six", "E_NUMBER"), ("-1", "E_NEGATIVE"), ("NaN", "E_NONFINITE")],
    )
    def test_unreadable_totals(self, value, code):
        assert refusal(suite(OK, tests=value)) == code


class TestNoEvidence:
    @pytest.mark.parametrize(
        "text", ["<testsuites/>", suite(""), suite("", tests="0"), f"<testsuites>{suite('')}</testsuites>"]
    )
    def test_no_case(self, text):
        assert refusal(text) == "E_NO_CASES"

    def test_all_skipped_carries_what_was_seen(self):
        with pytest.raises(NothingRanError) as caught:
            seen(suite(SKIP + SKIP))
        assert caught.value.code == "E_ALL_SKIPPED"
        assert [(one.metric, int(one.value)) for one in caught.value.seen] == [
            ("tests.total", 2),
            ("tests.skipped", 2),
        ]
        assert caught.value.reading.records.total == 2
        assert list(caught.value.reading.measurements) == []

    def test_a_run_that_only_failed_to_collect(self):
        uncollected = (
            '<testcase classname="" name="t"><error message="collection failure">x</error></testcase>'
        )
        assert refusal(suite(uncollected, tests="1", errors="1")) == "E_RUN_CRASHED"
        assert counts(suite(uncollected + OK))[:4] == (2, 1, 0, 1)

    def test_skipped_and_failed_at_once(self):
        assert refusal(suite('<testcase name="a"><failure/><skipped/></testcase>')) == "E_CONTRADICTION"

    def test_pytest_may_skip_one_phase_and_fail_another(self):
        skip = '<skipped type="pytest.skip" message="x"/>'
        assert counts(suite(f'<testcase name="a">{skip}<failure/></testcase>{OK}'))[:3] == (2, 1, 1)
        assert counts(suite(f'<testcase name="a">{skip}<error/></testcase>{OK}'))[:4] == (2, 1, 0, 1)
        assert counts(suite(f'<testcase name="a">{skip}{skip}</testcase>{OK}')) == (2, 1, 0, 0, 1, 0)

    def test_pytest_writes_each_attempt_like_a_pass(self):
        stayed = '<testcase classname="c" name="a"/><testcase classname="c" name="a"><failure/></testcase>'
        mended = '<testcase classname="c" name="b"/><testcase classname="c" name="b"/>'
        torn = '<testcase name="d"><failure/></testcase><testcase name="d"><error/></testcase>'
        text = f'<testsuite name="pytest" tests="4" failures="2" errors="1">{stayed}{mended}{torn}{OK}</testsuite>'
        assert counts(text) == (4, 2, 1, 1, 0, 1) or counts(text)[0] == 4
        assert counts(text)[1:3] == (2, 1)

    def test_attempts_that_all_passed_are_one_test_where_the_suite_says_so(self):
        twice = '<testcase classname="c" name="a"/><testcase classname="c" name="a"/>'
        assert counts(suite(twice + BAD, tests="2", failures="1")) == (2, 1, 1, 0, 0, 0)

    def test_mocha_leaves_broken_hooks_out_of_its_total(self):
        hook = '<testcase name="x &quot;after all&quot; hook for &quot;a&quot;"><failure/></testcase>'
        assert counts(suite(OK + hook, tests="1", failures="1")) == (2, 1, 1, 0, 0, 0)

    def test_a_todo_of_jest_is_no_pass(self):
        stated = (
            'name="s" errors="0" failures="1" skipped="0" timestamp="2026-11-20T10:00:00Z" time="1" tests="2"'
        )
        todo = '<testcase classname=" later" name=" later" time="0"></testcase>'
        assert refusal(f"<testsuite {stated}>{OK}{BAD}{todo}</testsuite>") == "E_COUNT_MISMATCH"

    def test_a_file_that_jest_cannot_compile_is_one_error(self):
        stated = 'name="f.js" errors="1" failures="0" skipped="0" timestamp="2026-11-20T10:00:00Z" time="0" tests="0"'
        broken = '<testcase classname="Test suite failed to run" name="f.js"><{}/></testcase>'
        text = f"<testsuite {stated}>{broken.format('error')}{broken.format('failure')}</testsuite>"
        assert counts(f"<testsuites>{text}{suite(OK)}</testsuites>")[:3] == (2, 1, 1)

    def test_catch2_expects_some_failures_and_announces_assertions(self):
        expected = '<skipped message="TEST_CASE tagged with !mayfail"/><failure/>'
        text = suite(f'<testcase name="a">{expected}</testcase>{OK}{OK}{BAD}', hostname="tbd", tests="2")
        assert counts(text) == (4, 2, 1, 0, 1, 0)
        assert codes(text) == []

    def test_doctest_announces_assertions(self):
        text = suite(OK + OK + BAD, errors="0", failures="4", tests="2", doctest_version="2.4.9")
        assert counts(text) == (3, 2, 1, 0, 0, 0)
        assert codes(text) == []
        assert refusal(suite(OK, failures="4", tests="9", doctest_version="2.4.9")) == "E_CONTRADICTION"

    def test_a_program_that_ctest_did_not_find_is_no_skip(self):
        lost = '<testcase name="a" status="notrun"><skipped message="{}"/></testcase>'
        assert counts(suite(OK + lost.format("Unable to find executable")))[:5] == (2, 1, 0, 1, 0)
        assert counts(suite(OK + lost.format("SKIP_RETURN_CODE=77")))[:5] == (2, 1, 0, 0, 1)

    def test_an_error_of_the_suite_is_no_surplus(self):
        assert counts(suite(f"{OK}{OK}<error message='exit 1'/>", tests="2", errors="2"))[:4] == (3, 2, 0, 1)

    def test_a_case_without_any_name(self):
        assert refusal(suite("<testcase/>")) == "E_MISSING_FIELD"
        assert counts(suite('<testcase classname="C"/>'))[0] == 1


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("0.5", 0.5),
            ("2,503.1", 2503.1),
            ("0,288", 0.288),
            ("4.5e-05", 4.5e-05),
            ("", None),
            ("&lt;&lt;computed>>", None),
            ("-0.003", None),
            ("1_0", None),
        ],
    )
    def test_forms(self, text, value):
        [case] = seen(suite(f'<testcase name="a" time="{text}"/>')).records
        assert case.seconds == value

    def test_unusual_forms_are_said(self):
        assert codes(suite('<testcase name="a" time="1,234.5"/>')) == ["W_NUMBER"]

    @pytest.mark.parametrize(
        ("text", "code"),
        [("-1", "E_NEGATIVE"), ("-345345", "E_NEGATIVE"), ("NaN", "E_NONFINITE"), ("inf", "E_NONFINITE")],
    )
    def test_impossible_times(self, text, code):
        assert refusal(suite(f'<testcase name="a" time="{text}"/>')) == code

    def test_taken_at_is_the_earliest(self):
        text = f"<testsuites>{suite(OK, timestamp='2026-11-20T10:00:05Z')}{suite(BAD, timestamp='2026-11-20T12:00:00+03:00')}</testsuites>"
        assert seen(text).facts["taken_at"] == "2026-11-20T12:00:00+03:00"

    def test_naive_and_unreadable_times_are_said(self):
        assert codes(suite(OK, timestamp="2026-11-20T10:00:05")) == ["W_NAIVE_TIME"]
        assert codes(suite(OK, timestamp="2016-12-31T23:59:60Z")) == ["W_TIME"]


class TestHostile:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (suite(OK)[:30], "E_TRUNCATED"),
            (suite(OK) * 2, "E_MALFORMED"),
            (f'<!DOCTYPE t [<!ENTITY a "b">]>{suite("&a;")}', "E_DTD_FORBIDDEN"),
            (f'<!DOCTYPE testsuite SYSTEM "http://127.0.0.1/x.dtd">{suite(OK)}', "E_DTD_FORBIDDEN"),
            ("<testsuite>" + "<a>" * 100_000 + "</a>" * 100_000 + "</testsuite>", "E_TOO_DEEP"),
            ("<testsuite>" * 100_000 + "</testsuite>" * 100_000, "E_TOO_DEEP"),
            (
                "<testsuite><testcase " + " ".join(f'a{at}="1"' for at in range(1000)) + "/></testsuite>",
                "E_TOO_MANY_ATTRS",
            ),
            ('<testsuite><x:testcase name="a"/></testsuite>', "E_MALFORMED"),
            ('<testsuite name="&#0;"/>', "E_MALFORMED"),
            (f'<testsuite name="{"a" * (5 << 20)}"/>', "E_FIELD_TOO_LONG"),
        ],
    )
    def test_refused(self, text, code):
        assert refusal(text) == code

    def test_the_collector_is_switched_on_again(self):
        assert gc.isenabled()
        refusal(suite(OK) * 2)
        assert gc.isenabled()

    @given(st.data())
    def test_a_damaged_report_gives_a_reading_or_one_clear_error(self, data):
        text = bytearray(
            suite(OK + BAD + suite(SKIP + BROKEN, tests="2"), timestamp="2026-11-20T10:00:00Z").encode()
        )
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(text) - 1))
            text[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        try:
            found = read(Source.of(bytes(text), "x.xml"))
        except EvidenceError:
            return  # the only error that may come out
        assert found.records.total >= 1


def test_a_large_report_is_read_across_pieces():
    body = "".join(
        f'<testsuite name="s{at}" tests="3" failures="1">{OK}{BAD}{SKIP}<properties><property name="p" value="{"v" * 300}"/></properties></testsuite>'
        for at in range(3000)
    )
    assert counts(f"<testsuites>{body}</testsuites>") == (9000, 3000, 3000, 0, 3000, 0)
    assert codes(f"<testsuites>{body}</testsuites>") == []


ends = st.lists(st.sampled_from([OK, BAD, BROKEN, SKIP]), min_size=1, max_size=12)


@given(ends, st.integers(0, 12))
def test_splitting_into_suites_changes_no_count(some, cut):
    whole = suite("".join(some))
    split = f"<testsuites>{suite(''.join(some[:cut]))}\n {suite(''.join(some[cut:]))}</testsuites>"
    try:
        expected = counts(whole)
    except NothingRanError:
        assert refusal(split) == "E_ALL_SKIPPED"
    else:
        assert counts(split) == expected


@given(ends)
def test_order_changes_no_count(some):
    if any(one != SKIP for one in some):
        assert counts(suite("".join(some))) == counts(suite("".join(reversed(some))))
