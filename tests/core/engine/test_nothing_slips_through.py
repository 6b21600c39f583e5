"""Ways to a GO through the agreement and its exceptions, and how each of them ends. The desk's clock is noon."""

import pytest

from core.engine.slipping import DEFECTS, RATE, only, run_of, tracker
from flightrules.engine.verdict import Outcome, Status
from flightrules.errors import RulebookError

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


@pytest.mark.parametrize(
    ("said", "nothing"), [("owner: Ines", "owner: nobody"), ("owner: Ines", "owner: TBD"), ("clock", "n/a")]
)
def test_a_quarantine_without_an_owner_or_a_reason_leaves_nothing_out(desk, junit, said, nothing):
    found = run_of(desk, desk.artefact("CI run", junit(passed=5, failed=1)))
    bare = desk.decide(quarantined("suite.tf0").replace(said, nothing), found)
    stated = desk.decide(quarantined("suite.tf0"), found)
    assert (only(bare).status, only(stated).status) == (Status.FAIL, Status.PASS)
    assert "quarantined without an owner or a reason, so not left out: suite.tf0" in bare.warnings


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
    assert "lacks the approval of CTO or VP of engineering" in only(alone).reason
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


@pytest.mark.parametrize("nothing", ["TBD", "-", "n/a", "...", "<todo>", "None", "unknown"])
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
        for word in ("TBD", "None", "orders are checked by hand")
    }
    assert said == {"TBD": Status.FAIL, "None": Status.FAIL, "orders are checked by hand": Status.PASS}
