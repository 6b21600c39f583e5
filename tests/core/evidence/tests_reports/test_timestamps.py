"""Times as test reports write them."""

import pytest

from flightrules.evidence.reading.timestamps import earliest, moment


@pytest.mark.parametrize(
    ("text", "instant", "zoned"),
    [
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00+00:00", True),
        ("2026-11-20T10:00:00.123456789Z", "2026-11-20T10:00:00.123456+00:00", True),
        ("2026-11-20T10:00:00.5+01:00", "2026-11-20T10:00:00.500000+01:00", True),
        ("2026-11-20T10:00:00-0530", "2026-11-20T10:00:00-05:30", True),
        ("2026-11-20 10:00:00Z", "2026-11-20T10:00:00+00:00", True),
        ("2026-11-20T 10:00:00Z", "2026-11-20T10:00:00+00:00", True),
        ("2026-11-20T10:00:00 UTC", "2026-11-20T10:00:00+00:00", True),
        ("2026-11-20T10:00:00", "2026-11-20T10:00:00+00:00", False),
        ("20261120 10:00:00.123", "2026-11-20T10:00:00.123000+00:00", False),
        ("Sat, 21 Nov 2026 07:48:22 GMT", "2026-11-21T07:48:22+00:00", True),
        ("11/20/2026 10:00:00", "2026-11-20T10:00:00+00:00", False),
    ],
)
def test_readable_shapes(text, instant, zoned):
    at, stated = moment(text)
    assert at is not None
    assert (at.isoformat(), stated) == (instant, zoned)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-20T10:00:00+1:00",
        "2016-12-31T23:59:60Z",
        "2026-13-01T00:00:00Z",
        "YYYY-MM-DD 1",
        "20/11/2026 10:00:00",
        "2026-11-20T10:00:00+99:00",
        "Sat, 21 Now 2026 07:48:22 GMT",
        "٢٠٢٦-11-20T10:00:00Z",
    ],
)
def test_unreadable_shapes(text):
    assert moment(text) == (None, False)


@pytest.mark.parametrize(
    ("text", "taken_at"),
    [
        ("2020-01-02", "2020-01-02T00:00:00Z"),
        ("20200102", "2020-01-02T00:00:00Z"),
        ("2020-01-02T03:04", "2020-01-02T03:04:00Z"),
        ("20200102T030405Z", "2020-01-02T03:04:05Z"),
        ("2020-01-02T03:04:05+01:00[Europe/Berlin]", "2020-01-02T03:04:05+01:00"),
        ("1577934245", "2020-01-02T03:04:05Z"),
        ("1577934245678", "2020-01-02T03:04:05Z"),
        ("Thu Jan  2 03:04:05 2020", "2020-01-02T03:04:05Z"),
        ("Jan 2, 2020 3:04:05 PM", "2020-01-02T15:04:05Z"),
        ("Jan 2, 2020, 12:04:05\u202fAM", "2020-01-02T00:04:05Z"),
        ("02.01.2020 03:04", "2020-01-02T03:04:00Z"),
        ("2020-13-02", None),
        ("32.01.2020 03:04", None),
        ("Jan 2, 2020 3:61:05 PM", None),
        ("15779342", None),
        ("157793424567", None),
    ],
)
def test_an_artefact_may_say_when_in_other_words(text, taken_at):
    assert earliest([text])[0].get("taken_at") == taken_at


def test_the_earliest_counts_and_1970_is_a_placeholder():
    facts, said = earliest(["2026-11-20T10:00:01Z", "1970-01-01T00:00:00", "2026-11-20T10:00:00Z", ""])
    assert facts == {"taken_at": "2026-11-20T10:00:00Z"}
    assert said == []


def test_unreadable_is_left_out_and_said():
    facts, [notice] = earliest(["soon"])
    assert (facts, notice.code) == ({}, "W_TIME")


def test_what_is_too_long_for_a_time_is_none():
    """Two patterns for space beside each other take hours for so much of it."""
    assert moment(f"2026-11-20T10:00:00{' ' * 200_000}x") == (None, False)
    assert earliest([f"2026-11-20{' ' * 200_000}x"])[0] == {}
