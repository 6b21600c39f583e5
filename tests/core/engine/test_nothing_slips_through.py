"""Ways to a GO that an honest reader would not give, and how each of them ends. The desk's clock is noon."""

import json
from datetime import timedelta

import pytest

from flightrules.engine.verdict import Outcome, Status
from flightrules.errors import RulebookError
from flightrules.evidence.measurement import Notice
from flightrules.values import replace

RATE = """
criteria:
  rate: {sentence: Pass rate >= 90% measured by the CI run, enforcement: waivable}
gates:
  release: {kind: exit, criteria: [rate]}
evidence:
  CI run: {paths: [junit.xml]}
"""
DEFECTS = """
criteria:
  p2: P2 defects open <= 2 measured by JIRA
gates:
  release: {kind: exit, criteria: [p2]}
evidence:
  JIRA: {paths: [jira.json]}
"""
NEW = """
criteria:
  zap: No NEW security findings measured by the scan
gates:
  release: {kind: exit, criteria: [zap]}
evidence:
  scan: {paths: [a.sarif]}
"""
COVERAGE = """
criteria:
  new-code: {sentence: New code statement coverage >= 80% measured by coverage, enforcement: waivable}
gates:
  release: {kind: exit, criteria: [new-code]}
evidence:
  coverage: {paths: [lcov.info], compare_with: main}
"""


def only(verdict):
    assert len(verdict.results) == 1
    return verdict.results[0]


def run_of(desk, *artefacts):
    return {"CI run": desk.found(*artefacts)}


def jira(*severities, **fields):
    issues = [
        {
            "key": f"S-{at}",
            "fields": {
                "summary": "it breaks",
                "issuetype": {"name": "Bug"},
                "priority": {"name": severity},
                "status": {"name": "x", "statusCategory": {"key": "new"}},
                **fields,
            },
        }
        for at, severity in enumerate(severities)
    ]
    return json.dumps({"startAt": 0, "maxResults": 50, "total": len(issues), "issues": issues})


def tracker(desk, *severities):
    return {"JIRA": desk.found(desk.artefact("JIRA", jira(*severities)))}


def claims(desk, **values):
    """Generic evidence that states numbers and holds no record."""
    stated = [
        {"metric": name.replace("__", "."), "value": value, "unit": "1"} for name, value in values.items()
    ]
    document = {"flightrules": "evidence/1", "tool": "t", "taken_at": "2026-11-21T10:00:00Z"}
    return desk.artefact("CI run", json.dumps({**document, "measurements": stated}))


# -- the agreement


@pytest.mark.parametrize(
    "sentence",
    [
        "Pass rate >= 0% measured by the CI run",
        "Pass rate <= 100% measured by the CI run",
        "Failed tests >= 0 measured by the CI run",
    ],
)
def test_a_criterion_that_no_value_can_miss_is_an_error_and_not_a_pass(desk, junit, sentence):
    rules = RATE.replace("Pass rate >= 90% measured by the CI run", sentence)
    verdict = desk.decide(rules, run_of(desk, desk.artefact("CI run", junit(passed=1, failed=9))))
    assert only(verdict).status is Status.ERROR
    assert "decides nothing" in only(verdict).reason
    assert verdict.outcome is Outcome.HOLD


def test_an_advisory_criterion_may_be_that_weak_because_it_only_shows_a_number(desk, junit):
    rules = RATE.replace(">= 90%", ">= 0%").replace("waivable", "advisory")
    verdict = desk.decide(rules, run_of(desk, desk.artefact("CI run", junit(passed=1, failed=9))))
    assert only(verdict).status is Status.PASS


def test_a_turned_operator_is_pointed_out_beside_the_verdict(desk, junit):
    rules = RATE.replace(">= 90%", "<= 90%")
    verdict = desk.decide(rules, run_of(desk, desk.artefact("CI run", junit(passed=1, failed=9))))
    assert any("rate asks for worse values" in said for said in verdict.warnings)


def test_a_gate_in_which_nothing_can_block_says_so(desk, junit):
    rules = RATE.replace("waivable", "advisory")
    verdict = desk.decide(rules, run_of(desk, desk.artefact("CI run", junit(passed=10))))
    assert verdict.outcome is Outcome.GO
    assert "nothing in the gate 'release' can block: all 1 criteria are advisory" in verdict.warnings


def test_an_advisory_pass_does_not_stand_in_for_blocking_criteria_that_do_not_apply(desk, junit):
    rules = RATE.replace(
        "  rate:",
        "  skipped: {sentence: Skipped tests <= 5 measured by the CI run, enforcement: advisory}\n  rate:",
    ).replace("waivable}", "waivable, applies_when: {touches: [payment]}}")
    rules = rules.replace("[rate]", "[rate, skipped]") + "release: {touches: [docs]}\n"
    verdict = desk.decide(rules, run_of(desk, desk.artefact("CI run", junit(passed=1, failed=9))))
    assert [result.status for result in verdict.results] == [Status.NOT_APPLICABLE, Status.PASS]
    assert verdict.outcome is Outcome.HOLD
    assert any("no criterion that may block applied" in said for said in verdict.warnings)


def test_a_gate_that_alerts_holds_until_a_person_has_decided(desk, junit):
    rules = RATE.replace("kind: exit", "kind: stage, on_failure: alert")
    bad = desk.decide(rules, run_of(desk, desk.artefact("CI run", junit(passed=1, failed=9))))
    good = desk.decide(rules, run_of(desk, desk.artefact("CI run", junit(passed=9))))
    assert (bad.outcome, good.outcome) == (Outcome.HOLD, Outcome.GO)
    assert any("a person decides" in said for said in bad.warnings)


def test_a_criterion_in_no_gate_and_one_left_out_of_the_profile_are_named(desk, junit):
    rules = RATE.replace("  rate:", "  idle: Skipped tests <= 5 measured by the CI run\n  rate:")
    rules = rules.replace("kind: exit", "kind: stage")
    verdict = desk.decide(rules, run_of(desk, desk.artefact("CI run", junit(passed=10))))
    assert "in no gate, so never evaluated: idle" in verdict.warnings


# -- quarantine


def quarantined(*patterns, **more):
    entries = "".join(
        f'    - {{test: "{pattern}", owner: Ines, reason: clock, expires: "2026-12-01T00:00:00Z"}}\n'
        for pattern in patterns
    )
    rest = "".join(f"  {name}: {value}\n" for name, value in more.items())
    return f"{RATE}quarantine:\n{rest}  entries:\n{entries}"


def test_a_pattern_that_swallows_the_failures_leaves_nothing_out(desk, junit):
    artefact = desk.artefact("CI run", junit(passed=10, failed=30))
    verdict = desk.decide(quarantined("suite.tf*"), run_of(desk, artefact))
    assert only(verdict).status is Status.FAIL
    assert "names 30 of the tests; the limit is 5, so no test is left out" in only(verdict).reason
    assert verdict.quarantined == ()


def test_six_entries_where_five_are_agreed_leave_nothing_out(desk, junit):
    artefact = desk.artefact("CI run", junit(passed=10, failed=6))
    six = desk.decide(quarantined(*(f"suite.tf{at}" for at in range(6))), run_of(desk, artefact))
    five = desk.decide(
        quarantined(*(f"suite.tf{at}" for at in range(5))),
        run_of(desk, desk.artefact("CI run", junit(passed=10, failed=5))),
    )
    assert (only(six).status, only(five).status) == (Status.FAIL, Status.PASS)
    assert "6 tests are quarantined; the limit is 5, so no test is left out" in six.warnings


@pytest.mark.parametrize(("previous", "status"), [(1, Status.FAIL), (2, Status.PASS)])
def test_a_list_that_does_not_shrink_from_sprint_to_sprint_leaves_nothing_out(desk, junit, previous, status):
    artefact = desk.artefact("CI run", junit(passed=8, failed=1))
    verdict = desk.decide(quarantined("suite.tf0", previous=previous), run_of(desk, artefact))
    assert only(verdict).status is status


def test_a_list_whose_tests_all_pass_does_no_harm(desk, junit):
    verdict = desk.decide(quarantined("suite.*"), run_of(desk, desk.artefact("CI run", junit(passed=20))))
    assert only(verdict).status is Status.PASS
    assert "20 of 20" in only(verdict).reason


# -- waivers and acceptances

WAIVER = """
waivers:
  - id: W-1
    criterion: rate
    reason: a supplier is down
    compensating_control: by hand
    expires: 2026-11-30T00:00:00Z
    scope: 4.2.1
    approved_by:
      - {name: Ines, role: qa_lead, at: 2026-11-20T10:00:00Z}
"""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("scope: 4.2.1", 'scope: "*"'), "names no release"),
        (("scope: 4.2.1", 'scope: "4*"'), "names no release"),
        (("scope: 4.2.1", 'scope: "*.*"'), "names no release"),
        (("role: qa_lead", "role: intern"), "who may not waive"),
        (("expires: 2026-11-30T00:00:00Z", "expires: 2026-11-21T12:00:00Z"), "expired"),
        (("criterion: rate", "criterion: other"), "1 of 10 tests"),
    ],
)
def test_a_waiver_that_says_too_much_or_comes_from_anybody_does_not_stand(desk, junit, change, why):
    found = run_of(desk, desk.artefact("CI run", junit(passed=1, failed=9)))
    verdict = desk.decide(RATE, found, waivers=WAIVER.replace(*change))
    assert verdict.outcome is Outcome.NO_GO
    assert why in only(verdict).reason


@pytest.mark.parametrize("scope", ["4.2.1", '"4.2.*"', '"4.*"'])
def test_a_waiver_for_this_release_or_its_family_stands(desk, junit, scope):
    found = run_of(desk, desk.artefact("CI run", junit(passed=1, failed=9)))
    verdict = desk.decide(RATE, found, waivers=WAIVER.replace("scope: 4.2.1", f"scope: {scope}"))
    assert verdict.outcome is Outcome.CONDITIONAL_GO
    assert desk.decide(RATE, found, waivers=WAIVER, version="42.1").outcome is Outcome.NO_GO


def test_where_two_roles_must_waive_two_people_must(desk, junit):
    rules = RATE.replace("waivable}", "waivable, waivable_by: [qa_lead, cto_vp_eng]}")
    found = run_of(desk, desk.artefact("CI run", junit(passed=1, failed=9)))
    second = "      - {name: %s, role: cto_vp_eng, at: 2026-11-20T10:00:00Z}\n"
    alone = desk.decide(rules, found, waivers=WAIVER)
    twice = desk.decide(rules, found, waivers=WAIVER + second % '" INES "')
    both = desk.decide(rules, found, waivers=WAIVER + second % "Otto")
    assert "lacks the approval of cto_vp_eng" in only(alone).reason
    assert "needs 2 people" in only(twice).reason
    assert [one.outcome for one in (alone, twice, both)] == [
        Outcome.NO_GO,
        Outcome.NO_GO,
        Outcome.CONDITIONAL_GO,
    ]


def test_a_waiver_for_a_criterion_that_does_not_exist_is_pointed_out(desk, junit):
    found = run_of(desk, desk.artefact("CI run", junit(passed=10)))
    verdict = desk.decide(RATE, found, waivers=WAIVER.replace("criterion: rate", "criterion: raet"))
    assert "the waiver W-1 is for 'raet', which is no criterion" in verdict.warnings


ACCEPTANCE = """
acceptances:
  - defect: S-0
    title: Discount missing
    severity: P2
    affected_users: 3 % of orders
    business_impact: wrong bills
    mitigation: by hand
    monitoring: alert
    resolution_target: 2026-12-20
    accepted_by:
      - {name: Pia, role: product_manager, at: 2026-11-20T10:00:00Z}
      - {name: Ines, role: qa_lead, at: 2026-11-20T11:00:00Z}
"""


def test_a_full_acceptance_of_a_p2_stands(desk):
    verdict = desk.decide(DEFECTS, tracker(desk, "High"), acceptances=ACCEPTANCE)
    assert verdict.outcome is Outcome.CONDITIONAL_GO


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("name: Pia", "name: ines"), "needs 2 people"),
        (("severity: P2", "severity: P3"), "accepted as P3; the tracker now says P2"),
        (("severity: P2", "severity: mild"), "accepted as mild"),
        (("2026-12-20", "2026-11-20"), "resolution target 2026-11-20 has passed"),
        (("at: 2026-11-20T11", "at: 2026-11-22T11"), "approved in the future"),
    ],
)
def test_an_acceptance_of_something_milder_by_one_person_or_out_of_date_does_not(desk, change, why):
    verdict = desk.decide(DEFECTS, tracker(desk, "High"), acceptances=ACCEPTANCE.replace(*change))
    assert verdict.outcome is Outcome.NO_GO
    assert why in verdict.defects[0].reason


def test_a_defect_that_became_a_p1_after_it_was_accepted_blocks(desk):
    verdict = desk.decide(DEFECTS, tracker(desk, "Highest"), acceptances=ACCEPTANCE)
    assert verdict.outcome is Outcome.NO_GO
    assert "override" in verdict.defects[0].reason


def test_one_that_became_milder_still_stands_as_accepted(desk):
    stricter = ACCEPTANCE.replace("severity: P2", "severity: P1")
    assert desk.decide(DEFECTS, tracker(desk, "High"), acceptances=stricter).outcome is Outcome.CONDITIONAL_GO


def test_the_worst_level_never_ships_in_silence(desk):
    for word in ("ignore", "acknowledge"):
        with pytest.raises(RulebookError, match="worst level"):
            desk.decide(f"{DEFECTS}severity: {{levels: {{P1: {{decision: {word}}}}}}}\n", tracker(desk))


def test_a_severity_that_is_milder_than_its_scheme_is_pointed_out(desk):
    rules = f"{DEFECTS}severity: {{levels: {{P2: {{decision: ignore}}}}}}\n"
    verdict = desk.decide(rules, tracker(desk, "High"))
    assert verdict.outcome is Outcome.GO
    assert "P2 defects: the rulebook says ignore; the scheme says accept" in verdict.warnings


def test_where_nobody_is_named_a_product_manager_and_a_qa_lead_accept(desk):
    rules = (
        f"{DEFECTS}severity: {{scheme: own, levels: {{red: {{}}, P2: {{also: [High], decision: accept}}}}}}\n"
    )
    anybody = ACCEPTANCE.replace("product_manager", "developer")
    assert desk.decide(rules, tracker(desk, "High"), acceptances=anybody).outcome is Outcome.NO_GO
    assert desk.decide(rules, tracker(desk, "High"), acceptances=ACCEPTANCE).outcome is Outcome.CONDITIONAL_GO


def test_what_a_rulebook_takes_out_of_its_profile_is_named_beside_every_verdict(desk):
    rules = (
        "extends: web-feature\n"
        'criteria: {p1-open: {remove: "we look at them by hand"}, slow: Skipped tests <= 5 measured by JIRA}\n'
    )
    verdict = desk.decide(rules, {}, gate="exit")
    assert "left out of the profile web-feature: p1-open" in verdict.warnings
    emergency = desk.decide("extends: emergency\n", {}, gate="exit").warnings
    assert emergency == ("P3 defects: the rulebook says ignore; the scheme says acknowledge",)


@pytest.mark.parametrize("nothing", ["TBD", "-", "n/a", "...", "<todo>"])
def test_a_field_filled_only_to_be_filled_is_empty(desk, junit, nothing):
    found = run_of(desk, desk.artefact("CI run", junit(passed=1, failed=9)))
    waiver = WAIVER.replace("by hand", f'"{nothing}"')
    assert "lacks compensating_control" in only(desk.decide(RATE, found, waivers=waiver)).reason
    accepted = ACCEPTANCE.replace("mitigation: by hand", f'mitigation: "{nothing}"')
    verdict = desk.decide(DEFECTS, tracker(desk, "High"), acceptances=accepted)
    assert "says nothing on mitigation" in verdict.defects[0].reason


def test_a_mitigation_in_the_tracker_must_say_something_too(desk):
    rules = DEFECTS.replace("<= 2", "<= 2, each with documented mitigation").replace("jira.json", "d.csv")
    table = "id,title,severity,status,mitigation\nS-0,x,High,Open,{}\n"
    said = {
        word: only(desk.decide(rules, {"JIRA": desk.found(desk.artefact("JIRA", table.format(word)))})).status
        for word in ("TBD", "orders are checked by hand")
    }
    assert said == {"TBD": Status.FAIL, "orders are checked by hand": Status.PASS}


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
