"""What a QA lead takes into the meeting: six sections, each with what it must hold."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from flightrules.engine.verdict import Interval
from flightrules.reports import markdown
from flightrules.reports.document import Table, Text
from flightrules.reports.graph import bullet
from flightrules.reports.readiness import readiness
from flightrules.reports.report import interval_of
from flightrules.reports.section_annex import indicator_of
from flightrules.reports.section_rollback import rollback_answer
from flightrules.reports.wording import glossed_over, span, statement
from flightrules.rules.criterion import Operator

SIX = [
    "Scope",
    "Exit Criteria Status",
    "Defect Summary",
    "Waivers and Risk Acceptances",
    "Rollback Plan",
    "Recommendation",
]


def test_the_six_sections_stand_in_their_order(gate, verdict_name):
    sections = readiness(getattr(gate, verdict_name)()).sections
    assert [(one.number, one.title) for one in sections[:6]] == list(enumerate(SIX, 1))
    assert all(one.number == 0 for one in sections[6:])


def test_header_names_product_date_lead_window_gate_rulebook_and_who_agreed(gate):
    page = markdown.render(gate.go())
    for said in (
        "Checkout 4.2.1",
        "2026-11-21 12:00 UTC",
        "Ana Mendes",
        "2026-11-27 20:00 UTC to 2026-11-27 21:00 UTC (Lisbon evening)",
        "checkout-web 7",
        "sha256:",
        "Jun Ono, Engineering lead, 2026-09-01 09:00 UTC (claimed by the rulebook)",
    ):
        assert said in page


def test_criteria_that_fail_stand_first(gate):
    table = next(b for b in readiness(gate.no_go()).sections[1].blocks if isinstance(b, Table))
    marks = [row[4].mark for row in table.rows]
    assert marks == ["fail", "fail", "fail", "advise", "pass"]
    assert table.loud == {0, 1, 2}


def test_a_waived_failure_stays_visible_as_one(gate):
    page = markdown.render(gate.conditional())
    assert "FAIL — waiver granted (see section 4)" in page
    for said in (
        "76.3 % against ≥ 80 %",
        "the discount rules were rewritten last week",
        "an exploratory session on the discount rules",
        "Ana Mendes, QA lead, 2026-11-20 10:00 UTC (claimed by a file)",
        "2026-12-11 00:00 UTC",
    ):
        assert said in page


def test_an_accepted_defect_shows_all_its_fields_and_who_accepted(gate):
    page = markdown.render(gate.conditional())
    for said in (
        "about 3 % of orders",
        "wrong bills and support calls",
        "bulk orders are checked by hand",
        "alert on tickets that say discount",
        "sprint 24",
        "Paul Brandt, Product manager",
    ):
        assert said in page


def test_a_signed_approval_is_not_called_claimed(gate):
    report = gate.conditional()
    results = tuple(
        replace(
            result,
            waiver=replace(
                result.waiver,
                approvals=tuple(replace(one, verified_by="key-1") for one in result.waiver.approvals),
            ),
        )
        if result.waiver
        else result
        for result in report.verdict.results
    )
    signed = replace(report, verdict=replace(report.verdict, results=results, defects=()))
    section = markdown.section(readiness(signed).sections[3])
    assert "signed by key key-1" in section
    assert "claimed" not in section


def test_quarantined_tests_are_counted_and_named(gate):
    page = markdown.render(gate.go())
    assert "1 test left out of rates; the agreed limit is 5 entries." in page
    assert "| `suite.slow` | Jun Ono | the sandbox times out |" in page


def test_rates_show_the_numbers_behind_them_and_an_interval(gate):
    assert "1,190 of 1,204, 95 % interval 98 to 99.4 %" in markdown.render(gate.go())


def test_the_interval_is_rounded_outwards():
    said = interval_of(Interval(Decimal("97.0001"), Decimal("98.9999"), 98, 100))
    assert said == "98 of 100, 95 % interval 97 to 99 %"
    said = interval_of(Interval(Decimal("97.1999"), Decimal("98.9001"), 98, 100))
    assert said == "98 of 100, 95 % interval 97.1 to 99 %"


def test_at_what_error_rate_would_we_roll_back_has_one_answer(gate):
    assert rollback_answer(gate.book()) == (
        "We roll back automatically, without a decision, when error rate is more than 5 times its baseline "
        "(before the release) within 10 minutes of the release or http 5xx share is above 2 % for 5 minutes "
        "without a break."
    )


@pytest.mark.parametrize(
    ("owner", "said"), [("qa-lead", "QA lead"), ("QA Lead", "QA lead"), ("Jean-Luc Ono", "Jean-Luc Ono")]
)
def test_a_rollback_is_owned_by_a_role_in_words_or_by_a_person_as_written(gate, owner, said):
    report = gate.go()
    plan = replace(report.rulebook.rollback, owner=owner, estimated_minutes=1)
    page = markdown.render(replace(report, rulebook=replace(report.rulebook, rollback=plan)))
    assert f"**Rollback owner:** {said}\n" in page
    assert "**Estimated rollback time:** 1 minute\n" in page


@pytest.mark.parametrize(
    "change",
    [
        ("kind: manual, signal: payment_errors", "kind: manual, signal: payment_errors"),
        ("signal: error_rate, ", "signal: error_rate, action: page, "),
        ("signal: error_rate, factor: 5, ", "signal: error_rate, "),
        ("signal: error_rate, ", "signal: error_rate, tier: watch, "),
    ],
)
def test_a_trigger_that_does_not_act_by_itself_is_no_answer(gate, change):
    without = re.sub(r"    http-5xx:.*\n", "", gate.rulebook)
    if change[0] == change[1]:
        without = re.sub(r"    errors:.*\n", "", without)
    answer = rollback_answer(gate.book(without.replace(*change)))
    assert "the criteria do not exist" in answer
    assert not answer.startswith("We roll back")


def test_exactly_one_leading_and_one_lagging_indicator(gate):
    report = gate.go()
    section = next(one for one in readiness(report).sections if one.title == "Indicators")
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert [row[0].text for row in table.rows] == ["leading", "lagging"]
    assert [row[2].text for row in table.rows] == ["not measured", "not measured"]


def test_an_indicator_whose_source_is_a_criterion_has_its_value(gate):
    rulebook = gate.rulebook.replace("kind: leading, ", "kind: leading, source: coverage, ")
    from_coverage = gate.report(rulebook=rulebook, coverage=gate.cobertura(846))
    one, value = indicator_of(from_coverage, "leading")
    assert (one.id, value) == ("churn", "84.6 %")


def test_no_list_of_defects_is_not_the_same_as_no_defect(gate):
    unknown = gate.report(tests=gate.junit(100), coverage=gate.cobertura(900))
    assert "That is not the same as none." in markdown.render(unknown)
    assert "No open defect in the evidence." in markdown.render(gate.go())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("go", "No known blockers."),
        ("conditional", "Risk accepted as listed in section 4, on the conditions listed above."),
        ("no_go", "I recommend NO-GO for the blocking items listed above."),
        ("hold", "I make no recommendation while the data listed above is missing."),
    ],
)
def test_the_signature_statement_follows_from_the_verdict(gate, name, said):
    report = getattr(gate, name)()
    assert statement(report.verdict) == said
    assert said in markdown.render(report)


@pytest.mark.parametrize("name", ["go", "no_go", "conditional", "hold", "nothing"])
def test_no_statement_of_ours_says_fine(gate, name):
    assert not re.search(r"\bfine\b", markdown.render(getattr(gate, name)()), re.IGNORECASE)


def test_a_reason_that_talks_the_risk_away_is_remarked_on():
    assert "the risk exists and is accepted" in glossed_over("it is Fine, really")
    assert glossed_over("defined, confined, refined") == ""


def test_signature_lines_leave_hand_date_and_time_open(gate):
    page = markdown.render(gate.go())
    assert "| Date, time and zone |" in page
    assert re.search(
        r"\| QA lead<br>quality verdict \| Ana Mendes \| No known blockers\. \| (\\_)+ \| (\\_)+ \|", page
    )


def test_a_no_go_is_signed_as_such_and_its_override_is_explained(gate):
    page = markdown.render(gate.no_go())
    assert "authorisation" not in page.partition("### Signatures")[2].partition("###")[0]
    assert "2 signatures of different people in writing, QA lead among them" in page


def test_a_hold_names_what_is_awaited(gate):
    page = markdown.render(gate.hold())
    assert "### Awaited" in page
    assert "Line coverage: no evidence found; looked for coverage.xml" in page
    assert "Missing data is neither pass nor fail." in page


def test_evidence_is_listed_with_digests_and_what_was_left_out(gate):
    report = gate.hold()
    page = markdown.render(replace(report, verdict=replace(report.verdict, unused=("extra.xml",))))
    for one in report.verdict.evidence:
        assert one.digest in page
    assert "extra.xml" in page.partition("Found, but no criterion of this gate uses it")[2]


def test_advise_mode_says_what_it_would_have_been_and_is_not_signed(gate):
    page = markdown.render(gate.nothing())
    assert "would be HOLD" in page
    assert "nothing is signed" in page
    assert "Lines to sign" not in page


def test_a_graph_tells_in_words_what_it_shows(gate):
    regression = gate.no_go().verdict.results[0]
    graph = bullet(regression)
    assert graph.label.startswith("91.21 % against ≥ 97 %; 83 of 91")
    assert (graph.ends, graph.target, graph.mark) == (("80", "100"), "85", "fail")
    assert graph.good == ("85", "100")


@pytest.mark.parametrize(
    ("actual", "low", "high", "ends"),
    [
        ("0", "0", "0.4", ("0", "1")),
        ("0", "0", "3.2", ("0", "10")),
        ("2", "1", "12", ("0", "100")),
    ],
)
def test_a_rate_that_must_be_small_has_room_to_be_seen(gate, actual, low, high, ends):
    measured = gate.go().verdict.results[0]
    errors = replace(
        measured,
        rule=replace(
            measured.rule,
            criterion=replace(measured.rule.criterion, operator=Operator.AT_MOST, threshold=Decimal("0.1")),
        ),
        actual=Decimal(actual),
        interval=replace(measured.interval, low=Decimal(low), high=Decimal(high)),
    )
    assert bullet(errors).ends == ends


def test_none_allowed_is_said_in_words(gate):
    results = {result.rule.id: result for result in gate.no_go().verdict.results}
    assert bullet(results["p1"]) is None
    assert "none allowed, 1 found" in str(readiness(gate.no_go()))


@pytest.mark.parametrize("actual", ["0", "50", "99.999", "100", "1E+40", "1E-40"])
def test_graphs_stay_on_their_scale(gate, actual):
    graph = bullet(replace(gate.go().verdict.results[0], actual=Decimal(actual)))
    if graph is not None:
        places = [graph.target, graph.value, *graph.good, *graph.whisker]
        assert all(0 <= Decimal(place) <= 100 for place in places)


def test_spans_are_told_in_their_largest_whole_unit():
    from datetime import timedelta

    assert span(timedelta(minutes=10)) == "10 minutes"
    assert span(timedelta(hours=24)) == "1 day"
    assert span(timedelta(minutes=90)) == "90 minutes"
    assert span(timedelta(0)) == "0 minutes"


def test_blocks_hold_text_alone(gate):
    """Markup is the renderers' business; a document that held some would be shown as text."""
    for section in readiness(gate.no_go()).sections:
        for block in section.blocks:
            if isinstance(block, Text):
                assert "<" not in block.text
