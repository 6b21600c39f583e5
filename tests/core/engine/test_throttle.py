"""The share of emergencies: exact at its limit, over a window of releases or of time, usable for a young product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.throttle import LIMIT, WINDOW_AGE, Past, share_with_one_more

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def history(releases, emergencies, *, apart=DAY):
    """So many releases, the latest of them emergencies."""
    return [Past(NOW - apart * (one + 1), one < emergencies) for one in range(releases)]


def share(releases, emergencies, *, under_way=0, limit=None, apart=DAY):
    return share_with_one_more(
        history(releases, emergencies, apart=apart), under_way=under_way, at=NOW, limit=limit
    )


def test_the_third_of_twenty_is_fifteen_per_cent_and_too_many():
    found = share(19, 2)
    assert found.per_cent == Decimal(15)
    assert found.is_exceeded
    assert str(found) == "3 of 20 releases = 15 %, limit 10 %"


@pytest.mark.parametrize(
    ("releases", "emergencies", "exceeded"),
    [
        (9, 0, False),
        (19, 1, False),
        (18, 1, True),
        (29, 2, False),
        (28, 2, True),
        (20, 1, False),
        (20, 2, True),
    ],
)
def test_exactly_the_limit_is_not_more_than_it(releases, emergencies, exceeded):
    assert share(releases, emergencies).is_exceeded is exceeded


@pytest.mark.parametrize("releases", range(9))
def test_a_young_product_may_have_its_first_emergency_and_not_the_second(releases):
    first = share(releases, 0)
    assert (first.is_exceeded, first.is_young, first.counted) == (False, True, 10)
    assert "counted as 10" in str(first)
    assert share(releases, 0, under_way=1).is_exceeded
    if releases:
        assert share(releases, 1).is_exceeded


def test_a_stricter_track_needs_a_longer_history_and_a_laxer_one_is_not_believed():
    assert not share(3, 0, limit=Decimal(5)).is_exceeded
    assert share(3, 0, limit=Decimal(5)).counted == 20
    assert share(19, 1, limit=Decimal(5)).is_exceeded
    assert share(19, 2, limit=Decimal(50)).limit == LIMIT


def test_a_track_that_allows_no_emergency_gets_none():
    assert share(0, 0, limit=Decimal(0)).is_exceeded
    assert share(500, 0, limit=Decimal(0)).is_exceeded


def test_emergencies_under_way_count_before_they_are_decided():
    assert not share(19, 1).is_exceeded
    assert share(19, 1, under_way=1).is_exceeded


def test_the_window_is_the_longer_of_twenty_releases_and_ninety_days():
    weekly = share(40, 3, apart=7 * DAY)  # 90 days hold 12 of them, so the last 20 count
    assert (weekly.emergencies, weekly.releases) == (4, 21)
    daily = share(120, 3, apart=DAY)
    assert daily.releases == 91
    assert not daily.is_exceeded


def test_what_is_older_than_the_window_is_forgiven():
    old = [Past(NOW - 200 * DAY, True)] * 5
    found = share_with_one_more([*old, *history(20, 0)], under_way=0, at=NOW)
    assert (found.emergencies, found.releases) == (1, 21)
    edge = [Past(NOW - WINDOW_AGE, True), *history(30, 0)]
    assert share_with_one_more(edge, under_way=0, at=NOW).emergencies == 2


def test_of_releases_of_one_moment_the_emergencies_stay_in_the_window():
    old = [Past(NOW - 200 * DAY, kind) for kind in (True, False, False)]
    for same in (old, old[::-1]):
        assert share_with_one_more([*same, *history(19, 0)], under_way=0, at=NOW).emergencies == 2


def test_a_clock_that_was_set_back_makes_no_room_for_another():
    ahead = [Past(NOW + DAY, True)]
    assert share_with_one_more(ahead, under_way=0, at=NOW).is_exceeded
    assert share_with_one_more([Past(NOW + DAY, False)] * 30, under_way=0, at=NOW).releases == 1
    assert share_with_one_more([Past(NOW, False)], under_way=0, at=NOW).releases == 2, "now is not ahead"


PASTS = st.lists(
    st.builds(Past, st.integers(0, 200).map(lambda days: NOW - days * DAY), st.booleans()), max_size=60
)


@given(PASTS, st.integers(0, 5), st.sampled_from([None, Decimal(10), Decimal(5), Decimal("2.5")]))
def test_one_more_emergency_never_lowers_the_share(past, under_way, limit):
    one = share_with_one_more(past, under_way=under_way, at=NOW, limit=limit)
    more = share_with_one_more(past, under_way=under_way + 1, at=NOW, limit=limit)
    assert more.per_cent >= one.per_cent or one.per_cent >= Decimal(50)
    assert not one.is_exceeded or more.is_exceeded
    assert one.is_exceeded == (one.per_cent > one.limit)


@given(PASTS)
def test_the_order_of_the_history_does_not_matter(past):
    assert share_with_one_more(past, under_way=0, at=NOW) == share_with_one_more(
        past[::-1], under_way=0, at=NOW
    )


def test_those_under_way_count_as_emergencies_and_as_releases():
    found = share(20, 0, under_way=1)
    assert (found.emergencies, found.releases) == (2, 22)


@pytest.mark.parametrize(("limit", "counted"), [("0", 1), ("0.5", 200), ("1", 100), ("3", 34)])
def test_a_young_product_counts_as_many_releases_as_its_limit_needs(limit, counted):
    found = share(0, 0, limit=Decimal(limit))
    assert found.counted == counted
    assert found.is_exceeded is (limit == "0")
