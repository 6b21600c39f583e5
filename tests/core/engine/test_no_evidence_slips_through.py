"""Ways to a GO through evidence, and how each of them ends. The desk's clock is noon."""

import json
from datetime import timedelta

import pytest

from core.engine.conftest import NOW
from core.engine.slipping import COVERAGE, DEFECTS, NEW, RATE, claims, only, run_of, tracker
from flightrules.engine.verdict import Status
from flightrules.evidence.measurement import Notice
from flightrules.values import replace

# -- conditions on defects


@pytest.mark.parametrize("condition", ["status = Done", "status = closed", "status != open"])
def test_a_condition_that_takes_the_open_defects_away_measures_nothing(desk, condition):
    rules = DEFECTS.replace("measured by JIRA", f"measured by JIRA with {condition}")
    verdict = desk.decide(rules.replace("<= 2", "= 0"), tracker(desk, "Medium", "High"))
    assert only(verdict).status is Status.NOT_MEASURED_AS_STATED


@pytest.mark.parametrize(
    ("word", "severities", "count"),
    [
        ("P2", ("High", "High", "Medium"), 2),  # the policy knows that High is P2
        ("P2", ("High", "Wichtig"), 1),  # an unknown one stays in the list, and counts as the worst level
        ("High", ("High",), 1),
    ],
)
def test_a_condition_on_severity_is_read_with_the_policy(desk, word, severities, count):
    rules = DEFECTS.replace("measured by JIRA", f'measured by JIRA with "severity" = {word}')
    result = only(desk.decide(rules, tracker(desk, *severities)))
    assert result.actual == count


# -- evidence


def test_tests_that_are_in_the_total_and_in_no_end_may_all_have_failed(desk):
    rules = RATE.replace("[junit.xml]", "[claims.json]")
    short = desk.decide(rules, run_of(desk, claims(desk, tests__total=100, tests__passed=80)))
    whole = desk.decide(rules, run_of(desk, claims(desk, tests__total=80, tests__passed=80)))
    assert (only(short).status, only(whole).status) == (Status.ERROR, Status.PASS)
    assert "numbers stated, not counted: evidence" in whole.warnings


def test_findings_without_a_severity_count_under_every_severity(desk):
    rules = NEW.replace("No NEW security findings", "No findings of severity HIGH").replace("scan", "CI run")
    rated = run_of(desk, claims(desk, findings__total=50, findings__low=50))
    bare = run_of(desk, claims(desk, findings__total=50, findings__low=20))
    assert only(desk.decide(rules, rated)).status is Status.PASS
    assert only(desk.decide(rules, bare)).actual == 30


def test_the_same_bytes_under_two_names_are_one_measurement(desk, junit):
    rules = RATE.replace("waivable", "waivable, minimum_samples: 15")
    one = desk.artefact("CI run", junit(passed=10), path="a.xml")
    copy = desk.artefact("CI run", junit(passed=10), path="b.xml")
    other = desk.artefact("CI run", junit(passed=10, prefix="u"), path="c.xml")
    twice = desk.decide(rules, run_of(desk, one, copy))
    assert only(twice).status is Status.NOT_MEASURED_AS_STATED
    assert "the same bytes under 2 names, counted once: a.xml, b.xml" in twice.warnings
    assert only(desk.decide(rules, run_of(desk, one, other))).status is Status.PASS


def test_a_failing_run_is_not_outweighed_by_a_passing_one_of_the_same_tests(desk, junit):
    red = desk.artefact("CI run", junit(passed=5, failed=5), path="first.xml")
    green = desk.artefact("CI run", junit(passed=5, failed=5).replace('<failure message="no"/>', ""))
    assert only(desk.decide(RATE, run_of(desk, red, green))).status is Status.FAIL


def test_evidence_bound_to_another_artefact_is_stale_whatever_its_build_is_called(desk, junit):
    tested = desk.artefact("CI run", junit(passed=10), build="4.2.1")
    facts = {**tested.reading.facts, "artefact": "sha256:" + "A" * 64}
    tested = replace(tested, reading=replace(tested.reading, facts=facts))
    other = desk.decide(RATE, run_of(desk, tested), build="4.2.1", artefact="b" * 64)
    same = desk.decide(RATE, run_of(desk, tested), build="4.2.1", artefact="a" * 64)
    assert (only(other).status, only(same).status) == (Status.STALE, Status.PASS)


def test_a_sentence_about_an_older_build_does_not_measure_this_one(desk, junit):
    rules = RATE.replace("the CI run,", "the CI run as of build 4.2.0,")
    found = run_of(desk, desk.artefact("CI run", junit(passed=10), build="4.2.0"))
    result = only(desk.decide(rules, found, build="4.2.1"))
    assert result.status is Status.NOT_MEASURED_AS_STATED
    assert "as of build 4.2.0; this check is of build 4.2.1" in result.reason
    assert any("the release is 4.2.1" in said for said in desk.decide(rules, found).warnings)


def test_an_age_that_only_the_file_system_tells_is_pointed_out(desk, junit):
    rules = RATE.replace("[junit.xml]", "[junit.xml], max_age: 24h")
    artefact = desk.artefact("CI run", junit(passed=10))
    notice = Notice("W_FILE_TIME", "the artefact states no time")
    artefact = replace(artefact, reading=replace(artefact.reading, notices=(notice,)))
    verdict = desk.decide(rules, run_of(desk, artefact))
    assert any(said.startswith("age known only from the file's own time stamp") for said in verdict.warnings)


def test_an_unstated_plan_is_not_called_one(desk, junit):
    rules = RATE.replace("Pass rate >= 90%", "Planned tests executed >= 98%")
    found = run_of(desk, desk.artefact("CI run", junit(passed=10)))
    assert "whose plan nobody states" in only(desk.decide(rules, found)).reason
    planned = desk.decide(rules.replace("[junit.xml]", "[junit.xml], planned: 10"), found)
    assert "10 of 10 planned tests ran" in only(planned).reason


def sarif(*rules, suppressed=()):
    results = [
        {
            "ruleId": rule,
            "level": "error",
            "message": {"text": rule},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": f"{rule}.py"}}}],
            **({"suppressions": [{"kind": "inSource"}]} if rule in suppressed else {}),
        }
        for rule in (*rules, *suppressed)
    ]
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "s"}}, "results": results}]})


def test_a_baseline_that_is_younger_than_the_report_is_no_baseline(desk):
    late = desk.artefact("scan", sarif("x"), taken_at=desk.now)
    early = desk.artefact("scan", sarif("x", "y"), taken_at=desk.now - timedelta(hours=2))
    wrong = desk.decide(NEW, {"scan": desk.found(early, baseline=[late])})
    assert only(wrong).status is Status.NO_DATA
    assert "baseline was taken after" in only(wrong).reason


def test_a_baseline_of_the_same_bytes_is_pointed_out(desk):
    same = desk.artefact("scan", sarif("x"))
    verdict = desk.decide(NEW, {"scan": desk.found(same, baseline=[same])})
    assert only(verdict).status is Status.PASS  # a scanner without clock writes the same bytes again
    assert any("nothing can be new" in said for said in verdict.warnings)


def test_a_zero_reached_by_suppressing_shows_how_many_were_suppressed(desk):
    rules = NEW.replace("No NEW security findings", "No findings")
    verdict = desk.decide(rules, {"scan": desk.found(desk.artefact("scan", sarif(suppressed=("x", "y"))))})
    assert "0 live findings (2 suppressed by the tool)" in only(verdict).reason


def test_the_worst_of_several_series_depends_on_what_is_asked(desk):
    rules = """
criteria:
  up: Monitored value of "availability" {} measured by prom
gates:
  release: {{kind: exit, criteria: [up]}}
evidence:
  prom: {{paths: [p.json]}}
"""
    series = [
        {"metric": {"__name__": "availability", "pod": pod}, "value": [1795255200, value]}
        for pod, value in (("a", "99.99"), ("b", "80"))
    ]
    answer = json.dumps({"status": "success", "data": {"resultType": "vector", "result": series}})
    found = {"prom": desk.found(desk.artefact("prom", answer))}
    asked = (">= 99.9", "<= 90", "= 99.99")
    statuses = [only(desk.decide(rules.format(one), found)).status for one in asked]
    assert statuses == [Status.FAIL] * 3


def test_a_cautious_bound_without_counts_is_not_quietly_the_plain_value(desk):
    rules = """
criteria:
  p95: {sentence: API response time p95 <= 300 ms measured by k6, lower_bound: yes}
gates:
  release: {kind: exit, criteria: [p95]}
evidence:
  k6: {paths: [a.jtl]}
"""
    rows = "".join(f"{1795255200000 + at * 1000},100,GET /,200,true,1\n" for at in range(20))
    jtl = "timeStamp,elapsed,label,responseCode,success,allThreads\n" + rows
    found = {"k6": desk.found(desk.artefact("k6", jtl))}
    assert only(desk.decide(rules, found)).status is Status.NOT_MEASURED_AS_STATED
    assert only(desk.decide(rules.replace(", lower_bound: yes", ""), found)).status is Status.PASS


# -- new code


def lcov(desk, *paths):
    lines = "".join(
        f"SF:{path}\n" + "".join(f"DA:{n},1\n" for n in range(1, 11)) + "end_of_record\n" for path in paths
    )
    return {"coverage": desk.found(desk.artefact("coverage", lines))}


def new_code(desk, found, changed, rules=COVERAGE):
    return only(desk.decide(rules, found, changes={"coverage": desk.changed("main", changed)}))


def test_a_new_file_that_no_test_loads_is_not_as_if_it_were_covered(desk):
    changed = {"shop/price.py": [1, 2], "shop/refund.py": list(range(1, 500))}
    result = new_code(desk, lcov(desk, "shop/price.py"), changed)
    assert result.status is Status.NOT_MEASURED_AS_STATED
    assert "shop/refund.py" in result.reason


@pytest.mark.parametrize("path", ["tests/test_price.py", "shop/price.md", "setup.py"])
def test_files_that_such_a_report_never_holds_are_counted_beside_it(desk, path):
    result = new_code(desk, lcov(desk, "shop/price.py"), {"shop/price.py": [1, 2], path: [1]})
    assert result.status is Status.PASS
    assert "(1 changed files are not in the report)" in result.reason


def test_a_base_that_is_the_commit_itself_compares_nothing(desk):
    result = new_code(desk, lcov(desk, "shop/price.py"), {})
    assert result.status is Status.NO_DATA
    assert "nothing differs from the base" in result.reason


# -- methods


def test_a_criterion_without_a_method_does_not_look_past_the_file_that_cannot_be_read(desk, junit):
    rules = """
criteria:
  rate: Pass rate >= 90%
gates:
  release: {kind: exit, criteria: [rate]}
evidence:
  unit: {paths: [u.xml]}
  integration: {paths: [i.xml], max_age: 1h}
"""
    good = desk.artefact("unit", junit(passed=10))
    broken = desk.artefact("integration", "<testsuite><testcase", path="i.xml")
    old = desk.artefact("integration", junit(passed=9), taken_at=desk.now - timedelta(hours=2), path="i.xml")
    statuses = [
        only(desk.decide(rules, {"unit": desk.found(good), "integration": desk.found(one)})).status
        for one in (broken, old)
    ]
    assert statuses == [Status.ERROR, Status.STALE]


def test_a_load_that_lasted_a_moment_shows_for_how_long(desk):
    rules = """
criteria:
  p95: API response time p95 <= 300 ms under 200 users measured by JMeter
gates:
  release: {kind: exit, criteria: [p95]}
evidence:
  JMeter: {paths: [a.jtl]}
"""
    rows = "".join(f"{1795255200000 + at * 10},100,GET /,200,true,200\n" for at in range(91))
    jtl = "timeStamp,elapsed,label,responseCode,success,allThreads\n" + rows
    verdict = desk.decide(rules, {"JMeter": desk.found(desk.artefact("JMeter", jtl))})
    assert only(verdict).reason == "100 ms: 100 ms over 91 requests in 1 s"
    assert any("how long the load must last" in said for said in verdict.warnings)
    longer = desk.decide(
        rules.replace("  p95: ", "  p95: {sentence: ").replace(
            "by JMeter", "by JMeter, minimum_duration: 5m}"
        ),
        {"JMeter": desk.found(desk.artefact("JMeter", jtl))},
    )
    assert only(longer).status is Status.NOT_MEASURED_AS_STATED
    assert not any("how long" in said for said in longer.warnings)


def test_what_a_tool_was_told_to_pass_over_is_a_note_beside_the_verdict(desk):
    found = {"scan": desk.found(desk.artefact("scan", sarif("x", suppressed=("y", "z")), path="a.sarif"))}
    assert "a.sarif: 2 findings are suppressed and counted apart" in desk.decide(NEW, found).warnings


@pytest.mark.parametrize(
    "lists",
    [
        {"ops": {"Runbooks published": True}, "web": {"RUNBOOKS published": False}},
        {"runbooks published": {"written": True}, "web": {"Runbooks published": False}},
        {"ops": {"RUNBOOKS PUBLISHED": False, "Runbooks published": True}},
    ],
)
def test_a_done_item_does_not_cover_one_of_the_same_name_that_is_not(desk, lists):
    rules = """
criteria:
  runbooks: Runbooks published measured by the list
gates:
  release: {kind: exit, criteria: [runbooks]}
evidence:
  list: {paths: [a.json]}
"""
    checklists = [
        {
            "name": name,
            "items": [
                {"id": str(at), "title": title, "done": done}
                for at, (title, done) in enumerate(items.items())
            ],
        }
        for name, items in lists.items()
    ]
    head = {"flightrules": "evidence/1", "tool": "t", "taken_at": "2026-11-21T10:00:00Z"}
    found = {"list": desk.found(desk.artefact("list", json.dumps({**head, "checklists": checklists})))}
    result = only(desk.decide(rules, found))
    assert result.status is Status.FAIL
    assert result.reason.startswith("50 %: 1 of 2")


# -- several load tests

LOADED = """
criteria:
  speed: {sentence: "p95 response time <= 300 ms under 200 users measured by the load test", minimum_duration: 8s}
evidence:
  load test: {paths: [run.jtl]}
"""


def jtl(users, ms, *, count=50, start=0):
    """Ten requests a second."""
    first = int(NOW.timestamp() * 1000) - 3_600_000 + start
    rows = [f"{first + at * 100},{ms},home,200,true,{users}" for at in range(count)]
    return "\n".join(["timeStamp,elapsed,label,responseCode,success,allThreads", *rows, ""])


@pytest.mark.parametrize(
    ("runs", "status"),
    [
        ([jtl(200, 100, count=90)], Status.PASS),
        ([jtl(200, 500, count=90)], Status.FAIL),
        (
            [jtl(200, 500, count=90), jtl(10, 1, count=9_000)],
            Status.NOT_MEASURED_AS_STATED,
        ),  # a warm-up dilutes it
        ([jtl(200, 100), jtl(200, 100, start=5_000)], Status.PASS),  # one run in two files
        (
            [jtl(200, 100), jtl(200, 100, start=900_000, count=20)],
            Status.NOT_MEASURED_AS_STATED,
        ),  # two short ones
    ],
)
def test_every_load_test_of_a_method_carries_the_load_and_all_together_last(desk, runs, status):
    found = desk.found(*(desk.artefact("load test", run, path=f"{at}.jtl") for at, run in enumerate(runs)))

    assert only(desk.decide(LOADED, {"load test": found})).status is status


@pytest.mark.parametrize(("runs", "status"), [(1, Status.NOT_MEASURED_AS_STATED), (2, Status.PASS)])
def test_what_several_runs_ask_together_is_a_rate_of_them_all(desk, runs, status):
    """Ten requests a second from one machine, twenty from two at the same time."""
    rules = LOADED.replace("200 users", "20 rps")
    found = desk.found(
        *(desk.artefact("load test", jtl(5, 100 + at, count=90), path=f"{at}.jtl") for at in range(runs))
    )

    assert only(desk.decide(rules, {"load test": found})).status is status
