"""What somebody agrees to, as one digest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from flightrules.ledger.signed_terms import terms_digest

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
TERMS = {
    "criterion": "coverage",
    "expires_at": AT,
    "resolution_target": date(2026, 12, 24),
    "role": "qa-lead",
}


def test_the_same_terms_have_one_digest_however_they_are_ordered_and_in_whatever_zone():
    elsewhere = AT.astimezone(timezone(timedelta(hours=2)))
    same = {name: TERMS[name] for name in reversed(TERMS)} | {"expires_at": elsewhere}
    assert terms_digest("waiver:grant", "release/1", TERMS) == terms_digest("waiver:grant", "release/1", same)


@pytest.mark.parametrize(
    ("act", "about", "changes"),
    [
        ("waiver:approve", "release/1", {}),
        ("waiver:grant", "release/2", {}),
        ("waiver:grant", "release/1", {"criterion": "pass-rate"}),
        ("waiver:grant", "release/1", {"expires_at": AT + timedelta(seconds=1)}),
        ("waiver:grant", "release/1", {"resolution_target": date(2026, 12, 25)}),
        ("waiver:grant", "release/1", {"more": "said"}),
    ],
)
def test_another_act_subject_or_term_is_another_digest(act, about, changes):
    assert terms_digest(act, about, TERMS | changes) != terms_digest("waiver:grant", "release/1", TERMS)
