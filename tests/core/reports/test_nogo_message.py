"""The message that is sent when the pressure is highest: five parts, numbers, two minutes."""

from dataclasses import replace

import pytest

from flightrules.reports import nogo

PARTS = ("What blocks:", "Risk if shipped:", "To reach GO:", "Alternatives:", "Recommendation:")
ACCEPTED_BY_ONE = """
acceptances:
  - defect: PROJ-441
    title: Discount not applied on bulk orders
    severity: P2
    affected_users: about 3 % of orders
    business_impact: wrong bills
    mitigation: checked by hand
    monitoring: alert on tickets
    resolution_target: sprint 24
    scope: 4.2.1
    accepted_by: [{name: Ana Mendes, role: qa_lead, at: 2026-11-20T11:00:00Z}]
"""


def test_it_has_its_parts_in_order_after_one_sentence(gate):
    message = nogo.render(gate.no_go())
    first, *_ = message.split("\n\n")
    assert first == (
        "Checkout 4.2.1 does not meet the criteria of its gate release: "
        "3 of 5 criteria not met and 1 blocking defect."
    )
    places = [message.index(part) for part in PARTS]
    assert places == sorted(places)


def test_what_blocks_is_told_in_numbers(gate):
    message = nogo.render(gate.no_go())
    assert (
        "Regression pass rate, checkout service: 91.21 % (target >= 97 %); 83 of 91 tests passed" in message
    )
    assert "PROJ-501 (P1) Payment confirmation not sent" in message


def test_what_it_takes_is_told_with_the_gap(gate):
    assert "close the gap of 5.79 points" in nogo.render(gate.no_go())


def test_what_nobody_stated_is_named_as_not_stated(gate):
    message = nogo.render(gate.no_go())
    assert "users and cost of PROJ-501: not stated in any record" in message
    assert "Effort and dates are not in the evidence" in message


def test_affected_users_and_impact_come_from_the_record(gate):
    """One approval of two does not suffice, but what the record states about users is known."""
    report = gate.report(
        tests=gate.junit(100),
        defects=gate.jira(("PROJ-441", "P2", "Discount not applied")),
        coverage=gate.cobertura(900),
        scan=gate.sarif(),
        acceptances=ACCEPTED_BY_ONE,
    )
    assert report.verdict.outcome == "NO-GO"
    assert "PROJ-441: about 3 % of orders; wrong bills" in nogo.render(report)


def test_alternatives_name_flag_delay_partial_waiver_and_override(gate):
    message = nogo.render(gate.no_go())
    for said in (
        "flag off or descoped",
        "Delay",
        "small share of users first inside the rollback triggers",
        "Waive Line coverage by QA lead, with a compensating control and an expiry",
        "2 signatures of different people in writing, QA lead among them",
        "CTO or VP of engineering",
    ):
        assert said in message


def test_a_waiver_is_offered_only_where_one_could_stand(gate):
    report = gate.report(
        tests=gate.junit(83, 8), defects=gate.jira(), coverage=gate.cobertura(900), scan=gate.sarif()
    )
    assert "Waive" not in nogo.render(report)


def test_where_waivers_would_do_it_recommends_to_decide_on_them(gate):
    report = gate.report(
        tests=gate.junit(100), defects=gate.jira(), coverage=gate.cobertura(763), scan=gate.sarif()
    )
    assert "decide on 1 waiver in writing" in nogo.render(report).partition("Recommendation:")[2]


@pytest.mark.parametrize("times", [1, 10, 100])
def test_it_is_read_in_under_two_minutes(gate, times):
    report = gate.no_go()
    many = replace(
        report.verdict, results=report.verdict.results * times, defects=report.verdict.defects * times
    )
    message = nogo.render(replace(report, verdict=many))
    assert len(message.split()) <= 350
    if times > 1:
        assert "more, in the report" in message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("go", "is GO: there is no no-go to send"),
        ("conditional", "is CONDITIONAL GO: there is no no-go to send"),
        ("hold", "is on hold: this is not a no-go"),
        ("nothing", "is on hold: this is not a no-go"),
    ],
)
def test_no_other_verdict_pretends_to_be_a_no_go(gate, name, said):
    message = nogo.render(getattr(gate, name)())
    assert said in message
    assert "Alternatives" not in message


def test_a_hold_says_what_is_awaited(gate):
    assert nogo.render(gate.hold()).endswith("Awaited: Line coverage.\n")
