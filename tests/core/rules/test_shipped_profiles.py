"""The shipped profiles load, and state every number that was agreed to ship."""

from datetime import timedelta
from decimal import Decimal

import pytest

from flightrules.errors import RulebookError
from flightrules.rules.criterion import Enforcement
from flightrules.rules.loading import load_outline, load_rulebook, profile_rulebook
from flightrules.rules.resolve import PROFILES
from flightrules.rules.rulebook import Rulebook


def promise(book: Rulebook, criterion: str) -> str:
    """A criterion's operator, threshold and weight on one line."""
    rule = book.rule(criterion)
    assert rule is not None, criterion
    return f"{rule.criterion.operator} {rule.criterion.threshold:f} {rule.enforcement.value}"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_loads_in_advise_mode_and_blocks_when_extended(profile):
    assert profile_rulebook(profile).advise
    extended = load_rulebook(f"flightrules: 1\nextends: {profile}\n".encode())
    assert not extended.advise
    assert extended.exit_gate().criteria


@pytest.mark.parametrize("profile", PROFILES)
def test_every_method_of_a_profile_has_a_declared_source(profile):
    book = profile_rulebook(profile)
    missing = {
        rule.id: rule.criterion.method
        for rule in book.rules
        if book.source(rule.criterion.method or "") is None
    }
    assert missing == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_every_scope_and_environment_of_a_profile_is_declared(profile):
    book = profile_rulebook(profile)
    for rule in book.rules:
        if rule.criterion.environment:
            assert book.environment(rule.criterion.environment), rule.id
        for part in filter(None, [rule.criterion.scope, rule.criterion.selector("suite")]):
            assert book.scope(part) or book.source(rule.criterion.method).covers_part(part), rule.id


WEB = {
    "critical-executed": "= 100 blocking",
    "critical-pass": "= 100 blocking",
    "overall-pass": ">= 95 blocking",
    "p1-open": "= 0 blocking",
    "p2-open": "<= 2 blocking",
    "p3-open": "<= 15 advisory",
    "new-code-coverage": ">= 80 waivable",
    "regression-pass": ">= 97 blocking",
    "zap-high": "= 0 blocking",
    "p95-api": "<= 400 blocking",
    "browser-chrome": "= 100 blocking",
    "browser-firefox": "= 100 blocking",
    "browser-safari": "= 100 blocking",
    "accessibility": "= 0 advisory",
}


def test_the_web_profile_states_its_table():
    book = profile_rulebook("web-feature")
    assert {name: promise(book, name) for name in book.exit_gate().criteria} == WEB
    assert book.rule("p95-api").criterion.load.amount == 100
    assert book.rule("p2-open").criterion.requires == ("mitigation",)


def test_the_api_profile_states_its_eight_rows_and_all_block():
    book = profile_rulebook("api-service")
    assert {name: promise(book, name) for name in book.exit_gate().criteria} == {
        "contract-pass": "= 100 blocking",
        "integration-pass": "= 100 blocking",
        "no-breaking-changes": "= 0 blocking",
        "p1-open": "= 0 blocking",
        "load-steady": "< 1 blocking",
        "load-peak": "< 5 blocking",
        "p99-latency": "<= 800 blocking",
        "new-cves": "= 0 blocking",
    }
    assert book.rule("load-steady").criterion.load.amount == 200
    assert book.rule("load-peak").criterion.load.amount == 500
    assert {removal.id for removal in book.removals if removal.section == "criteria"} >= {
        "p95-api",
        "accessibility",
    }


GO_LIVE = {
    "planned-executed": ">= 98 blocking",
    "no-severe-defects": "= 0 blocking",
    "p3-open": "<= 10 advisory",
    "total-coverage": ">= 80 blocking",
    "regression-failures": "<= 2 blocking",
    "defect-density": "< 0.5 blocking",
    "peak-load": ">= 150 blocking",
    "p95-transactions": "<= 2000 blocking",
    "p95-checkout": "<= 500 advisory",
    "no-critical-findings": "= 0 blocking",
}


def test_the_go_live_profile_states_its_numbers_and_needs_all_stakeholders():
    book = profile_rulebook("go-live")
    assert {name: promise(book, name) for name in GO_LIVE} == GO_LIVE
    assert book.exit_gate().quorum == len(book.exit_gate().sign_off) == 8
    assert book.rule("defects-documented").criterion.requires == (
        "severity",
        "affected users",
        "mitigation",
        "owner",
    )
    assert [level.decision for level in book.severity.levels] == [
        "override-only",
        "override-only",
        "acknowledge",
        "acknowledge",
    ]


def test_the_emergency_profile_keeps_what_is_never_relaxed():
    book = profile_rulebook("emergency")
    assert book.rule("p1-open").enforcement is Enforcement.BLOCKING
    assert {"rollback-tested", "record-written", "scope-locked", "p1-open"} <= set(book.exit_gate().criteria)
    assert book.gate("entry") is None


@pytest.mark.parametrize("profile", PROFILES)
def test_the_emergency_track_ships_its_deadlines_everywhere(profile):
    track = next(one for one in profile_rulebook(profile).tracks if one.id == "emergency")
    assert track.max_share == 10
    assert track.written_sign_off_within == timedelta(hours=24)
    assert track.review_within == timedelta(hours=48)
    assert track.on_call_for == timedelta(hours=2)
    assert track.rollback_below == timedelta(minutes=5)
    assert track.independent_reviewers == 1
    assert len(track.checklist) == 9
    assert track.classified_in_writing
    assert track.classifier == ("cto_vp_eng",)


@pytest.mark.parametrize("profile", PROFILES)
def test_rollback_triggers_ship_with_their_numbers(profile):
    triggers = {one.id: one for one in profile_rulebook(profile).rollback.triggers}
    assert (triggers["error-rate"].factor, triggers["error-rate"].within) == (5, timedelta(minutes=10))
    assert (triggers["http-5xx"].limit, triggers["http-5xx"].lasting) == (2, timedelta(minutes=5))
    assert (triggers["latency-p99"].factor, triggers["latency-p99"].lasting) == (3, timedelta(minutes=5))
    assert triggers["health-checks"].failures == 3
    assert triggers["support-pattern"].within == timedelta(minutes=30)
    assert triggers["latency-watch"].factor == Decimal("1.1")
    assert triggers["latency-watch"].tier == "watch"
    assert {name for name, one in triggers.items() if one.kind == "manual"} == {
        "core-journey",
        "payment-errors",
        "support-pattern",
        "unknown-p1",
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_the_watch_and_the_obligations_ship_with_their_clocks(profile):
    book = profile_rulebook(profile)
    assert [int(mark.after.total_seconds() // 60) for mark in book.watch.marks] == [0, 5, 10, 15, 30, 60]
    assert book.watch.marks[1].baseline_window == timedelta(minutes=5)
    assert book.watch.marks[4].tolerance == 10
    assert book.watch.until == timedelta(minutes=60)
    debts = {debt.id: debt.within for debt in book.obligations}
    assert debts["decision-summary"] == timedelta(hours=2)
    assert debts["emergency-sign-off"] == timedelta(hours=24)
    assert debts["post-incident-review"] == timedelta(hours=48)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_frame_ships_with_its_numbers(profile):
    book = profile_rulebook(profile)
    frame = book.governance
    assert book.quarantine.limit == 5
    assert book.quarantine.decreasing
    assert len(frame.lifecycle) == 7
    assert (frame.decisions.authorise_earliest, frame.decisions.authorise_latest) == (
        timedelta(days=14),
        timedelta(days=7),
    )
    assert (frame.report.produced_within, frame.report.read_within) == (
        timedelta(minutes=30),
        timedelta(minutes=2),
    )
    assert frame.report.rollback_filled_within == timedelta(minutes=5)
    assert (
        frame.practice.decisions_reviewed,
        frame.practice.incidents_reviewed,
        frame.practice.emergency_share,
    ) == (3, 5, 10)
    assert book.authority.act("override").needed == 2
    assert {one.kind for one in book.indicators} == {"leading", "lagging"}
    assert len(frame.bodies[0].members) == 6


def test_an_unknown_profile_is_refused_with_the_nearest():
    with pytest.raises(RulebookError) as error:
        load_rulebook(b"flightrules: 1\nextends: web-featur\n")
    assert (error.value.code, error.value.line, error.value.column) == ("E_PROFILE", 2, 10)
    assert "web-feature" in error.value.hint


OWN_AUTHORITY = """
authority:
  preset: cab-led
  negotiated_by: [qa_lead, engineering_lead, product_owner]
"""


@pytest.mark.parametrize("own", ["", OWN_AUTHORITY], ids=["profile", "own"])
@pytest.mark.parametrize("profile", ["", *PROFILES])
def test_the_outline_is_that_of_the_whole(profile, own):
    """Who may do what is asked of the outline, what decides of the whole: they may never differ."""
    extends = f"extends: {profile}\n" if profile else ""
    criteria = "criteria:\n  more: Overall automated pass rate >= 97% measured by the CI pipeline\n"
    evidence = "evidence:\n  CI pipeline: {paths: [junit.xml]}\n"
    data = f"flightrules: 1\n{extends}{criteria}{evidence}{own}".encode()
    whole, outline = load_rulebook(data), load_outline(data)
    assert outline.authority == whole.authority
    assert [(one.id, one.kind) for one in outline.gates] == [(one.id, one.kind) for one in whole.gates]
    assert outline.rules == ()
