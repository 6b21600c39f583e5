"""Deciding by a look-up and judging in eight steps are one judgement, whatever the case is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.engine import prepared
from flightrules.engine.criterion_result import Case
from flightrules.engine.evaluate import evaluate, prepare
from flightrules.engine.facts import Facts, Found, Refusal
from flightrules.engine.verdict import Status, Verdict
from flightrules.errors import RulebookError
from flightrules.evidence.measurement import Evidence, Measurement, Reading
from flightrules.reports import html_page, json_report, markdown
from flightrules.reports.report import Report
from flightrules.reports.text import Style, render_text
from flightrules.rules.criterion import Criterion, Enforcement, LoadCondition, Operator, Rule
from flightrules.rules.exception_files import Quarantine
from flightrules.rules.exceptions import Approval, Quarantined, Waiver
from flightrules.rules.gate import Gate
from flightrules.rules.release_facts import ReleaseFacts
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import EvidenceSource
from flightrules.values import replace

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
METHODS = ("probe", "board", "nobody")
SERIES = ("errors", "lag", "queue", "missing")
NUMBERS = st.sampled_from(
    [Decimal(text) for text in ("0", "1", "0.1", "-3", "96.996", "97", "1E+3", "12345678901")]
)
RARELY = st.integers(0, 9).map(lambda drawn: drawn == 9)
MAYBE_BUILD = st.sampled_from([None, None, None, None, None, None, "b1", "b2"])
MAYBE_PLACE = st.sampled_from([None, None, None, None, None, None, "staging", "production"])


ODD_RULES = {
    "plain": {},
    "advisory": {"enforcement": Enforcement.ADVISORY},
    "waivable": {"enforcement": Enforcement.WAIVABLE, "waivable_by": ("qa_lead",)},
    "bound": {"lower_bound": True},
    "samples": {"minimum_samples": 3},
    "duration": {"minimum_duration": Decimal(60)},
    "untouched": {"applies_when": ("pii",)},
    "touched": {"applies_when": ("auth",)},
}
ODD_CRITERIA = {
    "plain": {},
    "scope": {"scope": "checkout"},
    "suite": {"selectors": (("series", "errors"), ("suite", "smoke"))},
    "load": {"load": LoadCondition(Decimal(5), "users")},
    "untouched": {"applies_when": ("pii",)},
    "build": {"build": "b1"},
    "environment": {"environment": "staging"},
    "any method": {"method": None},
    "unknown method": {"method": "nobody"},
    "method by another name": {"method": "the Probe run"},
    "series not there": {"selectors": (("series", "missing"),)},
    "another metric": {"metric": "load.rps"},
    "the rulebook's own": {"metric": "quarantine.size"},
}


@st.composite
def rules(draw, at):
    """Mostly plain ones, and every oddity there is."""
    odd_rule, odd_criterion = st.sampled_from(sorted(ODD_RULES)), st.sampled_from(sorted(ODD_CRITERIA))
    asked = Criterion(
        "monitoring.value",
        draw(st.sampled_from(Operator)),
        draw(NUMBERS),
        "1",
        (("series", draw(st.sampled_from(SERIES))),),
        method=draw(st.sampled_from(METHODS[:2])),
    )
    asked = replace(asked, **(ODD_CRITERIA[draw(odd_criterion)] if draw(RARELY) else {}))
    return Rule(f"c{at}", "a sentence", asked, **(ODD_RULES[draw(odd_rule)] if draw(RARELY) else {}))


@st.composite
def artefacts(draw, method, at):
    labels = st.sampled_from(
        [(("series", name),) for name in SERIES[:3]] + [(("job", "lag"), ("series", "errors")), ()]
    )
    measured = draw(st.lists(st.tuples(labels, NUMBERS), max_size=4, unique_by=lambda one: one[0]))
    numbers = [Measurement("monitoring.value", value, "1", names) for names, value in measured]
    numbers += [Measurement("load.rps", Decimal(7), "1/s")] if draw(st.booleans()) else []
    facts = {"artefact": "sha256:" + "a" * 64} if draw(RARELY) else {}
    taken = (
        draw(st.sampled_from([None, NOW - timedelta(days=3), NOW + timedelta(hours=1)]))
        if draw(RARELY)
        else NOW
    )
    return Evidence(
        method,
        f"{method}-{at}.json",
        draw(st.sampled_from("0123")) * 64,
        len(numbers),
        Reading("generic", None, tuple(numbers), (), facts, {"percentile": "nearest-rank"}),
        NOW,
        taken,
        draw(MAYBE_PLACE),
        draw(MAYBE_BUILD),
    )


@st.composite
def founds(draw, method):
    evidence = [draw(artefacts(method, at)) for at in range(draw(st.integers(0, 2)))]
    code = draw(st.sampled_from(["E_EMPTY", "E_MALFORMED"]))
    refused = (Refusal("x", code, "nothing"),) if draw(RARELY) else ()
    partial = "there may be more" if draw(RARELY) else ""
    return Found(tuple(evidence), refused, (), (), (f"{method}/*",), partial=partial)


@st.composite
def cases(draw):
    """A gate, what it is judged with, and the waivers on file."""
    held = tuple(draw(rules(at)) for at in range(draw(st.integers(1, 5))))
    gate = Gate(
        "exit",
        "Exit",
        "exit",
        tuple(rule.id for rule in held),
        on_failure=draw(st.sampled_from(["block", "alert"])),
    )
    sources = tuple(
        EvidenceSource(name, None, (f"{name}/*",), max_age=draw(st.sampled_from([None, timedelta(days=1)])))
        for name in METHODS[:2]
    )
    book = Rulebook(
        mode=draw(st.sampled_from(["block", "advise"])),
        rules=held,
        gates=(gate,),
        sources=sources,
        release=ReleaseFacts(touches=draw(st.sampled_from([(), ("auth",)]))),
    )
    facts = Facts(
        {name: draw(founds(name)) for name in METHODS[:2] if draw(st.booleans()) or name == "probe"}
    )
    artefact = draw(st.sampled_from([None, "a" * 64, "b" * 64]))
    return gate, Case(book, facts, NOW, "4.2.1", draw(MAYBE_BUILD), (), artefact), draw(waivers())


@st.composite
def waivers(draw):
    named = draw(st.lists(st.sampled_from(["c0", "c1", "c9"]), max_size=2))
    until = draw(st.sampled_from([NOW + timedelta(days=1), NOW - timedelta(days=1)]))
    approved = (Approval("Ann", "qa_lead", NOW - timedelta(days=2)),)
    return tuple(
        Waiver(f"w{at}", name, "known", approved, "watched", until, "4.2.1") for at, name in enumerate(named)
    )


def in_eight_steps(gate, case, on_file):
    """The verdict without any look-up, over a rulebook that has no plan yet."""
    fresh = replace(case, rulebook=replace(case.rulebook))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "_looks_up", lambda *_: False)
        verdict = evaluate(gate, fresh, on_file)
        assert verdict.results is not None
        return verdict


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(cases())
def test_both_ways_give_one_verdict(drawn):
    gate, case, on_file = drawn
    slow = in_eight_steps(gate, case, on_file)
    fast = evaluate(gate, case, on_file)
    assert fast.outcome is slow.outcome
    assert [one.status for one in fast.results] == [one.status for one in slow.results]
    assert fast.results == slow.results
    assert fast == slow


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=examples(30))
@given(cases())
def test_both_ways_give_the_same_reports_byte_for_byte(drawn):
    gate, case, on_file = drawn
    one, other = (Report(way(gate, case, on_file), case.rulebook) for way in (evaluate, in_eight_steps))
    for format_of in (json_report, html_page, markdown):
        assert format_of.render(one) == format_of.render(other)
    assert render_text(one, Style(), exit_code=1) == render_text(other, Style(), exit_code=1)


def simple(values=(("errors", 3),), limit=5, operator=Operator.AT_MOST, **of_rule):
    asked = Criterion(
        "monitoring.value", operator, Decimal(limit), "1", (("series", "errors"),), method="probe"
    )
    rule = Rule("c0", "errors <= 5", asked, **of_rule)
    gate = Gate("exit", "Exit", "exit", ("c0",))
    book = Rulebook(rules=(rule,), gates=(gate,), sources=(EvidenceSource("probe", None, ("p.json",)),))
    numbers = tuple(
        Measurement("monitoring.value", Decimal(value), "1", (("series", name),)) for name, value in values
    )
    evidence = Evidence("probe", "p.json", "0" * 64, 1, Reading("generic", extra=numbers), NOW, NOW)
    return gate, Case(book, Facts({"probe": Found((evidence,))}), NOW, "4.2.1")


@pytest.mark.parametrize("value", [3, 7])
@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize(
    ("of_rule", "of_criterion"),
    [
        *((name, "plain") for name in ODD_RULES),
        *(("plain", name) for name in ODD_CRITERIA),
        ("waivable", "build"),
    ],
)
def test_every_oddity_of_a_criterion_takes_all_steps(value, operator, of_rule, of_criterion):
    gate, case = simple((("errors", value), ("lag", value)), 5, operator)
    run = replace(case.facts.of("probe").evidence[0], build="b2", environment="production")
    rule = case.rulebook.rules[0]
    odd = replace(rule, criterion=replace(rule.criterion, **ODD_CRITERIA[of_criterion]), **ODD_RULES[of_rule])
    book = replace(case.rulebook, rules=(odd,), release=ReleaseFacts(touches=("auth",)))
    case = replace(case, rulebook=book, facts=Facts({"probe": Found((run,))}))
    approved = (Approval("Ann", "qa_lead", NOW - timedelta(days=2)),)
    on_file = (Waiver("w1", "c0", "known", approved, "watched", NOW + timedelta(days=1), "4.2.1"),)
    for held in ((), on_file):
        assert evaluate(gate, case, held) == in_eight_steps(gate, case, held)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"refused": (Refusal("x", "E_EMPTY", "nothing"),)},
        {"refused": (Refusal("x", "E_MALFORMED", "broken"),)},
        {"evidence": ()},
    ],
)
def test_evidence_that_is_not_whole_takes_all_steps(spoilt):
    gate, case = simple()
    found = replace(case.facts.of("probe"), **spoilt)
    case = replace(case, facts=Facts({"probe": found}))
    verdict = evaluate(gate, case)
    assert verdict.results[0].status in (Status.NO_DATA, Status.ERROR)
    assert verdict == in_eight_steps(gate, case, ())


def test_several_series_of_one_name_give_the_worst_of_them():
    gate, case = simple()
    twins = tuple(
        Measurement("monitoring.value", Decimal(value), "1", (("job", job), ("series", "errors")))
        for job, value in (("a", 4), ("b", 9), ("c", 4))
    )
    run = replace(case.facts.of("probe").evidence[0], reading=Reading("generic", extra=twins))
    facts = Facts({"probe": Found((run,))})
    for operator, expected in zip(Operator, ("FAIL", "FAIL", "FAIL", "PASS", "FAIL", "FAIL"), strict=True):
        rule = case.rulebook.rules[0]
        rule = replace(rule, criterion=replace(rule.criterion, operator=operator))
        here = replace(case, rulebook=replace(case.rulebook, rules=(rule,)), facts=facts)
        verdict = evaluate(gate, here)
        assert (verdict.results[0].status, verdict.results[0].reason) == (expected, "worst of 3 series")


def test_the_same_series_of_two_snapshots_is_held_against_the_worse_of_them():
    gate, case = simple((("errors", 3), ("tickets", 2)))
    (run,) = case.facts.of("probe").evidence
    worse = Measurement("monitoring.value", Decimal(9), "1", (("series", "errors"),))
    later = replace(run, path="q.json", digest="1" * 64, reading=Reading("generic", extra=(worse,)))
    (rule,) = case.rulebook.rules
    asked = {
        name: replace(rule.criterion, selectors=(("series", name),)) for name in ("errors", "tickets", "x")
    }
    rules = tuple(replace(rule, id=name, criterion=criterion) for name, criterion in asked.items())
    gate = replace(gate, criteria=tuple(asked))
    facts = Facts({"probe": Found((run, later))})
    verdict = evaluate(
        gate, replace(case, facts=facts, rulebook=replace(case.rulebook, rules=rules, gates=(gate,)))
    )

    assert [one.status for one in verdict.results] == [Status.FAIL, Status.PASS, Status.NO_DATA]


def test_a_status_is_known_before_anything_is_explained(monkeypatch):
    gate, case = simple()
    judged = []
    monkeypatch.setattr("flightrules.engine.evaluate.judge", lambda *_: judged.append(1))
    verdict = evaluate(gate, case)
    assert [one.status for one in verdict.results] == [Status.PASS]
    assert verdict.outcome.value == "GO"
    assert not judged


def test_what_is_asked_for_is_worked_out_once():
    result = evaluate(*simple()).results[0]
    assert (result.actual, result.reason, result.blocks) == (Decimal(3), "worst of 1 series", False)
    assert [use.path for use in result.evidence] == ["p.json"]
    assert result.reason is result.reason
    assert "worst of 1 series" in repr(result)


def test_the_boundary_and_one_beyond():
    assert evaluate(*simple((("errors", 5),))).results[0].status is Status.PASS
    late = evaluate(*simple((("errors", "5.0000000000000000000000000001"),))).results[0]
    assert (late.status, late.blocks) == (Status.FAIL, True)
    assert "fix" not in late.fix
    assert late.fix


def test_what_no_value_can_miss_decides_nothing():
    gate, case = simple()
    counted = replace(case.rulebook.rules[0].criterion, metric="load.requests", operator=Operator.AT_LEAST)
    book = replace(
        case.rulebook,
        rules=(replace(case.rulebook.rules[0], criterion=replace(counted, threshold=Decimal(0))),),
    )
    assert evaluate(gate, replace(case, rulebook=book)).results[0].status is not Status.PASS


def test_tests_in_quarantine_beside_the_series_are_told_of(desk, junit):
    gate, case = simple()
    series = case.facts.of("probe").evidence[0].reading.extra
    run = desk.artefact("probe", junit(passed=2, failed=1))
    run = replace(run, reading=replace(run.reading, extra=series))
    held = Quarantined("suite.tp0", "Ann", "flaky", NOW + timedelta(days=9))
    book = replace(case.rulebook, quarantine=Quarantine((held,)))
    case = replace(case, rulebook=book, facts=Facts({"probe": Found((run,))}))
    verdict = evaluate(gate, case)
    assert verdict == in_eight_steps(gate, case, ())
    assert verdict.results[0].excluded
    assert verdict.quarantined


def test_a_value_that_is_not_there_yet_is_missed_in_words():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        evaluate(*simple()).nonsense  # noqa: B018
    assert isinstance(evaluate(*simple()), Verdict)


def test_preparing_refuses_what_evaluating_refuses():
    _, case = simple()
    with pytest.raises(RulebookError) as caught:
        prepare(Gate("exit", "Exit", "exit", ()), case)
    assert caught.value.code == "E_EMPTY_GATE"
    with pytest.raises(RulebookError) as caught:
        prepare(Gate("exit", "Exit", "exit", ("c7",)), case)
    assert caught.value.code == "E_REFERENCE"


def test_a_gate_of_the_same_name_has_a_plan_of_its_own():
    gate, case = simple()
    assert len(evaluate(gate, case).results) == 1
    other = replace(gate, criteria=("c0", "c0"))
    assert len(evaluate(other, case).results) == 2
