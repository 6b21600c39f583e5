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


def test_the_earliest_counts_and_1970_is_a_placeholder():
    facts, said = earliest(["2026-11-20T10:00:01Z", "1970-01-01T00:00:00", "2026-11-20T10:00:00Z", ""])
    assert facts == {"taken_at": "2026-11-20T10:00:00Z"}
    assert said == []


def test_unreadable_is_left_out_and_said():
    facts, [notice] = earliest(["soon"])
    assert (facts, notice.code) == ({}, "W_TIME")
