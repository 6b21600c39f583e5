"""Findings: what counts, what is new, and that files can be split and joined without changing a number."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence.records.findings import (
    SEVERITIES,
    Finding,
    Findings,
    finding,
    severity,
    severity_of_cvss,
)


def numbers(findings):
    return {one.metric: one.value for one in findings.measurements()}


def found(rule="R1", level="high", line=1, **more):
    return finding("tool", rule, level, path="a.py", line=line, title="Bad", **more)


severities = st.sampled_from(SEVERITIES)
records = st.builds(found, st.sampled_from("ABC"), severities, st.integers(1, 4))
lists = st.lists(records, max_size=12)


def test_nothing_found_is_said_in_full():
    assert numbers(Findings()) == {f"findings.{name}": 0 for name in ("total", *SEVERITIES, "suppressed")}


def test_live_findings_count_and_suppressed_ones_stand_apart():
    findings = Findings([found(), found(level="low")], suppressed=[found()], fixed=[found(), found()])
    assert numbers(findings)["findings.total"] == 5  # everything listed
    assert numbers(findings)["findings.suppressed"] == 1
    assert numbers(findings)["findings.high"] == 1
    assert [one.code for one in findings.notices()] == ["W_SUPPRESSED"]


def test_a_finding_keeps_its_fingerprint_when_lines_move():
    assert found(line=1).fingerprint == found(line=99).fingerprint
    assert found(line=1) != found(line=99)
    assert found().fingerprint != finding("other", "R1", "high", path="a.py", title="Bad").fingerprint
    assert found().fingerprint != found(identity=["x"]).fingerprint


@given(lists)
def test_the_same_report_twice_changes_nothing(live):
    once = Findings(live, suppressed=live)
    assert numbers(once.merge(Findings(live, suppressed=live))) == numbers(once)


@given(st.lists(records, max_size=12, unique=True), st.data())
def test_a_report_in_parts_gives_what_the_whole_gives(live, data):
    cut = data.draw(st.integers(0, len(live)))
    parts = Findings(live[:cut], suppressed=live[cut:]), Findings(live[cut:], suppressed=live[:cut])
    whole = Findings(live, suppressed=live)
    assert numbers(parts[0].merge(parts[1])) == numbers(parts[1].merge(parts[0])) == numbers(whole)


@given(lists, lists)
def test_joining_never_loses_a_finding(one, other):
    joined = Findings(one).merge(Findings(other))
    assert len(joined.live) >= max(len(one), len(other))
    assert set(joined.live) == {*one, *other}


@given(lists, lists)
def test_new_is_a_difference_of_multisets(now, before):
    new = Findings(now).new_against(Findings(before))
    assert Findings(now).new_against(Findings(now)).live == []
    assert len(Findings(now).new_against(Findings()).live) == len(now)
    assert max(0, len(now) - len(before)) <= len(new.live) <= len(now)
    assert new.compared_by == "fingerprints"


@given(lists, lists, records)
def test_a_further_finding_never_makes_fewer_new_ones(now, before, more):
    few = len(Findings(now).new_against(Findings(before)).live)
    assert len(Findings([*now, more]).new_against(Findings(before)).live) >= few


def test_the_most_severe_of_equals_is_the_new_one():
    now = [found(level="low"), found(level="unknown", line=2), found(level="critical", line=3)]
    new = Findings(now).new_against(Findings([found(), found(line=2)]))
    assert [one.severity for one in new.live] == ["unknown"]


def test_a_finding_that_became_more_severe_is_new_among_its_kind():
    severe = frozenset({"high", "critical"})
    now, before = Findings([found(level="high")]), Findings([found(level="low")])
    assert len(now.select(severe).new_against(before.select(severe)).live) == 1


def test_the_tools_own_comparison_is_used_and_named():
    marked = Findings([found(mark="new"), found("R2", mark="unchanged"), found("R3", mark="updated")])
    assert marked.marks == {"new": 1, "unchanged": 1, "updated": 1}
    new = marked.new_against(None)
    assert [one.rule for one in new.live] == ["R1"]
    assert new.compared_by == "the tool's own baselineState"
    assert Findings([found()]).marks is None


def test_without_any_baseline_nothing_is_called_new():
    with pytest.raises(EvidenceError) as refusal:
        Findings([found()]).new_against(None)
    assert refusal.value.code == "E_NO_BASELINE"


def test_where_two_files_disagree_on_a_mark_the_finding_stays_new():
    for marks in (("new", "unchanged"), ("unchanged", "new")):
        one, other = (Findings([found(mark=mark)]) for mark in marks)
        assert [each.mark for each in one.merge(other).live] == ["new"]


def test_an_instance_at_a_new_place_makes_a_finding_new():
    before = Findings([found(parts=["GET /a", "GET /b"])])
    assert Findings([found(parts=["GET /a"])]).new_against(before).live == []
    assert len(Findings([found(parts=["GET /a", "GET /c"])]).new_against(before).live) == 1


def test_titles_begin_with_the_most_severe_whatever_the_order():
    live = [found("R2", "low"), found("R1", "critical"), found("R0", "low")]
    expected = ["critical R1 at a.py:1: Bad", "low R0 at a.py:1: Bad"]
    assert Findings(live).titles(2) == Findings(live[::-1]).titles(2) == expected
    assert Findings([Finding("R", "info", "f")]).titles(1) == ["info R"]


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("CRITICAL", "critical"), ("Blocker", "critical"), ("severe", "critical"),
        ("HIGH", "high"), ("MAJOR", "high"), ("error", "high"), ("Important", "high"),
        ("Medium", "medium"), ("moderate", "medium"), ("WARNING", "medium"),
        ("low", "low"), ("minor", "low"), ("note", "low"),
        ("info", "info"), (" Informational ", "info"), ("Negligible", "info"), ("none", "info"),
        ("", "unknown"), ("whatever", "unknown"), (None, "unknown"), (3, "unknown"), (["high"], "unknown"),
    ],
)  # fmt: skip
def test_words_of_all_tools_mean_one_of_ours(word, level):
    assert severity(word) == level


@pytest.mark.parametrize(
    ("score", "level"),
    [("10", "critical"), ("9.0", "critical"), ("8.9", "high"), ("7.0", "high"), ("6.9", "medium"), ("4.0", "medium"),
     ("3.9", "low"), ("0.1", "low"), ("0.0", "info"), ("10.1", "unknown"), ("-1", "unknown")],
)  # fmt: skip
def test_cvss_scores_fall_into_the_bands_of_the_specification(score, level):
    assert severity_of_cvss(Decimal(score)) == level
