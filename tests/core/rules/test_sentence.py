"""A criterion is one sentence that a machine and a meeting read the same way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import RulebookError
from flightrules.rules.criterion import Criterion, LoadCondition, Operator
from flightrules.rules.grammar import parse
from flightrules.rules.metrics import METRICS
from flightrules.rules.render import render


def test_the_regression_example_means_what_it_says():
    found = parse(
        "Automated regression pass rate >= 97% for the checkout service measured by the nightly CI run "
        "in staging as of build 4.2.1."
    )
    assert (found.metric, found.operator, found.threshold) == (
        "tests.pass_rate",
        Operator.AT_LEAST,
        Decimal(97),
    )
    assert (found.scope, found.method, found.environment, found.build) == (
        "checkout service",
        "nightly CI run",
        "staging",
        "4.2.1",
    )
    assert found.selector("suite") == "regression"


def test_the_defect_example_keeps_its_filter_and_its_moment():
    found = parse(
        "P1 defects open = 0 at the time of sign-off measured by JIRA filter PROJ-RELEASE-P1 with status != Done."
    )
    assert (found.metric, found.operator, found.threshold) == ("defects.open", Operator.EQUAL, Decimal(0))
    assert found.selector("severity") == "P1"
    assert (found.method, found.condition, found.moment) == (
        "JIRA filter PROJ-RELEASE-P1",
        "status != Done",
        "time of sign-off",
    )


def test_the_load_example_knows_the_load_that_must_have_run():
    found = parse(
        "API response time p95 <= 300 ms under 200 concurrent users measured by the Gatling load test run on staging-perf."
    )
    assert (found.metric, found.selector("percentile")) == ("load.percentile", "95")
    assert (found.threshold, found.unit, found.load) == (
        Decimal(300),
        "ms",
        LoadCondition(Decimal(200), "users"),
    )
    assert (found.method, found.environment) == ("Gatling load test run", "staging-perf")


def test_the_security_example_asks_for_new_findings_only():
    found = parse(
        "No NEW security findings of severity HIGH or CRITICAL measured by the OWASP ZAP DAST scan run against staging."
    )
    assert (found.metric, found.operator, found.threshold) == ("findings.new", Operator.EQUAL, Decimal(0))
    assert found.selector("severity") == "critical|high"
    assert (found.method, found.environment) == ("OWASP ZAP DAST scan run", "staging")


TABLES = [
    ("No P1/P2 defects open from the previous regression run", "defects.open = 0", {"severity": "P1|P2"}),
    ("Test environment passes smoke suite (pass rate >= 95%)", "tests.pass_rate >= 95", {"suite": "smoke"}),
    ("All data sets from qa/test-data-management loaded and verified", "checklist.done_rate = 100", None),
    (
        'All stories accepted by PM in staging (no "almost done" scope)',
        "stories.accepted_rate = 100",
        {"accepted_by": "PM"},
    ),
    (
        "Security sign-off attached to release ticket (if release touches auth, PII, or payment)",
        "checklist.done_rate = 100",
        None,
    ),
    ("Planned tests executed >= 98%", "tests.executed_rate >= 98", {}),
    ("Critical-path pass rate = 100%", "tests.pass_rate = 100", {"suite": "critical path"}),
    ("Overall automated pass rate >= 95%", "tests.pass_rate >= 95", {}),
    ("P1 open defects = 0", "defects.open = 0", {"severity": "P1"}),
    ("P1 open = 0", "defects.open = 0", {"severity": "P1"}),
    ("P2 open defects <= 2, each with documented mitigation", "defects.open <= 2", {"severity": "P2"}),
    ("P3 open defects <= 10 (tracked, not blocking)", "defects.open <= 10", {"severity": "P3"}),
    ("New code statement coverage >= 80%", "coverage.new_lines >= 80", {}),
    (
        "p95 response time <= 500 ms on checkout endpoint under 100 RPS",
        "load.percentile <= 500",
        {"percentile": "95"},
    ),
    (
        "Every open defect has: severity, affected users estimate, mitigation, owner",
        "defects.undocumented = 0",
        {},
    ),
    ("OWASP ZAP scan: HIGH findings = 0 new", "findings.new = 0", {"severity": "high"}),
    ("p95 API latency (staging, 100 RPS) <= 400 ms", "load.percentile <= 400", {"percentile": "95"}),
    ("Accessibility: WCAG 2.1 AA = 0 new violations", "a11y.new = 0", {"standard": "WCAG 2.1 AA"}),
    ("Contract tests pass = 100%", "contracts.pass_rate = 100", None),
    ("Integration tests pass = 100%", "tests.pass_rate = 100", {"suite": "integration"}),
    ("No breaking changes measured by the API diff tool", "api.breaking_changes = 0", {}),
    ("Load test error rate < 1% under 200 RPS", "load.error_rate < 1", {}),
    ("p99 latency under load <= 800 ms", "load.percentile <= 800", {"percentile": "99"}),
    ("Mean response time <= 200 ms", "load.mean <= 200", {}),
    ("Average API response time < 0.2 s under 200 users", "load.mean < 200", {}),
    ("Average page load time <= 2 s", "load.mean <= 2000", {}),
    ("Max latency <= 2 s", "load.max <= 2000", {}),
    ("p100 response time <= 2 s", "load.max <= 2000", {}),
    ("No failed requests under 100 RPS", "load.failed = 0", {}),
    ("Request success rate >= 99.9%", "load.success_rate >= 99.9", {}),
    ("Test success rate >= 97%", "tests.pass_rate >= 97", {}),
    ("Flaky test rate <= 1%", "tests.flaky_rate <= 1", {}),
    ("Skip rate <= 2%", "tests.skipped_rate <= 2", {}),
    ("Performance score >= 90", "lighthouse.score >= 90", {"category": "performance"}),
    ("Best practices score >= 95", "lighthouse.score >= 95", {"category": "best-practices"}),
    ("Largest contentful paint <= 2.5 s", "lighthouse.lcp <= 2500", {}),
    ("CLS <= 0.1", "lighthouse.cls <= 0.1", {}),
    ("Security: no NEW high-severity CVEs", "findings.new = 0", {"severity": "high"}),
    ("smoke pass rate ≥ 95 %", "tests.pass_rate >= 95", {"suite": "smoke"}),
    ("Defect density < 0.5 defects/KLOC", "defects.density < 0.5", {}),
    (
        "Response time <= 2 s for 95 % of transactions under 150 % of projected load",
        "load.percentile <= 2000",
        {"percentile": "95"},
    ),
    ("Regression failure rate <= 2%", "tests.failure_rate <= 2", {"suite": "regression"}),
    ("No critical findings", "findings.open = 0", {"severity": "critical"}),
    ("No critical or high defects open", "defects.open = 0", {"severity": "critical|high"}),
    ("Runbooks published and team trained", "checklist.done_rate = 100", None),
    ("Quarantine list size <= 5", "quarantine.size <= 5", {}),
    ("pass_rate >= 97% for checkout by junit:nightly", "tests.pass_rate >= 97", {}),
]


@pytest.mark.parametrize(("sentence", "meaning", "selectors"), TABLES, ids=[row[0][:40] for row in TABLES])
def test_the_tables_of_criteria_parse_and_mean_what_they_say(sentence, meaning, selectors):
    found = parse(sentence)
    assert f"{found.metric} {found.operator} {found.threshold.normalize():f}" == meaning
    if selectors is not None:
        assert dict(found.selectors) == selectors


@pytest.mark.parametrize("sentence", [row[0] for row in TABLES])
def test_the_canonical_sentence_means_the_same(sentence):
    found = parse(sentence)
    assert parse(render(found)) == found
    assert render(parse(render(found))) == render(found)


def test_what_a_sentence_asks_beside_the_number_is_kept():
    assert parse("P2 open defects <= 2, each with documented mitigation").requires == ("mitigation",)
    assert parse("P3 open defects <= 10 (tracked, not blocking)").tracked
    touched = parse("Security review attached to ticket if release touches auth, PII or payment")
    assert touched.applies_when == ("auth", "pii", "payment")
    assert parse("Pass rate >= 95% (counted by suite)").note == "counted by suite"


WRONG = [
    ("All tests pass", "E_VAGUE_CRITERION", 1, "97%"),
    ("All critical tests pass", "E_VAGUE_CRITERION", 1, "measured by"),
    ("Quality is good", "E_VAGUE_CRITERION", 1, "write for example"),
    ("Regression pass rate => 97%", "E_OPERATOR", 22, ">="),
    ("Regression pas rate >= 97%", "E_METRIC", 12, "'pass'"),
    ("Checkout pass rate >= 97%", "E_METRIC", 1, "for the checkout"),
    ("Pass rate >= 0.97", "E_UNIT", 14, "%"),
    ("Pass rate >=", "E_SENTENCE", 13, "number"),
    ("p95 response time <= 300", "E_UNIT", 22, "ms"),
    ("Response time <= 300 ms", "E_METRIC", 1, "p95"),
    ("Pass rate >= 97% under 200 apples", "E_UNIT", 24, "users"),
    ("Pass rate >= 97% in staging in prod", "E_SENTENCE", 29, "staging"),
    ("Pass rate >= 97% ^ 3", "E_SENTENCE", 18, "quotes"),
    ("p95 response time <= 300 ms under 0 users", "E_UNIT", 35, "how much"),
    ("Checkout coverage >= 80%", "E_METRIC", 1, "for the checkout"),
    ("p95 p99 response time <= 300 ms", "E_METRIC", 5, "one of them"),
    ('Monitored value "errors" <= 1%', "E_UNIT", 29, "0.01"),
    ('Monitored value "latency" <= 300 ms', "E_UNIT", 30, "0.3"),
    ('Monitored value "load" >= 5 rps', "E_UNIT", 27, "as the series counts"),
    ("Failed requests <= 5 rps", "E_UNIT", 20, "write 5"),
    ("Throughput >= 100 ms", "E_UNIT", 15, "write 100"),
    ("Mean p95 response time <= 300 ms", "E_METRIC", 6, "one of them"),
    ("Minimum response time <= 300 ms", "E_METRIC", 1, "one of them"),
    ("Lighthouse score >= 90", "E_METRIC", 1, "Performance score"),
    ("Performance and accessibility score >= 90", "E_METRIC", 17, ""),
    ("Performance score >= 0.9", "E_UNIT", 22, "write 90"),
    ("Performance score >= 90%", "E_UNIT", 22, "write 90"),
    ("LCP <= 2.5", "E_UNIT", 8, "ms"),
    ("Function coverage >= 80%", "E_METRIC", 1, "Branch coverage"),
    ("Lint errors = 0", "E_METRIC", 1, "No findings"),
    ("Bundle size <= 250", "E_METRIC", 1, "generic evidence"),
    ("Concurrent users >= 200", "E_METRIC", 1, "under 200 users"),
    ("Duration >= 30", "E_METRIC", 1, "minimum_duration"),
    ("Change failure rate <= 15%", "E_METRIC", 1, "generic evidence"),
    ("p99 response time <= 2 s for 95% of transactions", "E_SENTENCE", 1, "keep one"),
    ("98% of planned tests executed", "E_OPERATOR", 1, "at least 98% of planned"),
    ("2 P2 defects open", "E_OPERATOR", 1, "at most 2 P2"),
    ("Pass rate 97%", "E_OPERATOR", 11, "before the number"),
    ("Coverage between 80% and 90%", "E_OPERATOR", 18, "two criteria"),
    ("Pass rate >= 95% excluding flaky tests", "E_SENTENCE", 28, "quarantine list"),
    ("Rollback rehearsed in under 5 minutes", "E_SENTENCE", 20, "with its limit"),
    ("All P1 defects resolved", "E_VAGUE_CRITERION", 1, "Open P1 defects = 0"),
    ("Line coverage should be >= 80%", "E_METRIC", 15, "advisory"),
    ("Performance is acceptable", "E_VAGUE_CRITERION", 1, "p95 response time <="),
    ("Security scan clean", "E_VAGUE_CRITERION", 1, "No NEW findings"),
    ("Coverage is good", "E_VAGUE_CRITERION", 1, "coverage >= 80%"),
    ("Every open defect has: severity, mitigatoin", "E_METRIC", 34, "'mitigation'"),
    ("P2 defects open <= 2 each with onwer", "E_METRIC", 32, "'owner'"),
    ("Everything is tested", "E_VAGUE_CRITERION", 1, "measured by"),
    ("Ready for production", "E_VAGUE_CRITERION", 1, "measured by"),
    ("No major issues", "E_METRIC", 4, "Open P1 defects = 0"),
    ("Stakeholders happy", "E_VAGUE_CRITERION", 1, "approved by"),
    ("New branch coverage >= 80%", "E_METRIC", 1, "New-code statement coverage"),
    ("New pass rate >= 80%", "E_METRIC", 1, "NEW findings"),
    ("Branch coverage >= 80% for the new code", "E_METRIC", 1, "New-code statement coverage"),
    ("Line coverage >= 80% for changed files", "E_METRIC", 1, "New-code statement coverage"),
    ("", "E_SENTENCE", 1, "name"),
]


SAID_OTHERWISE = [
    ("95th percentile response time <= 300 ms under a load of 200 users", "p95 <= 300 ms under 200 users"),
    ("99.9th percentile of latency is at most 2 seconds", "p99.9 response time <= 2 s"),
    ("Median response time < 50 ms", "p50 response time < 50 ms"),
    ("p95 response time for checkout <= 500 ms under 100 RPS", "p95 <= 500 ms for checkout under 100 RPS"),
    ("Coverage on new code must be at least 80 per cent", "New code coverage >= 80%"),
    ("Vulnerabilities of severity HIGH = 0", "No HIGH findings"),
    ("0 new HIGH findings measured by ZAP", "No NEW HIGH findings measured by ZAP"),
    ("Zero critical CVEs", "No critical findings"),
    ("Security scan: 0 critical findings", "Security scan: No critical findings"),
    ("No more than 2 open P2 defects", "P2 defects open <= 2"),
    ("At most 5 flaky tests", "Flaky tests <= 5"),
    ("At least 97% of regression tests pass", "Regression pass rate >= 97%"),
    ("100% of critical path tests pass", "Critical-path pass rate = 100%"),
    ("100% of stories accepted by PM in staging", "All stories accepted by PM in staging"),
    ("Regression pass rate not less than 97%", "Regression pass rate >= 97%"),
    ("Pass rate is greater than or equal to 97 %", "Pass rate >= 97%"),
    ("Error rate does not exceed 0.1 %", "Error rate <= 0.1%"),
    ("Defect density < 0.5 defects per KLOC", "Defect density < 0.5 defects/KLOC"),
    (
        "All open P2 defects have severity, mitigation and owner",
        "Every open P2 defect has: severity, mitigation, owner",
    ),
    ("Every open P2 defect has a documented mitigation", "Every open P2 defect has: mitigation"),
]


@pytest.mark.parametrize(("said", "plainly"), SAID_OTHERWISE, ids=[row[0][:40] for row in SAID_OTHERWISE])
def test_the_same_promise_in_other_words_is_the_same_criterion(said, plainly):
    assert parse(said) == parse(plainly)
    assert parse(render(parse(said))) == parse(said)


def test_coverage_names_the_level_whose_tests_make_it():
    found = parse("Unit test coverage >= 80% measured by the CI run")
    assert (found.metric, found.selector("suite")) == ("coverage.lines", "unit")
    assert parse(render(found)) == found


@pytest.mark.parametrize(
    ("sentence", "code", "column", "hint"), WRONG, ids=[row[0] or "empty" for row in WRONG]
)
def test_errors_point_at_the_word_and_propose_a_better_one(sentence, code, column, hint):
    with pytest.raises(RulebookError) as caught:
        parse(sentence, file="rules.yml", line=7)
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, 7, column)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    "sentence",
    [
        "Coverage >= 80% for new code measured by the report",
        "Statement coverage >= 80% for the changed code measured by the report",
        "Coverage >= 80% on new code measured by the report",
        "Line coverage >= 80% in changed lines measured by the report",
        "Coverage of new lines >= 80% measured by the report",
        "Coverage of new code >= 80% measured by the report",
    ],
)
def test_coverage_of_new_code_is_never_that_of_everything(sentence):
    assert parse(sentence) == parse("New-code statement coverage >= 80% measured by the report")


NAMES = st.lists(
    st.sampled_from(
        [
            "checkout",
            "nightly",
            "CI",
            "run",
            "JIRA",
            "v4.2",
            "for",
            "in",
            "7",
            "the",
            "staging-perf",
            "@x",
            "under",
            "and",
            "4.2.1",
            "no",
            "100",
            "is",
            "not less than",
        ]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)


@st.composite
def criteria(draw):
    metric = METRICS[draw(st.sampled_from(sorted(METRICS)))]
    selectors = _selectors(draw, metric.name)
    requires = (
        ("mitigation", "owner")
        if metric.name == "defects.undocumented"
        else draw(st.sampled_from([(), ("mitigation",)]))
    )
    undocumented = metric.name == "defects.undocumented"
    return Criterion(
        metric=metric.name,
        operator=Operator.EQUAL if undocumented else draw(st.sampled_from(Operator)),
        threshold=Decimal(0)
        if undocumented
        else draw(
            st.decimals(min_value=2 if "score" in metric.name else 0, max_value=100000, places=3)
        ).normalize(),
        unit=metric.unit,
        selectors=tuple(sorted(selectors.items())),
        requires=requires,
        scope=_named(draw),
        load=draw(
            st.one_of(
                st.none(),
                st.builds(
                    LoadCondition,
                    st.integers(1, 5000).map(Decimal),
                    st.sampled_from(["users", "rps", "projected"]),
                ),
            )
        ),
        method=_named(draw),
        environment=_named(draw),
        build=_named(draw),
        moment=_named(draw),
        applies_when=draw(st.sampled_from([(), ("auth", "pii")])),
        tracked=draw(st.booleans()),
    )


def _named(draw):
    name = draw(st.one_of(st.none(), NAMES))
    return None if name is None or name.split()[0] in ("the",) else name


def _selectors(draw, metric):
    if metric == "load.percentile":
        return {"percentile": draw(st.sampled_from(["50", "95", "99.9"]))}
    if metric == "lighthouse.score":
        return {"category": draw(st.sampled_from(["performance", "best-practices"]))}
    if metric == "checklist.done_rate":
        return {"checklist": "runbooks published, team trained"}
    if metric == "monitoring.value":
        return {"series": "cpu:usage"}
    if metric.startswith("findings.") and metric != "findings.suppressed":
        return draw(st.sampled_from([{}, {"severity": "critical|high"}]))
    if metric in ("defects.open", "defects.undocumented"):
        return draw(st.sampled_from([{}, {"severity": "P1|P2"}]))
    if metric == "tests.pass_rate":
        return draw(st.sampled_from([{}, {"suite": "critical path"}, {"suite": "smoke"}]))
    return {}


@pytest.mark.parametrize(
    "sentence",
    [
        'New accessibility violations >= 0 in "under checkout".',
        'Pass rate >= 97% measured by CI in "quarantine list".',
        "Every open defect has: mitigation, owner (tracked, not blocking).",
    ],
)
def test_a_name_in_quotes_is_a_name_and_a_remark_is_heard_everywhere(sentence):
    found = parse(sentence)
    assert found.environment in ("under checkout", "quarantine list") or found.tracked
    assert parse(render(found)) == found


@given(criteria())
def test_any_criterion_survives_its_own_sentence(criterion):
    assert parse(render(criterion)) == criterion


@given(st.text(max_size=120))
def test_no_text_gets_anything_but_a_criterion_or_a_refusal_with_a_position(text):
    try:
        parse(text)
    except RulebookError as error:
        assert error.code.startswith("E_")
        assert error.column is not None


def test_every_metric_of_the_catalogue_states_its_formula_and_unit():
    for name, metric in METRICS.items():
        assert metric.formula.strip(), name
        assert metric.core, name
        assert metric.unit in ("1", "%", "ms", "1/s", "1/KLOC"), name


@pytest.mark.parametrize(
    ("written", "advice"), [("0.97", "write 97%, or"), ("1", "write 100%, or"), ("97", "write 97%")]
)
def test_a_share_without_its_sign_is_not_advised_down_to_a_hundredth(written, advice):
    with pytest.raises(RulebookError) as refused:
        parse(f"Pass rate >= {written} measured by the CI run")
    assert refused.value.code == "E_UNIT"
    assert refused.value.hint.startswith(advice)


@pytest.mark.parametrize(
    "said", ["under 1.000 users", "at 2.500 RPS", "(1.000 users)", "(staging, 1.000 rps)"]
)
def test_a_point_before_three_digits_may_be_meant_as_a_thousand(said):
    with pytest.raises(RulebookError, match="may mean") as caught:
        parse(f"p95 <= 300 ms {said} measured by load test")
    assert caught.value.code == "E_SENTENCE"


@pytest.mark.parametrize(
    "said", ["Number of tests >= 1.000", "At least 1.500 tests run", "Throughput >= 1.000 RPS"]
)
def test_so_it_may_in_a_count(said):
    with pytest.raises(RulebookError, match="may mean"):
        parse(f"{said} measured by CI")


@pytest.mark.parametrize(
    "said", ["Pass rate >= 99.125%", "p95 <= 1.500 s", "Defect density <= 1.250 defects/KLOC"]
)
def test_where_fractions_are_usual_a_point_is_one(said):
    assert parse(f"{said} measured by CI").threshold


@pytest.mark.parametrize("said", ["under 1,000 users", "(1,000 users)"])
def test_a_thousand_users_in_brackets_are_a_thousand(said):
    found = parse(f"p95 <= 300 ms {said} measured by load test")
    assert (found.load.amount, found.environment) == (1000, None)


@pytest.mark.parametrize("said", ["(0 users)", "(1,00 users)"])
def test_a_load_in_brackets_that_says_nothing_is_refused(said):
    with pytest.raises(RulebookError):
        parse(f"p95 <= 300 ms {said} measured by load test")
