"""What a release meets at the gate, told as stories. The desk's clock stands at noon."""

import json
from datetime import timedelta

import pytest

from flightrules.engine.verdict import Outcome, Status
from flightrules.errors import RulebookError

CI = """
evidence:
  CI run: {paths: [junit.xml], environment: staging, covers: [regression], max_age: 24h}
"""
RATE = """
criteria:
  regression: {sentence: Regression pass rate >= 97% measured by the CI run in staging, enforcement: waivable}
gates:
  release: {kind: exit, criteria: [regression]}
"""
WAIVER = """
waivers:
  - id: W-1
    criterion: regression
    reason: three tests depend on a supplier's sandbox that is down
    compensating_control: manual check of the three journeys before the release
    expires: 2026-11-30T00:00:00Z
    scope: 4.2.1
    approved_by:
      - {name: Ines, role: qa_lead, at: 2026-11-20T10:00:00Z}
"""


def only(verdict):
    assert len(verdict.results) == 1
    return verdict.results[0]


def test_a_release_that_meets_its_rate_goes(desk, junit):
    found = {"CI run": desk.found(desk.artefact("CI run", junit(passed=97, failed=3), environment="staging"))}
    verdict = desk.decide(RATE + CI, found)
    assert verdict.outcome is Outcome.GO
    assert only(verdict).status is Status.PASS
    assert "97 of 100 tests passed" in only(verdict).reason


def test_just_below_the_threshold_is_below_and_is_never_shown_as_met(desk, junit):
    artefact = desk.artefact("CI run", junit(passed=24249, failed=751), environment="staging")  # 96.996 %
    verdict = desk.decide(RATE + CI, {"CI run": desk.found(artefact)})
    assert only(verdict).status is Status.FAIL
    assert only(verdict).reason.startswith("96.996 %")
    assert verdict.outcome is Outcome.NO_GO


def test_nothing_found_is_no_data_and_holds(desk):
    verdict = desk.decide(RATE + CI, {})
    assert only(verdict).status is Status.NO_DATA
    assert verdict.outcome is Outcome.HOLD


@pytest.mark.parametrize(
    "empty",
    ['<testsuite name="s" tests="0"/>', '<testsuite><testcase name="a"><skipped/></testcase></testsuite>'],
)
def test_a_run_without_a_test_that_ran_is_no_data(desk, empty):
    verdict = desk.decide(
        RATE + CI, {"CI run": desk.found(desk.artefact("CI run", empty, environment="staging"))}
    )
    assert only(verdict).status is Status.NO_DATA
    assert verdict.outcome is Outcome.HOLD


def test_one_unreadable_file_among_good_ones_is_an_error_and_not_overlooked(desk, junit):
    good = desk.artefact("CI run", junit(passed=100), environment="staging")
    cut = desk.artefact("CI run", junit(passed=3)[:-30], path="cut.xml")
    verdict = desk.decide(RATE + CI, {"CI run": desk.found(good, cut)})
    assert only(verdict).status is Status.ERROR
    assert "cut.xml" in only(verdict).reason
    assert verdict.outcome is Outcome.HOLD


def test_evidence_older_than_agreed_is_stale(desk, junit):
    old = desk.artefact(
        "CI run", junit(passed=100), environment="staging", taken_at=desk.now - timedelta(hours=25)
    )
    verdict = desk.decide(RATE + CI, {"CI run": desk.found(old)})
    assert only(verdict).status is Status.STALE
    assert "may be 1 d old, so it is stale since 2026-11-21T11:00:00+00:00" in only(verdict).reason


def test_what_is_said_of_stale_evidence_does_not_change_with_the_clock(desk, junit):
    """Judged again a day later, nothing has changed: neither has the sentence, so no signature is void."""
    old = desk.artefact(
        "CI run", junit(passed=100), environment="staging", taken_at=desk.now - timedelta(hours=25)
    )
    before = only(desk.decide(RATE + CI, {"CI run": desk.found(old)})).reason
    desk.now += timedelta(days=1)
    assert only(desk.decide(RATE + CI, {"CI run": desk.found(old)})).reason == before


def test_exactly_as_old_as_agreed_is_still_good(desk, junit):
    old = desk.artefact(
        "CI run", junit(passed=100), environment="staging", taken_at=desk.now - timedelta(hours=24)
    )
    assert desk.decide(RATE + CI, {"CI run": desk.found(old)}).outcome is Outcome.GO


def test_evidence_from_the_future_is_stale(desk, junit):
    odd = desk.artefact(
        "CI run", junit(passed=100), environment="staging", taken_at=desk.now + timedelta(hours=1)
    )
    assert only(desk.decide(RATE + CI, {"CI run": desk.found(odd)})).status is Status.STALE


def test_evidence_that_does_not_say_when_is_stale_where_an_age_is_agreed(desk, junit):
    odd = desk.artefact("CI run", junit(passed=100), environment="staging", taken_at=None)
    assert only(desk.decide(RATE + CI, {"CI run": desk.found(odd)})).status is Status.STALE


@pytest.mark.parametrize("environment", ["dev", None])
def test_another_or_an_unknown_environment_is_not_measured_as_stated(desk, junit, environment):
    artefact = desk.artefact("CI run", junit(passed=100), environment=environment)
    verdict = desk.decide(RATE + CI, {"CI run": desk.found(artefact)})
    assert only(verdict).status is Status.NOT_MEASURED_AS_STATED


def test_another_build_is_stale_and_an_unknown_one_is_not_as_stated(desk, junit):
    rules = RATE.replace("in staging", "in staging as of build 4.2.1") + CI
    other = desk.artefact("CI run", junit(passed=100), environment="staging", build="4.2.0")
    unknown = desk.artefact("CI run", junit(passed=100), environment="staging")
    right = desk.artefact("CI run", junit(passed=100), environment="staging", build="4.2.1")
    statuses = [
        only(desk.decide(rules, {"CI run": desk.found(one)})).status for one in (other, unknown, right)
    ]
    assert statuses == [Status.STALE, Status.NOT_MEASURED_AS_STATED, Status.PASS]


def test_a_suite_that_nobody_said_how_to_find_is_not_measured_as_stated(desk, junit):
    rules = RATE.replace("Regression pass rate", "Smoke pass rate") + CI
    artefact = desk.artefact("CI run", junit(passed=100), environment="staging")
    verdict = desk.decide(rules, {"CI run": desk.found(artefact)})
    assert only(verdict).status is Status.NOT_MEASURED_AS_STATED
    assert "smoke" in only(verdict).reason


def test_a_scope_is_cut_out_of_the_whole_run(desk, junit):
    rules = """
criteria:
  checkout: Pass rate = 100% for the checkout service measured by the CI run
gates:
  release: {kind: exit, criteria: [checkout]}
scopes:
  checkout service: {tests: ["shop.checkout.*"]}
evidence:
  CI run: {paths: [a.xml]}
"""
    mixed = junit(passed=5, classname="shop.checkout.Pay").replace("</testsuite>", "") + junit(
        failed=9, classname="shop.cart"
    ).replace('<testsuite name="s">', "")
    verdict = desk.decide(rules, {"CI run": desk.found(desk.artefact("CI run", mixed))})
    assert only(verdict).status is Status.PASS
    assert "5 of 5" in only(verdict).reason
    none = desk.decide(
        rules, {"CI run": desk.found(desk.artefact("CI run", junit(passed=9, classname="shop.cart")))}
    )
    assert only(none).status is Status.NO_DATA


QUARANTINE = """
quarantine:
  entries:
    - {test: "suite.tf0", owner: Ines, reason: clock drift, expires: "2026-12-01T00:00:00Z"}
"""


def test_quarantined_tests_are_left_out_counted_and_named(desk, junit):
    artefact = desk.artefact("CI run", junit(passed=9, failed=1), environment="staging")
    verdict = desk.decide(RATE + CI + QUARANTINE, {"CI run": desk.found(artefact)})
    assert only(verdict).status is Status.PASS
    assert "9 of 9" in only(verdict).reason
    assert len(verdict.quarantined) == 1
    assert "tf0" in verdict.quarantined[0]


def test_an_expired_quarantine_counts_the_test_again(desk, junit):
    artefact = desk.artefact("CI run", junit(passed=9, failed=1), environment="staging")
    lapsed = QUARANTINE.replace("2026-12-01", "2026-11-01")
    verdict = desk.decide(RATE + CI + lapsed, {"CI run": desk.found(artefact)})
    assert only(verdict).status is Status.FAIL
    assert verdict.quarantined == ()


def test_a_valid_waiver_makes_a_conditional_go_with_conditions(desk, junit):
    found = {
        "CI run": desk.found(desk.artefact("CI run", junit(passed=90, failed=10), environment="staging"))
    }
    verdict = desk.decide(RATE + CI, found, waivers=WAIVER)
    assert verdict.outcome is Outcome.CONDITIONAL_GO
    assert only(verdict).status is Status.WAIVED
    assert [condition.kind for condition in verdict.conditions] == ["waiver-valid", "control-in-place"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("2026-11-30", "2026-11-21T12:00:00Z\n    # "), "expired"),
        (("scope: 4.2.1", "scope: 4.2.2"), "is for 4.2.2"),
        (("scope: 4.2.1", 'scope: "4.3.*"'), "is for 4.3.*"),
        (("at: 2026-11-20", "at: 2026-11-22"), "future"),
    ],
)
def test_a_waiver_dies_with_any_of_its_parts(desk, junit, change, why):
    text = (
        WAIVER.replace("expires: 2026-11-30T00:00:00Z", "expires: 2026-11-21T12:00:00Z")
        if "expired" in why
        else WAIVER.replace(*change)
    )
    found = {
        "CI run": desk.found(desk.artefact("CI run", junit(passed=90, failed=10), environment="staging"))
    }
    verdict = desk.decide(RATE + CI, found, waivers=text)
    assert verdict.outcome is Outcome.NO_GO
    assert why in only(verdict).reason


def test_a_blocking_criterion_cannot_be_waived(desk, junit):
    rules = RATE.replace("enforcement: waivable", "enforcement: blocking") + CI
    found = {
        "CI run": desk.found(desk.artefact("CI run", junit(passed=90, failed=10), environment="staging"))
    }
    verdict = desk.decide(rules, found, waivers=WAIVER)
    assert verdict.outcome is Outcome.NO_GO
    assert "cannot be waived" in only(verdict).reason


def test_a_waiver_never_covers_what_was_not_measured(desk):
    assert desk.decide(RATE + CI, {}, waivers=WAIVER).outcome is Outcome.HOLD


def test_an_advisory_criterion_never_blocks_and_says_what_it_would_have_done(desk, junit):
    rules = RATE.replace("enforcement: waivable", "enforcement: advisory").replace(
        "[regression]", "[regression, all]", 1
    )
    rules = rules.replace("gates:", "  all: Pass rate >= 50% measured by the CI run\ngates:") + CI
    found = {
        "CI run": desk.found(desk.artefact("CI run", junit(passed=90, failed=10), environment="staging"))
    }
    verdict = desk.decide(rules, found)
    assert verdict.outcome is Outcome.GO
    assert [result.would_block for result in verdict.results] == [True, False]


def test_an_empty_gate_is_an_error(desk):
    with pytest.raises(RulebookError) as caught:
        desk.decide(RATE.replace("criteria: [regression]", "criteria: []") + CI, {})
    assert caught.value.code == "E_EMPTY_GATE"


def test_an_undeclared_method_is_an_error_with_the_nearest_name(desk):
    verdict = desk.decide(RATE.replace("the CI run in", "the CI runs in") + CI, {})
    assert only(verdict).status is Status.ERROR
    assert "CI run" in only(verdict).reason


LOAD = """
criteria:
  p95: p95 response time <= 300 ms under 200 concurrent users measured by the load test
gates:
  release: {kind: exit, criteria: [p95]}
evidence:
  load test: {paths: [k6.json]}
"""


def jtl(users, count=100, elapsed=250):
    head = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes,grpThreads,allThreads,Latency"
    rows = [
        f"{1763700000000 + i * 10},{elapsed},GET /,200,OK,T 1-{i},true,10,{users},{users},1"
        for i in range(count)
    ]
    return "\n".join([head, *rows, ""])


def test_a_load_test_of_ten_users_does_not_measure_two_hundred(desk):
    verdict = desk.decide(LOAD, {"load test": desk.found(desk.artefact("load test", jtl(users=10)))})
    assert only(verdict).status is Status.NOT_MEASURED_AS_STATED
    assert "10 users" in only(verdict).reason
    assert "200" in only(verdict).reason
    assert verdict.outcome is Outcome.HOLD


def test_the_same_speed_under_the_stated_load_passes(desk):
    verdict = desk.decide(LOAD, {"load test": desk.found(desk.artefact("load test", jtl(users=200)))})
    assert only(verdict).status is Status.PASS
    assert (
        only(
            desk.decide(LOAD, {"load test": desk.found(desk.artefact("load test", jtl(200, elapsed=301)))})
        ).status
        is Status.FAIL
    )


def test_too_short_or_too_few_is_not_measured_as_stated(desk):
    short = LOAD.replace(
        "p95: p95 response time <= 300 ms under 200 concurrent users measured by the load test",
        "p95: {sentence: p95 response time <= 300 ms measured by the load test, minimum_duration: 10m, minimum_samples: 50}",
    )
    verdict = desk.decide(short, {"load test": desk.found(desk.artefact("load test", jtl(users=200)))})
    assert only(verdict).status is Status.NOT_MEASURED_AS_STATED
    assert "600 s" in only(verdict).reason


def issue(key, severity, state="new", **fields):
    return {
        "key": key,
        "fields": {
            "summary": f"about {key}",
            "issuetype": {"name": "Bug"},
            "priority": {"name": severity},
            "status": {"name": "x", "statusCategory": {"key": state}},
            **fields,
        },
    }


def jira(*issues):
    return json.dumps({"startAt": 0, "maxResults": 50, "total": len(issues), "issues": list(issues)})


DEFECTS = """
criteria:
  p1: P1 defects open = 0 measured by JIRA
  p2: P2 defects open <= 2, each with documented mitigation measured by JIRA
  p3: P3 open defects <= 10 (tracked, not blocking) measured by JIRA
gates:
  release: {kind: exit, criteria: [p1, p2, p3]}
evidence:
  JIRA: {paths: [jira.json]}
"""
ACCEPTANCE = """
acceptances:
  - defect: S-2
    title: Discount missing on bulk orders
    severity: P2
    affected_users: 3 % of orders
    business_impact: wrong bills
    mitigation: bulk orders are checked by hand
    monitoring: alert on tickets that mention discount
    resolution_target: sprint 24
    expires: 2026-12-20T00:00:00Z
    scope: 4.2.*
    accepted_by:
      - {name: Pia, role: product_manager, at: 2026-11-20T10:00:00Z}
      - {name: Ines, role: qa_lead, at: 2026-11-20T11:00:00Z}
"""


def test_no_open_defect_is_evidence_of_none(desk):
    verdict = desk.decide(DEFECTS, {"JIRA": desk.found(desk.artefact("JIRA", jira()))})
    assert verdict.outcome is Outcome.GO


def test_a_p1_blocks_and_no_acceptance_helps(desk):
    accepted = ACCEPTANCE.replace("S-2", "S-1").replace("severity: P2", "severity: P1")
    verdict = desk.decide(
        DEFECTS, {"JIRA": desk.found(desk.artefact("JIRA", jira(issue("S-1", "P1"))))}, acceptances=accepted
    )
    assert verdict.outcome is Outcome.NO_GO
    assert verdict.defects[0].blocks
    assert "override" in verdict.defects[0].reason


def test_an_accepted_p2_ships_on_conditions_and_an_unaccepted_one_does_not(desk):
    found = {"JIRA": desk.found(desk.artefact("JIRA", jira(issue("S-2", "P2"))))}
    assert desk.decide(DEFECTS, found).outcome is Outcome.NO_GO
    verdict = desk.decide(DEFECTS, found, acceptances=ACCEPTANCE)
    assert verdict.outcome is Outcome.CONDITIONAL_GO
    assert verdict.defects[0].decision.startswith("ships with mitigation")


@pytest.mark.parametrize(
    "change", [("qa_lead", "developer"), ("2026-12-20", "2026-11-01"), ("4.2.*", "4.1.0")]
)
def test_an_acceptance_dies_with_an_approver_its_date_or_its_scope(desk, change):
    found = {"JIRA": desk.found(desk.artefact("JIRA", jira(issue("S-2", "P2"))))}
    assert desk.decide(DEFECTS, found, acceptances=ACCEPTANCE.replace(*change)).outcome is Outcome.NO_GO


def test_an_unknown_severity_counts_as_the_worst(desk):
    verdict = desk.decide(DEFECTS, {"JIRA": desk.found(desk.artefact("JIRA", jira(issue("S-9", "Wichtig"))))})
    assert verdict.outcome is Outcome.NO_GO
    assert verdict.results[0].status is Status.FAIL
    assert "not in the policy" in verdict.defects[0].reason


def test_a_localised_done_state_is_told_by_its_category_and_not_by_its_name(desk):
    open_one = issue("S-1", "P1")
    open_one["fields"]["status"]["name"] = "Done"
    assert (
        desk.decide(DEFECTS, {"JIRA": desk.found(desk.artefact("JIRA", jira(open_one)))}).outcome
        is Outcome.NO_GO
    )
    done = issue("S-1", "P1", state="done")
    assert desk.decide(DEFECTS, {"JIRA": desk.found(desk.artefact("JIRA", jira(done)))}).outcome is Outcome.GO


def test_one_page_of_a_longer_answer_is_no_data(desk):
    page = json.loads(jira(issue("S-3", "P3")))
    page["total"] = 60
    verdict = desk.decide(DEFECTS, {"JIRA": desk.found(desk.artefact("JIRA", json.dumps(page)))})
    assert verdict.outcome is Outcome.HOLD


NEW = """
criteria:
  zap: No NEW security findings of severity HIGH or CRITICAL measured by the scan
gates:
  release: {kind: exit, criteria: [zap]}
evidence:
  scan: {paths: [a.sarif]}
"""


def sarif(*rules, severity="9.1"):
    listed = [{"id": rule, "properties": {"security-severity": severity}} for rule in sorted(set(rules))]
    results = [
        {
            "ruleId": rule,
            "level": "error",
            "message": {"text": rule},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": f"{rule}.py"}}}],
        }
        for rule in rules
    ]
    run = {"tool": {"driver": {"name": "scanner", "rules": listed}}, "results": results}
    return json.dumps({"version": "2.1.0", "runs": [run]})


def test_new_findings_need_a_baseline_unless_there_is_no_finding_at_all(desk):
    assert desk.decide(NEW, {"scan": desk.found(desk.artefact("scan", sarif("x")))}).outcome is Outcome.HOLD
    assert desk.decide(NEW, {"scan": desk.found(desk.artefact("scan", sarif()))}).outcome is Outcome.GO


def test_known_findings_pass_and_one_more_of_the_same_kind_does_not(desk):
    before = [desk.artefact("scan", sarif("x"))]
    same = desk.found(desk.artefact("scan", sarif("x")), baseline=before)
    more = desk.found(desk.artefact("scan", sarif("x", "y")), baseline=before)
    assert desk.decide(NEW, {"scan": same}).outcome is Outcome.GO
    assert desk.decide(NEW, {"scan": more}).outcome is Outcome.NO_GO


def test_an_unreadable_baseline_is_an_error_and_not_an_empty_one(desk):
    broken = [desk.artefact("scan", '{"version": "2.1.0", "runs": [')]
    verdict = desk.decide(NEW, {"scan": desk.found(desk.artefact("scan", sarif("x")), baseline=broken)})
    assert only(verdict).status is Status.ERROR


COVERAGE = """
criteria:
  new-code: {sentence: New code statement coverage >= 80% measured by coverage, enforcement: waivable}
gates:
  release: {kind: exit, criteria: [new-code]}
evidence:
  coverage: {paths: [lcov.info], compare_with: main}
"""


def test_new_code_coverage_counts_changed_lines_only(desk):
    lcov = (
        "SF:src/a.py\n" + "".join(f"DA:{n},{1 if n > 5 else 0}\n" for n in range(1, 11)) + "end_of_record\n"
    )
    found = {"coverage": desk.found(desk.artefact("coverage", lcov))}
    good = desk.decide(
        COVERAGE, found, changes={"coverage": desk.changed("main", {"src/a.py": [6, 7, 8, 9, 1]})}
    )
    bad = desk.decide(COVERAGE, found, changes={"coverage": desk.changed("main", {"src/a.py": [1, 2, 6]})})
    assert (only(good).status, only(bad).status) == (Status.PASS, Status.FAIL)
    assert "4 of 5" in only(good).reason
    assert "src/a.py: 2 changed lines" in only(bad).details[0]


def test_without_a_base_there_is_no_data_on_new_code(desk):
    found = {"coverage": desk.found(desk.artefact("coverage", "SF:a.py\nDA:1,1\nend_of_record\n"))}
    assert only(desk.decide(COVERAGE, found)).status is Status.NO_DATA


def test_ninety_seven_of_forty_is_told_apart_from_ninety_seven_of_forty_thousand(desk, junit):
    rules = RATE.replace("enforcement: waivable", "lower_bound: yes") + CI
    few = desk.decide(
        rules,
        {"CI run": desk.found(desk.artefact("CI run", junit(passed=39, failed=1), environment="staging"))},
    )
    many = desk.decide(
        rules,
        {
            "CI run": desk.found(
                desk.artefact("CI run", junit(passed=39000, failed=1000), environment="staging")
            )
        },
    )
    assert (only(few).status, only(many).status) == (Status.FAIL, Status.PASS)
    assert only(few).interval.total == 40


def test_a_criterion_for_payment_does_not_apply_to_a_release_that_touches_none(desk):
    rules = """
criteria:
  review: Security review attached to ticket if release touches auth, PII or payment
  rate: Pass rate >= 50% measured by the CI run
gates:
  release: {kind: exit, criteria: [review, rate]}
release: {touches: [search]}
"""
    verdict = desk.decide(rules + CI, {})
    assert verdict.results[0].status is Status.NOT_APPLICABLE
    assert "search" in verdict.results[0].reason
    unstated = desk.decide(rules.replace("release: {touches: [search]}\n", "") + CI, {})
    assert unstated.results[0].status is Status.NO_DATA


def test_the_baseline_that_new_was_measured_against_is_on_the_record(desk):
    before = desk.artefact("scan", sarif("x"), path="before.sarif")
    verdict = desk.decide(
        NEW, {"scan": desk.found(desk.artefact("scan", sarif("x"), path="now.sarif"), baseline=[before])}
    )
    assert {use.path: use.method for use in verdict.evidence} == {
        "now.sarif": "scan",
        "before.sarif": "scan (baseline)",
    }


def test_the_rulebook_and_the_engine_compare_names_alike(desk, junit):
    """An article that the one passes over and the other does not would lose the part that a method covers."""
    rules = RATE.replace("Regression pass rate", "Pass rate").replace(
        "measured by", "for the invoice measured by"
    )
    covered = CI.replace("covers: [regression]", "covers: [an invoice]")
    found = {"CI run": desk.found(desk.artefact("CI run", junit(passed=100), environment="staging"))}
    assert only(desk.decide(rules + covered, found)).status is Status.PASS
