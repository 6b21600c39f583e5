"""The verdict on a terminal: readable at 60 columns, calm when there is nothing, words alone where wanted."""

import re
from dataclasses import replace

import pytest

from flightrules.reports.text import Style, render_text
from flightrules.reports.text_layout import fold, hanging, joined


def shown(report, **style):
    return render_text(report, Style(**style), exit_code=0, report_path=".flightrules/report.html")


def test_a_first_run_without_evidence_stays_short_and_says_what_to_do(gate):
    text = shown(gate.nothing(), width=80)
    assert len(text.splitlines()) <= 25
    assert "NO DATA for 14 criteria" in text
    assert re.search(r"CI pipeline +2 criteria +reports/", text)
    assert "flightrules init" in text
    assert "advise mode: would be HOLD" in text


def test_every_method_that_yielded_nothing_is_named_once(gate):
    report = gate.nothing()
    methods = {result.rule.criterion.method for result in report.verdict.results}
    text = shown(report)
    for method in methods:
        assert len(re.findall(rf"(?m)^  {re.escape(method)} ", text)) == 1


def test_one_missing_method_among_others_keeps_its_row_and_its_reason(gate):
    text = shown(gate.hold())
    assert re.search(r"\? NO DATA +Line coverage", text)
    assert "no evidence found; looked for coverage.xml" in text
    assert "flightrules init" not in text


def test_passes_are_listed_too(gate):
    assert shown(gate.go()).count("✓ PASS") == 5


def test_each_blocker_says_why_fix_and_learn(gate):
    text = shown(gate.no_go())
    assert "  why     91.21 %: 83 of 91 tests passed\n          95 % interval 83.6 to 95.5 %\n" in text
    assert "  fix     close the gap of 5.79 points" in text
    assert "  learn   flightrules explain regression" in text


def test_an_advisory_failure_is_hollow_and_says_that_it_would_block(gate):
    text = shown(gate.no_go())
    assert "△ FAIL" in text
    assert "high FAIL (advisory: would block)" in text


def test_a_waiver_names_its_approver_as_claimed(gate):
    text = " ".join(shown(gate.conditional()).split())
    assert "W-17 by Ana Mendes (qa_lead, claimed by a file) until 2026-12-11 00:00 UTC" in text


def test_advise_mode_says_what_it_would_have_been(gate):
    report = gate.no_go()
    text = shown(replace(report, verdict=replace(report.verdict, advise=True)))
    assert "\nadvise mode: would be NO-GO  1 pass" in text


def test_evidence_that_nothing_uses_is_named(gate):
    report = gate.go()
    found = tuple(f"extra-{at}.xml" for at in range(9))
    text = shown(replace(report, verdict=replace(report.verdict, unused=found)))
    assert "Found, not used by this gate: 9: extra-0.xml" in text
    assert "and 4 more" in text


@pytest.mark.parametrize("name", ["go", "no_go", "conditional", "hold", "nothing"])
@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal(gate, name, width):
    for line in shown(getattr(gate, name)(), width=width).splitlines():
        assert len(line) <= width, line


def test_a_long_name_does_not_break_the_table(gate):
    report = gate.no_go()
    rule = report.verdict.results[0].rule
    long = replace(rule, criterion=replace(rule.criterion, scope="s" * 300))
    results = (replace(report.verdict.results[0], rule=long), *report.verdict.results[1:])
    rows = shown(replace(report, verdict=replace(report.verdict, results=results)), width=60).splitlines()[
        :20
    ]
    assert all(len(row) <= 60 for row in rows)


def test_without_colour_there_is_no_escape_and_with_it_the_words_are_the_same(gate):
    plain, painted = shown(gate.no_go()), shown(gate.no_go(), colour=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_accessible_output_is_words_alone(gate):
    text = shown(gate.no_go(), accessible=True, marks=False)
    assert text.isascii()
    assert not re.search(r"[|─]|--", text)
    assert "FAIL: Open P1 defects. Actual 1, target = 0. Evidence: jira-search jira.json." in text
    assert "FAIL, advisory: HIGH findings." in text


def test_a_terminal_without_utf_8_gets_ascii(gate):
    assert shown(gate.nothing(), marks=False).isascii()


def test_folding_keeps_every_word():
    words = "a bb ccc " * 30 + "d" * 100
    assert " ".join(fold(words, 20)).split() == words.split()
    assert hanging("  why  a b", 80, "    ") == ["  why  a b"]
    assert joined(["aaa", "bbb", "ccc"], " · ", 9) == ["aaa · bbb", "  ccc"]
