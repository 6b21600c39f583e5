"""Which clauses a change broke: one story a row, each a sound record with one thing wrong."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.process_rules import broken_clauses
from report_samples.change_records import SOUND_CHANGE as NORMAL

EMERGENCY = NORMAL | {
    "type": "emergency",
    "approvals": [],
    "classified_by": {"role": "CTO", "at": "2026-03-02T08:00:00Z", "written": True},
    "verbal_qa": "2026-03-02T08:30:00Z",
    "written_signoff_at": "2026-03-03T08:30:00Z",
    "pir_scheduled_for": "2026-03-04T12:00:00Z",
    "p1_open_in_hotfix": 0,
    "on_call_until": "2026-03-02T14:00:00Z",
}
STANDARD = NORMAL | {
    "type": "standard",
    "approvals": [],
    "template": {"approved_by": "quinn", "approved_at": "2026-01-02T09:00:00Z"},
}
GONE = object()


def with_changes(record, changes):
    """The record with some fields set anew; a dotted name reaches inside, and 0 is the first approval."""
    told = copy.deepcopy(record)
    for name, value in changes.items():
        *way, last = [int(part) if part.isdigit() else part for part in name.split(".")]
        place = told
        for part in way:
            place = place[part]
        if value is GONE:
            del place[last]
        else:
            place[last] = value
    return told


def broken(record, **changes):
    return set(broken_clauses(with_changes(record, changes)))


@pytest.mark.parametrize("record", [NORMAL, STANDARD, EMERGENCY], ids=["normal", "standard", "emergency"])
def test_a_change_that_went_by_the_rules_breaks_none(record):
    assert broken_clauses(record) == ()


EVERY_CHANGE = [
    ("nobody says why", {"reason": None}, {"pci-651-1"}),
    ("the reason is a dash", {"reason": " - "}, {"pci-651-1"}),
    ("the security impact is left out", {"security_impact": GONE}, {"pci-651-2", "dora-17-1-8", "cm3a"}),
    ("the security impact is to be done", {"security_impact": "TBD"}, {"pci-651-2", "dora-17-1-8", "cm3a"}),
    ("no way back", {"rollback_plan": None}, {"dora-17-1-5", "pci-651-6"}),
    ("an empty way back", {"rollback_plan": {}}, {"dora-17-1-5", "pci-651-6"}),
    ("a dash as the way back", {"rollback_plan": "-"}, {"dora-17-1-5", "pci-651-6"}),
    ("a way back that nobody owns", {"rollback_plan.owner": ""}, {"dora-17-1-5"}),
    ("a way back without its trigger", {"rollback_plan.trigger": " "}, {"dora-17-1-5"}),
    ("a way back with its trigger", {"rollback_plan.trigger": "errors over 2 %"}, set()),
    ("another artefact was tested", {"deployed_artifact": "sha256:bb"}, {"cm3-2"}),
    ("nothing was tested", {"tests_artifact": None}, {"cm3-2"}),
    ("nobody knows what went out", {"deployed_artifact": None}, {"cm3-2"}),
    ("the same digest in capitals", {"deployed_artifact": "SHA256:AA"}, set()),
]


@pytest.mark.parametrize("record", [NORMAL, STANDARD, EMERGENCY], ids=["normal", "standard", "emergency"])
@pytest.mark.parametrize(("_what", "changes", "clauses"), EVERY_CHANGE, ids=[row[0] for row in EVERY_CHANGE])
def test_what_every_kind_of_change_must_say(record, _what, changes, clauses):
    assert broken(record, **changes) == clauses


SIGNED = [
    ("who asked approves", {"by": "rita"}, {"dora-17-1-2"}),
    ("who asked approves under another spelling", {"by": " RITA "}, {"dora-17-1-2"}),
    ("who carries it out approves", {"by": "ivan"}, {"dora-17-1-2", "pci-654"}),
    ("nobody knows who signed", {"by": None}, {"dora-17-1-2", "pci-654", "p11-100a"}),
    ("no printed name", {"name": None}, {"p11-50a"}),
    ("a blank for a name", {"name": "  "}, {"p11-50a"}),
    ("no meaning", {"meaning": GONE}, {"p11-50a"}),
    ("no time", {"at": None}, {"p11-50a"}),
    ("a time without a zone", {"at": "2026-03-02T09:00:00"}, {"p11-50a"}),
    ("a day that is none", {"at": "2026-02-30T09:00:00Z"}, {"p11-50a"}),
    ("a time that is a number", {"at": 1772442000}, {"p11-50a"}),
    ("no role", {"role": ""}, {"pci-651-3"}),
    ("one component at first", {"components": 1}, {"p11-200a1i"}),
    ("none at first", {"components": 0}, {"p11-200a1i"}),
    ("no word of components", {"components": GONE}, {"p11-200a1i"}),
    ("components as a text", {"components": "2"}, {"p11-200a1i"}),
    ("components as a yes", {"components": True}, {"p11-200a1i"}),
    ("one component later", {"components": 1, "session_first": False}, set()),
    ("a bare session later", {"components": 0, "session_first": False}, {"p11-200a1i"}),
    ("one component outside of a session", {"components": 1, "session_first": None}, {"p11-200a1ii"}),
    ("all components outside of a session", {"session_first": GONE}, set()),
    ("after it went out", {"at": "2026-03-02T12:00:01Z"}, {"sox-2"}),
    ("at the very moment it went out", {"at": "2026-03-02T13:00:00+01:00"}, {"sox-2"}),
    ("a moment before, by another clock", {"at": "2026-03-02T12:59:59+01:00"}, set()),
    ("a look and no approval", {"meaning": "review"}, {"pci-651-3", "cm3-1d"}),
    ("a refusal", {"meaning": "Rejection"}, {"cm3a", "pci-651-3", "cm3-1d"}),
]


@pytest.mark.parametrize(("_what", "changes", "clauses"), SIGNED, ids=[row[0] for row in SIGNED])
def test_what_an_approval_must_be(_what, changes, clauses):
    assert broken(NORMAL, **{f"approvals.0.{name}": value for name, value in changes.items()}) == clauses


def test_one_of_two_approvals_that_is_wrong_is_enough():
    second = NORMAL["approvals"][0] | {"by": "ivan", "at": "2026-03-02T15:00:00Z", "session_first": False}
    found = broken(NORMAL, approvals=[*NORMAL["approvals"], second])
    assert found == {"dora-17-1-2", "pci-654", "sox-2"}


def test_who_reviewed_an_own_request_approved_nothing_by_it():
    own = NORMAL["approvals"][0] | {"by": "rita", "meaning": "authorship"}
    assert broken(NORMAL, approvals=[own, *NORMAL["approvals"]]) == set()


OTHERS = [
    ("the same person asked and carried it out", NORMAL, {"implementer": "rita"}, set()),
    ("nobody knows who asked", NORMAL, {"requester": None}, {"dora-17-1-2"}),
    ("nobody knows who carried it out", NORMAL, {"implementer": "?"}, {"dora-17-1-2", "pci-654"}),
    ("nobody approved", NORMAL, {"approvals": []}, {"pci-651-3", "cm3-1d"}),
    ("approvals that are no list", NORMAL, {"approvals": "yes"}, {"pci-651-3", "cm3-1d"}),
    ("nobody approved yet", NORMAL, {"approvals": None, "deployed_at": None}, {"pci-651-3"}),
    (
        "tested and approved, and not out yet",
        NORMAL,
        {"deployed_at": None, "deployed_artifact": None},
        set(),
    ),
    ("a kind that nobody knows", NORMAL, {"type": "urgent"}, {"cm3a"}),
    ("a way back in words that nobody owns", NORMAL, {"rollback_plan": "switch the flag"}, {"dora-17-1-5"}),
    ("a way back that was not tried", NORMAL, {"rollback_plan.tested": False}, set()),
    ("a routine without its template", STANDARD, {"template": GONE}, {"itil4-std"}),
    ("a template that nobody approved", STANDARD, {"template.approved_by": ""}, {"itil4-std"}),
    ("a template approved at no time", STANDARD, {"template.approved_at": None}, {"itil4-std"}),
    ("a routine that left its template", STANDARD, {"template.deviates": True}, {"itil4-std"}),
    (
        "a routine that was approved by itself",
        STANDARD,
        {"template": None, "approvals": NORMAL["approvals"]},
        set(),
    ),
]


@pytest.mark.parametrize(("_what", "record", "changes", "clauses"), OTHERS, ids=[row[0] for row in OTHERS])
def test_other_stories(_what, record, changes, clauses):
    assert broken(record, **changes) == clauses


UNCLASSIFIED = {"dora-17-1-6", "itil4-eme"}
LATE = {"dora-17-1-7", "itil4-eme"}
EMERGENCIES = [
    ("nobody called it one", {"classified_by": None}, UNCLASSIFIED),
    ("a developer called it one", {"classified_by.role": "Developer"}, UNCLASSIFIED),
    ("somebody for the VPN", {"classified_by.role": "VPN engineer"}, UNCLASSIFIED),
    ("who leads sales", {"classified_by.role": "VP Sales"}, UNCLASSIFIED),
    ("who leads engineering", {"classified_by.role": "VP, Engineering"}, set()),
    ("a role by its id", {"classified_by.role": "vp_eng"}, set()),
    ("called one at no time", {"classified_by.at": "yesterday"}, UNCLASSIFIED),
    ("called one after the spoken word", {"classified_by.at": "2026-03-02T08:31:00Z"}, UNCLASSIFIED),
    ("called one after it went out", {"classified_by.at": "2026-03-02T12:01:00Z"}, UNCLASSIFIED),
    ("called one aloud only", {"classified_by.written": False}, {"itil4-eme"}),
    ("a yes that is a text", {"classified_by.written": "yes"}, {"itil4-eme"}),
    ("the quality lead said nothing", {"verbal_qa": None, "written_signoff_at": "2026-03-03T12:00:00Z"}, {"itil4-eme"}),
    ("the quality lead spoke afterwards", {"verbal_qa": "2026-03-02T12:10:00Z"}, {"itil4-eme"}),
    ("never written down", {"written_signoff_at": None}, LATE),
    ("written down a second late", {"written_signoff_at": "2026-03-03T08:30:01Z"}, LATE),
    ("no review", {"pir_scheduled_for": GONE}, {"itil4-eme"}),
    ("a review after three days", {"pir_scheduled_for": "2026-03-05T12:00:00Z"}, {"itil4-eme"}),
    ("a review a second late", {"pir_scheduled_for": "2026-03-04T12:00:01Z"}, {"itil4-eme"}),
    ("a review before it went out", {"pir_scheduled_for": "2026-03-02T11:00:00Z"}, {"itil4-eme"}),
    ("a P1 in the hotfix", {"p1_open_in_hotfix": 1}, {"itil4-eme"}),
    ("nobody counted the P1s", {"p1_open_in_hotfix": None}, {"itil4-eme"}),
    ("a no for a number", {"p1_open_in_hotfix": False}, {"itil4-eme"}),
    ("fewer than none", {"p1_open_in_hotfix": -1}, {"itil4-eme"}),
    ("nobody on call", {"on_call_until": None}, {"dora-17-1-6"}),
    ("on call for less than two hours", {"on_call_until": "2026-03-02T13:59:59Z"}, {"dora-17-1-6"}),
    ("a way back that was not tried", {"rollback_plan.tested": False}, {"dora-17-1-6"}),
    ("a way back of five minutes", {"rollback_plan.minutes": 5}, {"dora-17-1-6"}),
    ("a way back in no time at all", {"rollback_plan.minutes": None}, {"dora-17-1-6"}),
    ("a way back in a negative time", {"rollback_plan.minutes": -1}, {"dora-17-1-6"}),
    ("a way back in endless time", {"rollback_plan.minutes": float("inf")}, {"dora-17-1-6"}),
    ("a way back that is a yes", {"rollback_plan.minutes": True}, {"dora-17-1-6"}),
    ("a way back of four and a half minutes", {"rollback_plan.minutes": 4.5}, set()),
    ("not out yet", {"deployed_at": None, "deployed_artifact": None, "pir_scheduled_for": "2026-03-04T08:30:00Z"}, set()),
    ("approved afterwards as well", {"approvals": [NORMAL["approvals"][0] | {"at": "2026-03-03T08:00:00Z"}]}, set()),
    ("approved by who carried it out", {"approvals": [NORMAL["approvals"][0] | {"by": "ivan"}]}, {"dora-17-1-2", "pci-654"}),
]  # fmt: skip


@pytest.mark.parametrize(("_what", "changes", "clauses"), EMERGENCIES, ids=[row[0] for row in EMERGENCIES])
def test_an_emergency_keeps_its_own_rules(_what, changes, clauses):
    assert broken(EMERGENCY, **changes) == clauses


def test_what_an_emergency_owes_is_not_asked_of_others():
    assert broken(NORMAL, p1_open_in_hotfix=3, pir_scheduled_for=None) == set()


def test_an_empty_record_breaks_what_every_change_must_keep():
    assert set(broken_clauses({})) == {
        "cm3-2",
        "cm3a",
        "dora-17-1-5",
        "dora-17-1-8",
        "pci-651-1",
        "pci-651-2",
        "pci-651-3",
        "pci-651-6",
    }


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([NORMAL, STANDARD, EMERGENCY]), st.data(), anything)
def test_a_record_of_any_shape_is_judged(record, data, value):
    name = data.draw(st.sampled_from(sorted(record)))
    found = broken_clauses(record | {name: value})
    assert found == tuple(sorted(set(found)))


@given(st.sampled_from([NORMAL, EMERGENCY]), st.data())
def test_leaving_something_out_never_makes_a_change_look_better(record, data):
    """An emergency that leaves out when it went out is not there yet: that alone is no leaving out."""
    names = sorted(set(record) - {"type", "deployed_at"})
    out = data.draw(st.lists(st.sampled_from(names), unique=True))
    once = with_changes(record, dict.fromkeys(out, GONE))
    more = data.draw(st.sampled_from(names))
    assert set(broken_clauses(once)) <= set(broken_clauses({k: v for k, v in once.items() if k != more})) | (
        {"dora-17-1-2", "pci-654", "dora-17-1-6"}  # of a person, or of a plan, that is not named any more
        if more in {"approvals", "rollback_plan"}
        else set()
    )


@pytest.mark.shared
def test_the_shared_records_break_what_is_expected(shared):
    cases = json.loads((shared / "vectors" / "process_rules.json").read_bytes())["cases"]
    assert len(cases) > 5
    found = {case["id"]: set(broken_clauses(case["record"])) for case in cases}
    assert found == {case["id"]: set(case["expected_violations"]) for case in cases}


@pytest.mark.shared
def test_every_clause_that_can_be_reported_is_one_of_the_list(shared):
    clauses = json.loads((shared / "vectors" / "compliance_clauses.json").read_bytes())["clauses"]
    tables = [*EVERY_CHANGE, *SIGNED, *[(row[0], *row[2:]) for row in OTHERS], *EMERGENCIES]
    assert {clause for row in tables for clause in row[2]} <= {clause["id"] for clause in clauses}
