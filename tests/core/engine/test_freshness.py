"""Until when a verdict can be relied on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flightrules.engine.freshness import stands_until
from flightrules.engine.verdict import DefectLine, EvidenceUse, Outcome, Verdict
from flightrules.rules.exceptions import Acceptance, Waiver
from flightrules.rules.loading import load_rulebook

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOOK = load_rulebook(b"""\
flightrules: 1
criteria:
  pass-rate: {sentence: "Overall automated pass rate >= 97% measured by the CI pipeline"}
gates:
  exit: {kind: exit, criteria: [pass-rate]}
evidence:
  CI pipeline: {paths: [junit.xml], max_age: 24h}
  anything: {paths: [other.xml]}
""")


def use(method: str = "CI pipeline", taken_at: datetime | None = AT - HOUR) -> EvidenceUse:
    return EvidenceUse(method, "junit.xml", "a" * 64, 1, "junit", taken_at, None, None, "")


def waiver(expires_at: datetime) -> Waiver:
    return Waiver("w", "pass-rate", "why", (), "control", expires_at, "4.3.0")


def accepted(expires_at: datetime | None, target: str = "4.3.0") -> DefectLine:
    acceptance = Acceptance("P-1", "t", "P2", "u", "b", "m", "w", target, (), expires_at)
    return DefectLine("P-1", "t", "P2", "open", "accepted", acceptance, blocks=False, reason="")


OPEN = DefectLine("P-2", "t", "P3", "open", "acknowledged", None, blocks=False, reason="")


def verdict(evidence=(), waivers=(), defects=()) -> Verdict:
    return Verdict("exit", Outcome.GO, (), defects, (), (), "d", evidence, AT, waivers=waivers)


def test_evidence_lasts_as_long_as_its_source_allows():
    assert stands_until(verdict([use()]), BOOK) == AT + 23 * HOUR


def test_the_first_thing_to_end_decides():
    ends = verdict([use()], (waiver(AT + 5 * HOUR),), (accepted(AT + 3 * HOUR), OPEN))
    assert stands_until(ends, BOOK) == AT + 3 * HOUR


def test_what_had_ended_before_the_verdict_was_given_is_in_it_already():
    assert stands_until(verdict([use()], (waiver(AT - HOUR),)), BOOK) == AT + 23 * HOUR


def test_nothing_that_ends_lets_it_stand():
    lasting = verdict([use("anything"), use("nobody knows"), use(taken_at=None)], (), (accepted(None),))
    assert stands_until(lasting, BOOK) is None


@pytest.mark.parametrize("expires_at", [None, datetime(2027, 3, 1, tzinfo=UTC)])
def test_an_acceptance_ends_with_the_day_of_its_target_at_the_latest(expires_at):
    ends = verdict(defects=(accepted(expires_at, "2027-01-01"),))
    assert stands_until(ends, BOOK) == datetime(2027, 1, 2, tzinfo=UTC)
    assert stands_until(verdict(defects=(accepted(expires_at, "9999-12-31"),)), BOOK) == expires_at


def test_a_quarantined_test_comes_back_and_may_fail():
    book = load_rulebook(
        b"""\
flightrules: 1
criteria:
  pass-rate: {sentence: "Overall automated pass rate >= 97% measured by the CI pipeline"}
gates:
  exit: {kind: exit, criteria: [pass-rate]}
evidence:
  CI pipeline: {paths: [junit.xml]}
quarantine:
  entries:
    - {test: slow, owner: Ada, reason: waits for the clock of another host, expires: "2026-11-30T00:00:00Z"}
"""
    )
    assert stands_until(verdict([use()]), book) == book.quarantine.entries[0].expires_at


def test_a_waiver_that_ends_first_ends_it_and_one_that_ends_now_is_in_it_already():
    assert stands_until(verdict([use()], (waiver(AT + 5 * HOUR),)), BOOK) == AT + 5 * HOUR
    assert stands_until(verdict([use()], (waiver(AT),)), BOOK) == AT + 23 * HOUR
