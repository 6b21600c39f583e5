"""Ways through the engine that few releases take; each has its answer, and none of them is a pass by accident."""

from __future__ import annotations

import gc
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from flightrules.engine.criterion_result import Case
from flightrules.engine.defects import acceptance_of
from flightrules.engine.evaluate import evaluate, prepare
from flightrules.engine.facts import Changes, Facts, Refusal
from flightrules.engine.operators import shown
from flightrules.engine.prepared import plan_of, results_of
from flightrules.engine.verdict import Outcome, Status
from flightrules.rules.exceptions import Acceptance
from flightrules.rules.loading import load_rulebook
from flightrules.values import replace

AT = "2026-11-21T11:00:00Z"


def gate_of(*sentences, rest="", evidence="the method: {paths: [a]}", gate="criteria: [{ids}]"):
    """A rulebook with one gate over these sentences."""
    lines = [f"  c{at}: {json.dumps(one)}" for at, one in enumerate(sentences)]
    ids = ", ".join(f"c{at}" for at in range(len(sentences)))
    body = gate.replace("{ids}", ids)
    criteria = "criteria:\n" + "\n".join(lines) + "\n" if lines else ""
    return f"{criteria}gates:\n  g: {{kind: exit, {body}}}\nevidence:\n  {evidence}\n{rest}"


def stated(*measurements, **more):
    """A document of our own format that states numbers."""
    listed = [{"metric": metric, "value": value, "unit": unit} for metric, value, unit in measurements]
    document = {"flightrules": "evidence/1", "tool": "desk", "taken_at": AT, **more}
    return json.dumps(document | ({"measurements": listed} if listed else {}))


def defects(*rows):
    """An export of the tracker; each row is severity, state and further fields."""
    listed = [
        {"id": f"D-{at}", "title": "checkout hangs", "severity": word, "state": state, **more}
        for at, (word, state, more) in enumerate(rows)
    ]
    return stated(defects=listed)


def counted(**counts):
    """Counts of tests that nobody can look at one by one."""
    return stated(*((f"tests.{name}", count, "1") for name, count in counts.items()))


def lcov(**files):
    """A coverage report: of each file, which of its lines were reached."""
    parts = [
        f"SF:{name.replace('__', '/')}.py\n" + "".join(f"DA:{n},{hit}\n" for n, hit in lines.items())
        for name, lines in files.items()
    ]
    return "".join(f"{part}end_of_record\n" for part in parts)


def on(desk, sentence, *documents, rest="", evidence="the method: {paths: [a]}", **asked):
    """The result of one sentence on some documents."""
    artefacts = [
        one if not isinstance(one, str) else desk.artefact("the method", one, path=f"evidence-{at}")
        for at, one in enumerate(documents)
    ]
    rules = gate_of(f"{sentence} measured by the method", rest=rest, evidence=evidence)
    return desk.decide(rules, {"the method": desk.found(*artefacts)}, **asked).results[0]


# -- the run


LOAD = (
    ("load.requests", 200, "1"),
    ("load.duration", 10, "s"),
    ("load.rps", 20, "1/s"),
    ("load.failed", 2, "1"),
)


def test_a_run_that_is_long_enough_is_judged_and_a_shorter_one_is_not(desk):
    for least, status in (("10s", Status.PASS), ("11s", Status.NOT_MEASURED_AS_STATED)):
        rules = gate_of("x").replace(
            '"x"', f"{{sentence: Error rate < 9% measured by the method, minimum_duration: {least}}}"
        )
        found = {"the method": desk.found(desk.artefact("the method", stated(*LOAD)))}
        assert desk.decide(rules, found).results[0].status is status


def test_two_runs_are_as_slow_as_the_slower_and_as_big_as_both(desk):
    other = (("load.requests", 100, "1"), ("load.rps", 5, "1/s"), ("load.p95", 400, "ms"))
    documents = stated(*LOAD, ("load.p95", 200, "ms")), stated(*other)
    assert on(desk, "Throughput >= 1 rps", *documents).actual == 5
    assert on(desk, "Requests made >= 1", *documents).actual == 300
    joined = desk.found(*(desk.artefact("the method", one, path=one[-9:]) for one in documents)).joined
    assert joined.values()["load.p95", ()] == 400


def test_a_percentile_that_nobody_printed_is_not_worked_out_from_another(desk):
    result = on(desk, "p95 response time <= 300 ms", stated(*LOAD))
    assert result.status is Status.NO_DATA
    assert "p95" in result.reason


def test_a_share_of_a_load_that_nobody_projects_is_no_number(desk):
    result = on(desk, "Projected load >= 1%", stated(*LOAD))
    assert result.status is Status.NO_DATA
    assert result.fix == "set release.projected_rps"


# -- time


def test_without_an_agreed_age_a_report_need_not_say_when_it_was_taken(desk, junit):
    old = desk.artefact("the method", junit(passed=3), taken_at=None)
    assert on(desk, "Pass rate >= 97%", old).status is Status.PASS


def test_an_age_of_seconds_is_told_in_seconds(desk, junit):
    age = "the method: {paths: [a], max_age: 30s}"
    stale = desk.artefact(
        "the method", junit(passed=3), taken_at=desk.now.replace(hour=11, minute=59, second=15)
    )
    result = on(desk, "Pass rate >= 97%", stale, evidence=age)
    assert result.status is Status.STALE
    assert "may be 30 s old, so it is stale since 2026-11-21T11:59:45+00:00" in result.reason


# -- counts without cases


@pytest.mark.parametrize("sentence", ["Pass rate >= 1%", "Failure rate <= 99%", "Failed tests <= 9"])
def test_tests_of_which_nobody_says_how_they_ended_are_no_passes(desk, sentence):
    result = on(desk, sentence, counted(total=10, passed=7))
    assert result.status is Status.ERROR
    assert "10 tests are stated, and 7 of them" in result.reason


def test_more_tests_than_were_planned_is_a_wrong_plan(desk, junit):
    planned = "the method: {paths: [a], planned: 5}"
    result = on(desk, "Planned tests executed >= 1%", junit(passed=6), evidence=planned)
    assert result.status is Status.ERROR
    assert "6 tests ran, but only 5 are planned" in result.reason


@pytest.mark.parametrize("sentence", ["Error rate < 9%", "Request success rate >= 1%"])
def test_half_a_request_is_no_count(desk, sentence):
    result = on(desk, sentence, stated(("load.requests", 200, "1"), ("load.failed", 0.5, "1")))
    assert result.status is Status.ERROR
    assert "0.5 of 200 requests failed are no counts" in result.reason


def test_findings_that_are_only_counted_are_counted_with_and_without_a_severity(desk):
    numbers = stated(("findings.total", 4, "1"), ("findings.high", 1, "1"))
    assert on(desk, "Findings <= 9", numbers).actual == 4
    assert on(desk, "Critical findings <= 9", numbers).actual == 3, "what nobody rated may be critical"


def test_a_number_closer_to_its_threshold_than_any_place_shows_is_shown_whole():
    hair = Decimal(1).scaleb(-45)
    assert shown(hair, Decimal(0)) == f"{hair:f}"


# -- defects


def test_a_density_without_a_size_is_no_number(desk):
    result = on(desk, "Defect density < 9 defects/KLOC", defects(("P3", "open", {})))
    assert result.status is Status.NO_DATA
    assert result.fix == "set release.kloc"


@pytest.mark.parametrize(
    ("condition", "status", "said"),
    [
        ("the severity = P1", Status.FAIL, "1 open of 1 listed"),
        ("the severity = P9", Status.NOT_MEASURED_AS_STATED, "'p9' is not in the policy"),
        ("priority = P1", Status.NOT_MEASURED_AS_STATED, "cannot be checked"),
        ("status >= 3", Status.NOT_MEASURED_AS_STATED, "cannot be checked"),
        ("status != Done", Status.FAIL, "2 open of 2 listed"),
        ("status = Done", Status.NOT_MEASURED_AS_STATED, "takes away 2 open defects"),
        ("label = web", Status.PASS, "0 open of 0 listed"),
    ],
)
def test_a_condition_on_defects_holds_or_is_not_understood(desk, condition, status, said):
    data = defects(("P1", "open", {}), ("P3", "open", {}), ("P3", "done", {}))
    result = on(desk, f"Defects open = 0 with {condition}", data)
    assert (result.status, said in result.reason) == (status, True), result.reason


ACCEPTED = """
acceptances:
  - defect: {defect}
    title: Discount missing on bulk orders
    severity: P2
    affected_users: 3 % of orders
    business_impact: wrong bills
    mitigation: bulk orders are checked by hand
    monitoring: alert on tickets that mention discount
    resolution_target: {target}
    scope: 4.2.*
    accepted_by:
      - {{name: Pia, role: product_manager, at: 2026-11-20T10:00:00Z}}
      - {{name: Ines, role: qa_lead, at: 2026-11-20T11:00:00Z}}
"""
P2_OPEN = (("P2", "open", {}),)


def accepted(desk, defect="D-0", target="sprint 24", rest=""):
    rules = gate_of("P2 defects open <= 9 measured by the method", rest=rest)
    found = {"the method": desk.found(desk.artefact("the method", defects(*P2_OPEN)))}
    return desk.decide(rules, found, acceptances=ACCEPTED.format(defect=defect, target=target))


def test_an_acceptance_of_another_defect_helps_nobody(desk):
    verdict = accepted(desk, defect="D-7")
    assert verdict.outcome is Outcome.NO_GO
    assert verdict.defects[0].reason == "no acceptance record"


def test_an_acceptance_lasts_until_its_target_where_it_has_no_date(desk):
    verdict = accepted(desk)
    assert verdict.outcome is Outcome.CONDITIONAL_GO
    assert ("expires", "sprint 24") in verdict.conditions[0].parameters
    assert accepted(desk, target="2026-11-21").outcome is Outcome.CONDITIONAL_GO
    passed = accepted(desk, target="2026-11-20")
    assert passed.outcome is Outcome.NO_GO
    assert "resolution target 2026-11-20 has passed" in passed.defects[0].reason


def test_a_target_that_has_passed_ends_an_acceptance_of_any_date():
    one = Acceptance("D-1", "t", "P2", "u", "b", "m", "w", "2026-11-20", (), datetime(2099, 1, 1, tzinfo=UTC))
    for hour, stands in ((-1, True), (0, False)):
        at = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(hours=hour)
        assert (acceptance_of("D-1", (one,), "1.0", at)[0] is one) is stands


def test_where_signatures_are_asked_for_words_accept_and_waive_nothing(desk, junit):
    signed = "waivers: {require_signature: yes, keys: {Ines: ines.pub}}\n"
    verdict = accepted(desk, rest=signed)
    assert verdict.defects[0].reason == "the acceptance is not signed by its approvers' keys"
    assert verdict.outcome is Outcome.NO_GO
    waiver = """
waivers:
  - id: W-1
    criterion: c0
    reason: the supplier's sandbox is down
    compensating_control: three journeys are checked by hand
    expires: 2026-11-30T00:00:00Z
    scope: 4.2.1
    approved_by: [{name: Ines, role: qa_lead, at: 2026-11-20T10:00:00Z}]
"""
    rules = gate_of("x", rest=signed).replace(
        '"x"', "{sentence: Pass rate >= 97% measured by the method, enforcement: waivable}"
    )
    found = {"the method": desk.found(desk.artefact("the method", junit(passed=1, failed=1)))}
    waived = desk.decide(rules, found, waivers=waiver)
    assert waived.results[0].status is Status.FAIL
    assert "waiver W-1 is not signed by its approver's key" in waived.results[0].reason


def test_open_defects_that_no_criterion_counts_are_told_of(desk, junit):
    rules = gate_of("Pass rate >= 97% measured by CI", evidence="CI: {paths: [a]}\n  tracker: {paths: [b]}")
    for rows, told in (((("P1", "open", {}), ("odd", "open", {}), ("P3", "open", {})), 2), (P2_OPEN, 0)):
        found = {
            "CI": desk.found(desk.artefact("CI", junit(passed=9))),
            "tracker": desk.found(desk.artefact("tracker", defects(*rows), path="t.json")),
        }
        warnings = desk.decide(rules, found).warnings
        said = [one for one in warnings if "no criterion counts them" in one]
        assert said == ([f"t.json lists {told} open P1, and no criterion counts them"] if told else [])


def test_defects_of_a_method_that_nobody_declared_are_an_error_and_no_empty_list(desk):
    verdict = desk.decide(gate_of("P1 defects open = 0 measured by the trakcer"), {})
    assert verdict.results[0].status is Status.ERROR
    assert verdict.defects == ()
    assert verdict.outcome is Outcome.HOLD


# -- what is said beside a verdict


def test_a_gate_of_signatures_alone_waits_for_them(desk, junit):
    authority = "authority: {preset: qa-led}\n"
    alone = desk.decide(gate_of(gate="sign_off: [qa_lead]", rest=authority))
    assert (alone.outcome, alone.results) == (Outcome.HOLD, ())
    assert "the gate waits for signatures, which no file gives: qa_lead" in alone.warnings
    both = gate_of("Pass rate >= 1% measured by the method", gate="criteria: [{ids}], sign_off: [qa_lead]",
                   rest=authority)  # fmt: skip
    found = {"the method": desk.found(desk.artefact("the method", junit(passed=3)))}
    assert any(
        one.startswith("the gate also asks for signatures") for one in desk.decide(both, found).warnings
    )


def test_a_quarantine_that_may_hold_more_than_usual_is_told_of(desk, junit):
    held = """
quarantine:
  limit: 9
  entries: [{test: "suite.tf0", owner: Ines, reason: drift, expires: "2026-12-01T00:00:00Z"}]
"""
    rules = gate_of("Pass rate >= 1% measured by the method", rest=held)
    found = {"the method": desk.found(desk.artefact("the method", junit(passed=3)))}
    assert "the quarantine list may hold 9 tests; 5 is what was shipped" in desk.decide(rules, found).warnings


def scan_of(*levels):
    listed = [{"ruleId": level, "message": {"text": level}, "level": level} for level in levels]
    driver = {"name": "T", "rules": [{"id": "x"}]}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": listed}]})


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            "No findings of severity MEDIUM",
            ["the method holds 2 high findings, and no criterion counts them"],
        ),
        ("No findings of severity MEDIUM or above", []),
        (
            "No findings of severity LOW or HIGH",
            ["the method holds 1 medium findings, and no criterion counts them"],
        ),
        ("Findings <= 9", []),
    ],
)
def test_worse_findings_than_those_that_are_asked_for_are_told_of(desk, asked, told):
    found = {"the method": desk.found(desk.artefact("the method", scan_of("error", "error", "warning")))}
    verdict = desk.decide(gate_of(f"{asked} measured by the method"), found)
    assert [one for one in verdict.warnings if "no criterion counts them" in one] == told


# -- parts of the product


SCOPES = "scopes:\n  checkout: {%s}\n"


@pytest.mark.parametrize(
    ("sentence", "found_by", "data", "actual"),
    [
        ("Line coverage >= 1% for checkout", "files: ['shop/*']", lcov(shop__a={1: 1, 2: 0}, cart={1: 0}), 50),
        ("P1 defects open <= 9 for checkout", "labels: [web]", None, None),
        ("Findings <= 9 for checkout", "files: ['shop/*']", stated(
            findings=[{"rule": "x", "severity": "high", "where": "shop/a.py"}]), None),
        ("Throughput >= 1 rps for checkout", "endpoints: ['/pay']", stated(*LOAD), None),
        ("Line coverage >= 1% for checkout", "labels: [web]", lcov(shop__a={1: 1}), None),
    ],
)  # fmt: skip
def test_a_part_is_cut_out_where_the_evidence_knows_it(desk, sentence, found_by, data, actual):
    result = on(desk, sentence, data or defects(("P1", "open", {})), rest=SCOPES % found_by)
    if actual is not None:
        assert result.actual == actual
    elif data is not None:
        assert result.status is Status.NOT_MEASURED_AS_STATED
        assert "checkout" in result.reason
    else:
        assert result.actual == 0, "no defect has that label"


def test_a_part_is_worked_out_once_for_all_who_ask(desk, junit):
    sentences = [
        f"{what} for checkout measured by the method" for what in ("Pass rate >= 1%", "Failed tests <= 9")
    ]
    rules = gate_of(*sentences, rest=SCOPES % 'tests: ["shop.*"]')
    found = desk.found(desk.artefact("the method", junit(passed=2, classname="shop.pay")))
    first, second = desk.decide(rules, {"the method": found}).results
    assert (first.status, second.actual) == (Status.PASS, 0)
    assert len(found.joined._parts) == 1


# -- changed lines

NEW_CODE = "New code coverage >= 80%"


def new_code(desk, report, changes):
    return on(desk, NEW_CODE, report, changes={"the method": changes} if changes else None)


def test_totals_say_nothing_of_changed_lines(desk):
    totals = stated(("coverage.lines.covered", 8, "1"), ("coverage.lines.total", 9, "1"))
    result = new_code(desk, totals, desk.changed("main", {"a.py": [1]}))
    assert result.status is Status.NO_DATA
    assert "totals only" in result.reason


def test_changes_that_git_would_not_tell_are_no_data(desk):
    report = lcov(a={1: 1})
    refused = new_code(
        desk, report, Changes("main", refusal=Refusal("main", "E_GIT", "no such commit", hint="fetch"))
    )
    assert (refused.status, refused.reason, refused.fix) == (Status.NO_DATA, "no such commit", "fetch")
    unknown = new_code(desk, report, Changes("main"))
    assert (unknown.status, unknown.reason) == (Status.NO_DATA, "the changed lines are not known")


def test_where_nothing_changed_nothing_was_compared(desk):
    result = new_code(desk, lcov(a={1: 1}), desk.changed("main", {}))
    assert result.status is Status.NO_DATA
    assert "nothing differs from the base main" in result.reason


def test_a_name_that_fits_two_reported_files_is_not_measured(desk):
    changed = desk.changed("main", {"shop/pay/a.py": [1], "cart/pay/a.py": [1]})
    result = new_code(desk, lcov(pay__a={1: 1}), changed)
    assert result.status is Status.NOT_MEASURED_AS_STATED
    assert "fit several names" in result.reason


def test_a_changed_file_without_its_neighbours_is_not_measured(desk):
    result = new_code(desk, lcov(shop__a={1: 1}), desk.changed("main", {"shop/b.py": [1], "shop/a.py": [1]}))
    assert result.status is Status.NOT_MEASURED_AS_STATED
    assert "shop/b.py" in result.reason


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"shop/a.py": [7]}, Status.NOT_APPLICABLE),  # a line that holds no code
        ({"docs/a.md": [1]}, Status.NOT_APPLICABLE),
        ({"elsewhere/b.py": [1]}, Status.NO_DATA),
    ],
)
def test_changes_without_a_line_that_counts(desk, changed, status):
    assert new_code(desk, lcov(shop__a={1: 1}), desk.changed("main", changed)).status is status


def test_new_code_of_one_part_looks_at_its_files_alone(desk):
    changed = {"the method": desk.changed("main", {"shop/a.py": [1], "shop/b.py": [1]})}
    result = on(desk, f"{NEW_CODE} for checkout", lcov(shop__a={1: 1}), rest=SCOPES % "files: ['shop/a*']",
                changes=changed)  # fmt: skip
    assert result.status is Status.PASS
    assert "1 of 1 changed lines" in result.reason


# -- how it is worked out


def test_a_search_for_cycles_that_was_off_stays_off(desk, junit):
    found = {"the method": desk.found(desk.artefact("the method", junit(passed=3)))}
    gc.disable()
    try:
        assert desk.decide(gate_of("Pass rate >= 1% measured by the method"), found).outcome is Outcome.GO
        assert not gc.isenabled()
    finally:
        gc.enable()


SERIES = json.dumps(
    {
        "status": "success",
        "data": {
            "resultType": "vector",
            "result": [{"metric": {"__name__": "cpu", "instance": "a"}, "value": [1763700000, "0.5"]}],
        },
    }
)
WATCHED = gate_of('monitored value "cpu" <= 9 measured by the method')


def watched(desk):
    book = load_rulebook(("flightrules: 1\nproduct: Shop\n" + WATCHED).encode(), "rules.yml")
    found = desk.found(desk.artefact("the method", SERIES))
    return book, Case(book, Facts({"the method": found}), desk.now)


def test_a_prepared_gate_decides_as_one_that_is_not(desk):
    book, case = watched(desk)
    prepare(book.gates[0], case)
    assert evaluate(book.gates[0], case).outcome is Outcome.GO


def test_a_look_up_that_the_eight_steps_contradict_is_never_shown(desk):
    book, case = watched(desk)
    plan = plan_of(book.gates[0], book)

    def otherwise(rule):
        return replace(evaluate(book.gates[0], case).results[0], rule=rule, status=Status.FAIL)

    [result], statuses = results_of(plan, case, frozenset(), otherwise)
    assert statuses == [Status.PASS]
    assert result.status is Status.PASS
    with pytest.raises(RuntimeError, match="was decided as PASS and is FAIL"):
        assert result.reason
