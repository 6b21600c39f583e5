"""The record that is owed after a decision is drafted from what was kept of it: everything once, in plain words."""

from __future__ import annotations

import copy

import pytest

from flightrules.reports.decision_summary import summary


def signed(role: str, choice: str, **changes) -> dict:
    return {"role": role, "choice": choice, "person": role, "holder": role, "counts": True, **changes}


RECORD = {
    "moment": "final",
    "outcome": "GO",
    "release": {"product_name": "Shop", "version": "4.3.0"},
    "target": {"environment": "prod"},
    "verdict": signed("qa-lead", "go"),
    "votes": [signed("product-owner", "go")],
    "missing": [],
    "dissent": [],
    "conditions": [],
    "blockers": [],
    "waivers": [],
    "acceptances": [],
    "cautions": [],
    "reasons": [],
    "decided": signed("product-owner", "go"),
    "decided_at": "2026-11-21T12:05:00+00:00",
}
WAIVER = {"criterion": "coverage", "expires_at": "2026-12-01T10:00:00+00:00", "roles": ["qa-lead"]}
OVERRIDE = {
    "of_at": "2026-11-21T11:00:00+00:00",
    "criteria": ["pass-rate"],
    "defects": ["PROJ-7", "PROJ-8"],
    "blockers": [],
    "signatures": [signed("qa-lead", "dissent-acknowledged"), signed("cto", "agree")],
}


def told(**changes) -> str:
    return summary({**copy.deepcopy(RECORD), **changes})


def test_a_plain_go_is_told_whole():
    assert told() == (
        "The final decision about Shop 4.3.0 for prod was GO, taken by product owner on 2026-11-21 12:05 UTC. "
        "The quality verdict was GO by QA lead. The votes were GO by product owner. Nothing was overridden. "
        "No conditions were set. Nobody dissented. Nothing was waived."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"conditions": ["flag x <= 20 %", "off-peak."]}, "on condition that: flag x <= 20 %; off-peak."),
        (
            {"dissent": [{"role": "operations", "choice": "no-go", "sign_off": "1"}]},
            "Dissent came from operations (NO-GO).",
        ),
        ({"waivers": [WAIVER]}, "Waived: coverage until 2026-12-01 10:00 UTC (by QA lead)."),
        (
            {"override_record": OVERRIDE, "outcome": "GO BY OVERRIDE"},
            (
                "It overrode the no-go of 2026-11-21 11:00 UTC, by name criteria pass-rate; defects PROJ-7 and PROJ-8; "
                "it was signed by DISSENT ACKNOWLEDGED by QA lead and AGREE by CTO."
            ),
        ),
        (
            {"override_record": OVERRIDE | {"criteria": [], "defects": []}},
            "It overrode the no-go of 2026-11-21 11:00 UTC; it was signed by",
        ),
        ({"missing": ["security", "operations"]}, "Asked and not heard: security and operations."),
        (
            {"acceptances": [{"defect": "PROJ-9", "severity": "P3"}]},
            "Accepted defects: PROJ-9 (P3).",
        ),
        (
            {"blockers": [{"title": "Vouchers twice", "state": "accepted"}]},
            "Blockers: Vouchers twice (accepted).",
        ),
        ({"reasons": [{"kind": "gate", "text": "exit is shut"}]}, "Against going stood: exit is shut."),
        ({"cautions": ["signed within seconds."]}, "Out of the ordinary: signed within seconds."),
        (
            {"votes": [signed("cto", "go-with-conditions", person="p", counts=False)]},
            "The votes were GO WITH CONDITIONS by CTO, by a deputy, not counted.",
        ),
    ],
)
def test_what_is_there_is_said(changes, said):
    assert said in told(**changes)


def test_what_was_not_is_not_made_up():
    text = told(verdict=None, votes=[], target={"environment": ""}, decided_at="")
    assert "verdict" not in text
    assert "votes" not in text
    assert "about Shop 4.3.0 was GO, taken by product owner on a moment that is not stated." in text


def test_the_same_record_gives_the_same_words_and_stays_as_it_was():
    record = copy.deepcopy(RECORD)
    assert summary(record) == summary(record)
    assert record == RECORD
