"""How dialects of JUnit XML may say that something failed, beyond the words of the schema."""

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.formats import junit
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source

FINE = '<testcase name="a" classname="c" time="0.1"/>'
PYTEST = (
    '<testsuite name="{name}" errors="0" failures="0" skipped="0" tests="1" time="1" '
    'timestamp="2026-01-02T03:04:05+00:00" hostname="h">{cases}</testsuite>'
)


@pytest.fixture(params=["text", "handlers"])
def seen(request, monkeypatch):
    """Total, passed, failed, errored, skipped; by both ways in which a report is read."""
    if request.param == "handlers":
        monkeypatch.setattr(junit, "read_outlined", lambda *_: False)

    def counts(text):
        cases = read(Source.of(text.encode(), "report")).records
        return (cases.total, cases.passed, cases.failed, cases.errored, cases.skipped)

    return counts


def suite(more, attributes=""):
    return f'<testsuite name="s"{attributes}>{FINE}{more}</testsuite>'


FAILED, ERRORED, SKIPPED, PASSED = (2, 1, 1, 0, 0), (2, 1, 0, 1, 0), (2, 1, 0, 0, 1), (2, 2, 0, 0, 0)
CASES = [
    ("<Failure/>", FAILED),
    ("<FAILURE message='x'/>", FAILED),
    ("<failed/>", FAILED),
    ("<j:failure xmlns:j='urn:j'/>", FAILED),
    ("<failure xmlns='urn:j'/>", FAILED),
    ("<Error/>", ERRORED),
    ("<broken/>", ERRORED),
    ("<timeout/>", ERRORED),
    ("<exception/>", ERRORED),
    ("<Skipped/>", SKIPPED),
    ("<disabled/>", SKIPPED),
    ("<todo/>", SKIPPED),
    ("<properties><property name='failure' value='x'/></properties>", PASSED),
    ("<system-out><![CDATA[<failure/>]]></system-out>", PASSED),
    ("<!-- <failure/> -->", PASSED),
]
ATTRIBUTES = [
    ('status="wobbly"', ERRORED),
    ('result="no idea"', ERRORED),
    ('status="Passed"', PASSED),
    ('status="run" result="completed"', PASSED),
    ('result="SUCCESS"', PASSED),
    ('status=""', PASSED),
    ('Status="failed"', FAILED),
    ('outcome="FAILED"', FAILED),
    ('state="failed"', FAILED),
    ('success="false"', FAILED),
    ('success="true"', PASSED),
    ('status="fail&#101;d"', FAILED),
    ('status="Timed Out"', ERRORED),
    ('status="hook_error"', ERRORED),
    ('status="expected-failure"', SKIPPED),
]


@pytest.mark.parametrize(("inside", "counts"), CASES)
def test_a_child_means_what_it_looks_like(seen, inside, counts):
    assert seen(suite(f'<testcase name="b" classname="c" time="1">{inside}</testcase>')) == counts


@pytest.mark.parametrize(("attributes", "counts"), ATTRIBUTES)
def test_an_attribute_tells_the_end(seen, attributes, counts):
    assert seen(suite(f'<testcase name="b" classname="c" {attributes}/>')) == counts


@pytest.mark.parametrize(("attributes", "counts"), ATTRIBUTES)
def test_an_attribute_tells_the_end_where_others_have_none(seen, attributes, counts):
    cases = f'<testcase name="b" classname="c" {attributes}/>'
    assert seen(f'<testsuite name="s"><testcase name="a" file="f"/>{cases}</testsuite>') == counts


def test_a_case_that_was_not_run_and_failed_is_a_failure(seen):
    assert seen(suite('<testcase name="b" status="notrun"><failure/></testcase>')) == FAILED


@pytest.mark.parametrize("attributes", [' status="failed"', ' tests="1" failures="0" result="FAILURE"'])
def test_a_suite_that_says_it_failed_and_shows_nothing_is_an_error(seen, attributes):
    assert seen(suite("", attributes)) == ERRORED


def test_a_suite_that_says_it_failed_is_believed_once(seen):
    assert seen(suite('<testcase name="b"><failure/></testcase>', ' status="failed"')) == FAILED


def test_tests_that_are_announced_and_not_there_do_not_vanish(seen):
    empty = '<testsuite name="t" tests="5" failures="0"/>'
    assert seen(f"<testsuites>{suite('')}{empty}</testsuites>") == ERRORED


def test_a_suite_whose_tests_were_all_skipped_may_be_empty(seen):
    empty = '<testsuite name="t" tests="5" skipped="5"/>'
    assert seen(f"<testsuites>{suite('')}{empty}</testsuites>") == (1, 1, 0, 0, 0)


def test_mocha_subtracts_hooks_from_what_it_skipped(seen):
    hook = '<testcase name="&quot;before all&quot; hook"><failure/></testcase>'
    assert seen(suite(hook, ' tests="1" failures="0" errors="1" skipped="-1"')) == FAILED


def test_attempts_in_a_suite_of_pytest_that_was_given_a_name():
    once = '<testcase classname="t" name="b" time="0.1" />'
    reading = read(Source.of(PYTEST.format(name="mine", cases=once * 2).encode()))
    assert (reading.records.total, reading.records.flaky) == (1, 1)


def test_an_unknown_word_is_named():
    notices = read(Source.of(suite('<testcase name="b" status="wobbly"/>').encode())).notices
    assert any(one.code == "W_UNKNOWN_STATE" and "'wobbly'" in one.message for one in notices)


def test_a_list_of_tests_is_no_run():
    listed = (
        '<testsuites tests="1" name="AllTests"><testsuite name="A" tests="1"><testcase name="x"/></testsuite>'
    )
    with pytest.raises(EvidenceError) as caught:
        read(Source.of(f"{listed}</testsuites>".encode()))
    assert caught.value.code == "E_ALL_SKIPPED"
