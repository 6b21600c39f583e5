"""A build goes up only after it passed below: judged on the evidence at hand, or shown by a verdict."""

from datetime import UTC, datetime, timedelta

import pytest

from flightrules.engine.evaluate import evaluate
from flightrules.engine.facts import Facts, Passed
from flightrules.engine.standing import Case
from flightrules.engine.verdict import Outcome, Status
from flightrules.errors import RulebookError
from flightrules.rules.digest import canonical
from flightrules.rules.loading import load_rulebook
from flightrules.values import replace

RULES = """
flightrules: 1
product: Shop
criteria:
  smoke: Pass rate = 100% measured by the smoke run
  accepted: Pass rate >= 90% measured by the acceptance run in staging
  ready: Pass rate >= 90% measured by the release run
gates:
  in-sit: {kind: stage, environment: sit, criteria: [smoke]}
  in-uat: {kind: stage, stage: UAT, criteria: [accepted], blocks: nothing}
  go-live: {kind: stage, criteria: [ready], blocks: Promotion to  production}
  exit: {kind: exit, criteria: [ready]}
evidence:
  smoke run: {paths: [smoke.xml]}
  acceptance run: {paths: [uat.xml], environment: staging}
  release run: {paths: [release.xml]}
environments:
  dev: {}
  sit: {title: Integration}
  uat: {also: [staging], requires_pass_in: [sit]}
  prod: {also: [production], requires_pass_in: [uat], production: yes}
"""
BOOK = load_rulebook(RULES.encode())
DIGEST = "a" * 64
GOOD = {"smoke run": (10, 0), "acceptance run": (9, 1), "release run": (10, 0)}


@pytest.fixture
def judged(desk, junit):
    """The verdict of a gate on so many passed and failed tests of each run."""

    def judge(gate, runs=GOOD, *, book=BOOK, **more):
        found = {
            method: desk.found(
                desk.artefact(method, junit(*counts), environment="UAT" if "accept" in method else None)
            )
            for method, counts in runs.items()
        }
        more.setdefault("artefact", DIGEST)
        return evaluate(book.gate(gate), Case(book, Facts(found), desk.now, "4.2.1", None, **more))

    return judge


def record(desk, **changes):
    """A GO from UAT, of this artefact by this rulebook, an hour ago."""
    made = Passed(
        "uat.jsonl",
        "staging",
        "GO",
        desk.now - timedelta(hours=1),
        "Shop",
        BOOK.digest,
        DIGEST,
        verified_by="k" * 64,
    )
    return replace(made, **changes)


def test_the_gates_of_the_environments_before_are_judged_on_the_same_evidence(judged):
    verdict = judged("go-live")
    assert verdict.outcome is Outcome.GO
    assert [(one.environment, one.status) for one in verdict.upstream] == [
        ("uat", Status.PASS),
        ("sit", Status.PASS),
    ]
    assert "the gate in-uat is GO on this evidence" in verdict.upstream[0].reason


@pytest.mark.parametrize(
    ("runs", "where", "status"),
    [
        ({**GOOD, "acceptance run": (5, 5)}, "uat", Status.FAIL),
        ({**GOOD, "smoke run": (9, 1)}, "sit", Status.FAIL),
        ({"release run": (10, 0), "smoke run": (1, 0)}, "uat", Status.NO_DATA),
        ({"release run": (10, 0), "acceptance run": (1, 0)}, "sit", Status.NO_DATA),
    ],
)
def test_what_was_not_passed_below_holds_however_good_it_is_here(judged, runs, where, status):
    verdict = judged("go-live", runs)
    assert verdict.outcome is Outcome.HOLD
    line = next(one for one in verdict.upstream if one.environment == where)
    assert line.status is status
    assert any(said.startswith(f"{where} {status}: ") for said in verdict.blockers)
    assert any(f"no pass in {where} is shown" in said for said in verdict.warnings)


def test_a_failure_here_stays_a_no_go(judged):
    assert judged("go-live", {"release run": (1, 9)}).outcome is Outcome.NO_GO


def test_gates_that_guard_nothing_ask_for_nothing(judged):
    for gate in ("in-sit", "exit"):
        verdict = judged(gate)
        assert (verdict.outcome, verdict.upstream) == (Outcome.GO, ())


def test_where_the_build_is_counts_for_any_gate(judged):
    """``check --environment prod``: the exit gate asks for the same as the gate of the promotion."""
    shown = judged("exit", {"release run": (10, 0)}, environment="production")
    assert shown.outcome is Outcome.HOLD
    assert [one.environment for one in shown.upstream] == ["uat", "sit"]
    assert shown.environment == "prod"
    assert judged("exit", environment="dev").upstream == ()


def test_a_verdict_that_was_brought_along_shows_the_pass(judged, desk):
    """Whoever gave it had to be shown what comes before, so SIT is not asked for again."""
    verdict = judged("go-live", {"release run": (10, 0)}, passed=(record(desk),))
    assert verdict.outcome is Outcome.GO
    assert [one.environment for one in verdict.upstream] == ["uat"]
    assert "verified with key kkkk" in verdict.upstream[0].reason
    assert verdict.warnings == judged("exit").warnings


def test_a_pass_that_nobody_signed_counts_and_says_so(judged, desk):
    verdict = judged("go-live", {"release run": (10, 0)}, passed=(record(desk, verified_by=""),))
    assert verdict.outcome is Outcome.GO
    assert any("the pass in uat is claimed: uat.jsonl is GO" in said for said in verdict.warnings)


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"outcome": "NO-GO"}, Status.FAIL, "the verdict is NO-GO"),
        ({"outcome": "HOLD"}, Status.FAIL, "the verdict is HOLD"),
        ({"advise": True}, Status.FAIL, "advice only"),
        ({"artefact": "b" * 64}, Status.STALE, "about sha256:bbbb"),
        ({"artefact": ""}, Status.STALE, "about no artefact"),
        ({"product": "Till"}, Status.STALE, "about Till"),
        ({"product": ""}, Status.STALE, "about no product"),
        ({"rulebook": "sha256:0"}, Status.STALE, "another rulebook"),
        ({"as_of": datetime(2030, 1, 1, tzinfo=UTC)}, Status.STALE, "dated ahead"),
        ({"ends": (datetime(2026, 11, 21, 12, tzinfo=UTC),)}, Status.STALE, "ended 2026-11-21T12:00"),
    ],
)
def test_a_verdict_of_something_else_shows_nothing(judged, desk, change, status, words):
    """Fail closed, even where the evidence at hand would show the pass."""
    verdict = judged("go-live", passed=(record(desk, **change),))
    assert verdict.outcome is Outcome.HOLD
    line = verdict.upstream[0]
    assert line.status is status
    assert words in line.reason


def test_a_good_verdict_beside_an_old_one_is_enough(judged, desk):
    both = (record(desk, outcome="NO-GO"), record(desk, ends=(datetime(2027, 1, 1, tzinfo=UTC),)))
    assert judged("go-live", {"release run": (10, 0)}, passed=both).outcome is Outcome.GO


def test_a_verdict_shows_nothing_where_nobody_says_what_is_released(judged, desk):
    verdict = judged("go-live", passed=(record(desk),), artefact=None)
    assert (verdict.outcome, verdict.upstream[0].status) == (Outcome.HOLD, Status.NO_DATA)


def test_a_verdict_from_elsewhere_is_nothing_here(judged, desk):
    """From DEV, from a place that nobody knows: UAT is still to be shown."""
    for place in ("dev", "moon"):
        verdict = judged("go-live", {"release run": (10, 0)}, passed=(record(desk, environment=place),))
        assert verdict.outcome is Outcome.HOLD


def test_an_environment_without_a_gate_cannot_be_passed_by_silence(judged):
    bare = load_rulebook(RULES.replace("environment: sit, ", "").encode())
    verdict = judged("go-live", book=bare)
    assert verdict.outcome is Outcome.HOLD
    assert verdict.upstream[-1].status is Status.NO_DATA
    assert "no gate of the rulebook is judged there" in verdict.upstream[-1].reason


def test_two_ways_up_are_both_asked_for_once(judged):
    fork = RULES.replace("prod: {also", "load: {requires_pass_in: [sit]}\n  prod: {also").replace(
        "[uat], production", "[uat, load], production"
    )
    verdict = judged("go-live", book=load_rulebook(fork.encode()))
    assert [one.environment for one in verdict.upstream] == ["uat", "load", "sit"]
    assert verdict.outcome is Outcome.HOLD


def test_a_gate_in_no_environment_of_the_rulebook_is_refused():
    with pytest.raises(RulebookError, match="there is no environment 'sat'") as refused:
        load_rulebook(RULES.replace("environment: sit", "environment: sat").encode())
    assert refused.value.code == "E_REFERENCE"


def test_a_rulebook_that_does_not_name_the_place_keeps_its_digest():
    bare = RULES.replace("environment: sit, ", "")
    assert load_rulebook(bare.encode()).digest != BOOK.digest
    assert b'"place"' not in canonical(load_rulebook(bare.encode()))


def test_evidence_may_call_the_environment_by_another_of_its_names(judged):
    """The sentence says staging, the artefact UAT: one environment of the rulebook."""
    assert judged("in-uat").results[0].status is Status.PASS
    apart = load_rulebook(RULES.replace("also: [staging], ", "also: [stage], ").encode())
    assert judged("in-uat", book=apart).results[0].status is Status.NOT_MEASURED_AS_STATED
