"""Criteria that no value can miss, and lists that break their own rule."""

import pytest

from flightrules.rules.grammar import parse
from flightrules.rules.lint import lint_text
from flightrules.rules.loading import load_rulebook
from flightrules.rules.reach import asks_the_opposite, cannot_fail


@pytest.mark.parametrize(
    ("sentence", "vacuous"),
    [
        ("Pass rate >= 0%", True),
        ("Pass rate > 0%", False),
        ("Pass rate <= 100%", True),
        ("Pass rate < 100%", False),
        ("Pass rate != 0%", False),
        ("Failed tests >= 0", True),
        ("Failed tests <= 0", False),
        ("Failed tests <= 100", False),
        ("P1 defects open >= 0", True),
        ("P1 defects open = 0", False),
        ('Monitored value of "temperature" >= 0', False),
    ],
)
def test_what_cannot_fail_is_told_from_what_is_only_weak(sentence, vacuous):
    assert cannot_fail(parse(f"{sentence} measured by the CI run")) is vacuous


@pytest.mark.parametrize(
    ("sentence", "opposite"),
    [
        ("Pass rate <= 97%", True),
        ("Pass rate >= 97%", False),
        ("P1 defects open > 0", True),
        ("P1 defects open = 0", False),
        ('Monitored value of "availability" >= 99.9', False),
    ],
)
def test_an_operator_that_asks_for_worse_values_is_seen(sentence, opposite):
    assert asks_the_opposite(parse(f"{sentence} measured by the CI run")) is opposite


def test_lint_refuses_every_criterion_that_cannot_fail():
    rules = (
        "flightrules: 1\nproduct: Shop\ncriteria:\n  p1: P1 defects open >= 0 measured by JIRA\n"
        "evidence: {JIRA: a.json}\n"
    )
    found = {finding.code: finding for finding in lint_text(rules.encode())}
    assert found["L_ALWAYS_TRUE"].level == "error"
    assert "every value is >= 0" in found["L_ALWAYS_TRUE"].message


@pytest.mark.parametrize(
    ("size", "more", "fault"),
    [
        (5, "", ""),
        (6, "", "6 tests are quarantined; the limit is 5"),
        (3, "previous: 4", ""),
        (3, "previous: 3", "does not shrink: 3 before, 3 now"),
        (3, "previous: 2", "does not shrink"),
        (3, "previous: 2, decreasing: no", ""),
        (0, "previous: 0", ""),
    ],
)
def test_a_quarantine_list_knows_how_it_breaks_its_own_rule(size, more, fault):
    entry = '{test: "t%d", owner: Ines, reason: clock, expires: "2026-12-01T00:00:00Z"}'
    entries = ", ".join(entry % at for at in range(size))
    rest = f", {more}" if more else ""
    text = f"flightrules: 1\nproduct: Shop\nquarantine: {{entries: [{entries}]{rest}}}\n"
    said = load_rulebook(text.encode()).quarantine.fault
    assert fault in said
    assert bool(said) is bool(fault)
