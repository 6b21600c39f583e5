"""What is known to be only a part of the evidence can show a failure, and never that there is none."""

from __future__ import annotations

import json

import pytest

from flightrules.values import replace

AT = "2026-11-21T11:00:00Z"
RULEBOOK = """
criteria:
  p1: "P1 defects open = 0 measured by the issue tracker"
gates:
  exit: {kind: exit, criteria: [p1]}
evidence:
  issue tracker: {paths: [t.json]}
"""


def tracker(*severities):
    listed = [
        {"id": f"D-{n}", "title": "d", "severity": word, "state": "open"} for n, word in enumerate(severities)
    ]
    return json.dumps({"flightrules": "evidence/1", "tool": "t", "taken_at": AT, "defects": listed})


@pytest.mark.parametrize(
    ("severities", "partial", "status"),
    [
        ((), "", "PASS"),
        (("P3",), "", "PASS"),
        ((), "there may be more", "NO DATA"),
        (("P3",), "there may be more", "NO DATA"),
        (("P1",), "there may be more", "FAIL"),
        (("P1",), "", "FAIL"),
    ],
)
def test_a_part_fails_and_does_not_pass(desk, severities, partial, status):
    found = replace(desk.found(desk.artefact("issue tracker", tracker(*severities))), partial=partial)
    verdict = desk.decide(RULEBOOK, {"issue tracker": found})
    (result,) = verdict.results
    assert str(result.status) == status, result.reason
    if status == "NO DATA":
        assert result.actual is None
        assert result.reason.endswith(partial)
        assert str(verdict.outcome) == "HOLD"


TWO_RUNS = """
criteria:
  rate: {sentences}
evidence:
  unit tests: {{paths: [unit.xml]}}
  other: {{paths: [other.xml]}}
"""


@pytest.mark.parametrize(
    ("sentence", "failed", "status"),
    [
        ("Pass rate >= 97%", 0, "NO DATA"),  # nobody says what the other one holds
        ("Pass rate >= 97%", 3, "FAIL"),
        ("Pass rate >= 97% measured by unit tests", 0, "PASS"),
    ],
)
def test_a_method_that_nobody_names_and_that_yielded_nothing_may_hold_the_rest(
    desk, junit, sentence, failed, status
):
    rules = TWO_RUNS.format(sentences=sentence)
    found = {"unit tests": desk.found(desk.artefact("unit tests", junit(passed=3, failed=failed)))}

    assert desk.decide(rules, {**found, "other": desk.found()}).results[0].status == status


def test_a_method_that_another_criterion_names_is_for_that(desk, junit):
    rules = TWO_RUNS.format(sentences="Pass rate >= 97%\n  scan: No findings measured by other")
    found = {"unit tests": desk.found(desk.artefact("unit tests", junit(passed=3))), "other": desk.found()}

    assert [str(one.status) for one in desk.decide(rules, found).results] == ["PASS", "NO DATA"]


@pytest.mark.parametrize(("listed", "status"), [(29, "PASS"), (30, "NO DATA")])
def test_a_list_as_long_as_a_page_may_go_on(desk, listed, status):
    issues = json.dumps(
        [
            {"number": n, "title": "t", "state": "OPEN", "labels": [{"name": "bug"}, {"name": "P3"}]}
            for n in range(listed)
        ]
    )
    found = {"issue tracker": desk.found(desk.artefact("issue tracker", issues))}

    assert desk.decide(RULEBOOK, found).results[0].status == status


@pytest.mark.parametrize(("successful", "status"), [(True, "PASS"), (False, "NO DATA")])
def test_a_scan_that_broke_off_behind_its_first_result_shows_no_absence(desk, successful, status):
    run = {
        "tool": {"driver": {"name": "T"}},
        "invocations": [{"executionSuccessful": successful}],
        "results": [{"ruleId": "a", "message": {"text": "m"}, "level": "note"}],
    }
    scan = json.dumps({"version": "2.1.0", "runs": [run]})
    rules = RULEBOOK.replace("P1 defects open = 0", "No findings of severity HIGH")
    found = {"issue tracker": desk.found(desk.artefact("issue tracker", scan))}

    assert desk.decide(rules, found).results[0].status == status


COVERED = """
criteria:
  lines: "Line coverage >= 90% measured by coverage"
gates:
  exit: {kind: exit, criteria: [lines]}
evidence:
  coverage: {paths: [lcov.info]}
"""


@pytest.mark.parametrize(
    ("sums", "status"),
    [
        ("", "PASS"),
        ("LF:2\nLH:2\n", "PASS"),
        ("LF:10\nLH:2\n", "NO DATA"),
        ("LF:10\nLH:10\n", "PASS"),
    ],
    ids=["no sums", "all there", "the worse ones are missing", "as good as what is missing"],
)
def test_a_cut_report_does_not_pass_where_what_is_missing_would_lower_the_rate(desk, sums, status):
    report = f"SF:a.c\nDA:1,1\nDA:2,1\n{sums}end_of_record\n"
    verdict = desk.decide(COVERED, {"coverage": desk.found(desk.artefact("coverage", report))})
    (result,) = verdict.results
    assert str(result.status) == status, result.reason


SEVERAL = """
criteria:
  many: "Number of tests >= 3 measured by tests"
gates:
  exit: {kind: exit, criteria: [many]}
evidence:
  tests: {paths: [reports]}
"""
TWO_CASES = "<testsuite><testcase name='a'/><testcase name='b'/></testsuite>"
FEW_LINES = "SF:a.c\nDA:1,1\nDA:2,1\nend_of_record\n"
TWO_POINTS = "TAP version 13\n1..2\nok 1 - a\nok 2 - b\n"


def test_one_run_in_two_formats_is_told_of(desk):
    both = desk.found(desk.artefact("tests", TWO_CASES), desk.artefact("tests", TWO_POINTS))
    told = [one for one in desk.decide(SEVERAL, {"tests": both}).warnings if "counts twice" in one]
    assert len(told) == 1
    assert "2 tests each" in told[0]
    other = desk.found(desk.artefact("tests", TWO_CASES), desk.artefact("tests", FEW_LINES))
    assert not [one for one in desk.decide(SEVERAL, {"tests": other}).warnings if "counts twice" in one]
    two = desk.found(desk.artefact("tests", TWO_CASES), desk.artefact("tests", TWO_CASES + "<!-- -->"))
    assert not [one for one in desk.decide(SEVERAL, {"tests": two}).warnings if "counts twice" in one]


LONG = """
criteria:
  p95: {sentence: "p95 response time <= 300 ms measured by load", minimum_duration: 5m}
gates:
  exit: {kind: exit, criteria: [p95]}
evidence:
  load: {paths: [load.jtl]}
"""
HEADER = "timeStamp,elapsed,label,responseCode,success\n"


def requests(start, seconds):
    at = 1763700000 + start
    return "".join(f"{one}000,100,buy,200,true\n" for one in range(at, at + seconds))


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        (requests(0, 20), "NOT MEASURED AS STATED"),
        (requests(0, 20) + requests(3600, 20), "NO DATA"),
        (requests(0, 2000) + requests(36000, 2000), "NO DATA"),
        (requests(0, 200) + requests(400, 200), "PASS"),
        (requests(0, 2000), "PASS"),
    ],
    ids=["one short run", "two short runs", "two long ones", "a pause", "one long run"],
)
def test_the_time_between_two_runs_in_one_file_is_no_load(desk, rows, status):
    verdict = desk.decide(LONG, {"load": desk.found(desk.artefact("load", HEADER + rows))})
    (result,) = verdict.results
    assert str(result.status) == status, result.reason
