"""Conditions of deployment: what people write, what a machine makes of it, and that nothing unproven counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine import deploy_conditions
from flightrules.engine.deploy_conditions import (
    Confirmation,
    Done,
    Limit,
    Moment,
    Reading,
    State,
    Window,
    check,
    check_text,
    parse_condition,
    reading_name,
    render_condition,
)
from flightrules.errors import RulebookError

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "sentence",
    [
        "off-peak 22:00-06:00 Europe/Berlin",
        "off-peak Mon,Wed 22:00-06:00 UTC",
        "only Mon-Thu 09:00-16:00 Europe/Berlin",
        "only Mon,Tue,Sat,Sun 00:00-24:00 America/Argentina/Buenos_Aires",
        "flag new-checkout <= 20 %",
        "flag a = 0 % within 2m",
        "reading error-rate < 0.5 % within 10m",
        "reading queue/depth >= -3.50",
        "reading p95 < 0.0000001 ms within 90s",
        "backup of orders-db done within 2h",
        "backup of a done within 90m",
        "until 2026-12-01T18:00Z",
        "not before 2026-12-01T18:00:05Z",
        "confirmed by operations: freeze lifted",
        "confirmed by qa-lead: retested on a phone within 2h",
    ],
)
def test_a_sentence_is_read_and_written_back(sentence):
    assert render_condition(parse_condition(sentence)) == sentence


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("flag a ≤ 20%", "flag a <= 20 %"),
        ("reading a ≥ 3 ms within 15m", "reading a >= 3 ms"),
        ("only Sat-Mon 08:00-09:00 UTC", "only Mon,Sat,Sun 08:00-09:00 UTC"),
        ("off-peak Mon-Sun 22:00-06:00 UTC", "off-peak 22:00-06:00 UTC"),
        ("until 2026-12-01T18:00:00+01:00", "until 2026-12-01T17:00Z"),
        ("confirmed by cto: yes within 1d", "confirmed by cto: yes"),
        ("backup of a done within 3600s", "backup of a done within 1h"),
    ],
)
def test_other_spellings_mean_the_same(written, canonical):
    assert parse_condition(written) == parse_condition(canonical)
    assert render_condition(parse_condition(written)) == canonical


@pytest.mark.parametrize(
    ("sentence", "code", "column"),
    [
        ("", "E_CONDITION", 1),
        (" until 2026-12-01T18:00Z", "E_CONDITION", 1),
        ("until  2026-12-01T18:00Z", "E_CONDITION", 1),
        ("until 2026-12-01T18:00Z\n", "E_CONDITION", 1),
        ("flag a <= 20 %\u202e", "E_CONDITION", 1),
        ("confirmed by operations: " + "x" * 300, "E_CONDITION", 1),
        ("when it is quiet", "E_CONDITION", 1),
        ("Until 2026-12-01T18:00Z", "E_CONDITION", 1),
        ("flag a < = 20 %", "E_CONDITION", 1),
        ("flag a <= 20 % or more", "E_CONDITION", 1),
        ("flag ../a <= 20 %", "E_CONDITION", 1),
        ("only Mo-Th 09:00-16:00 UTC", "E_CONDITION", 6),
        ("only Mon,Mon 09:00-16:00 UTC", "E_CONDITION", 6),
        ("only Mon-Tue,Tue 09:00-16:00 UTC", "E_CONDITION", 6),
        ("confirmed by cto: yes within 2h within 3h", "E_CONDITION", 19),
        ("confirmed by cto:", "E_CONDITION", 1),
        ("off-peak 22:00-22:00 UTC", "E_WINDOW", 10),
        ("off-peak 24:00-06:00 UTC", "E_WINDOW", 10),
        ("off-peak 25:00-06:00 UTC", "E_TIME", 10),
        ("off-peak 22:00-6:00 UTC", "E_TIME", 16),
        ("until 2026-12-01T18:00", "E_TIME", 7),
        ("until 2026-13-01T18:00Z", "E_TIME", 7),
        ("not before 9999-12-31T23:59-14:00", "E_TIME", 12),
        ("off-peak 22:00-06:00 Europe/Nowhere", "E_ZONE", 22),
        ("off-peak 22:00-06:00 ../../etc/passwd", "E_ZONE", 22),
        ("off-peak 22:00-06:00 Europe", "E_ZONE", 22),
        ("flag a <= NaN %", "E_NUMBER", 11),
        ("flag a <= 1e3 %", "E_NUMBER", 11),
        ("flag a <= ١ %", "E_NUMBER", 11),
        ("reading a <= 1,000", "E_NUMBER", 14),
        ("flag a <= 20", "E_UNIT", 11),
        ("flag a <= 20 ms", "E_UNIT", 11),
        ("flag a <= 101 %", "E_RANGE", 11),
        ("flag a <= -1 %", "E_RANGE", 11),
        ("backup of a done within soon", "E_DURATION", 25),
        ("backup of a done within 0h", "E_DURATION", 25),
        ("backup of a done within 367d", "E_DURATION", 25),
        ("backup of a done", "E_CONDITION", 1),
    ],
)
def test_what_is_no_condition_is_refused_at_the_word(sentence, code, column):
    with pytest.raises(RulebookError) as refused:
        parse_condition(sentence)
    assert (refused.value.code, refused.value.column) == (code, column)
    assert refused.value.hint


def test_the_hint_shows_the_form_that_was_meant():
    with pytest.raises(RulebookError) as refused:
        parse_condition("flag a at most 20 %")
    assert refused.value.hint == "write it as: flag NAME <= 20 %"


BERLIN = "off-peak 22:00-06:00 Europe/Berlin"


@pytest.mark.parametrize(
    ("sentence", "at", "state"),
    [
        (BERLIN, "2026-11-23T20:59:59", State.UNMET),
        (BERLIN, "2026-11-23T21:00:00", State.MET),
        (BERLIN, "2026-11-23T23:30:00", State.MET),
        (BERLIN, "2026-11-24T04:59:59", State.MET),
        (BERLIN, "2026-11-24T05:00:00", State.UNMET),
        ("only Mon-Thu 09:00-16:00 Europe/Berlin", "2026-11-23T08:00:00", State.MET),
        ("only Mon-Thu 09:00-16:00 Europe/Berlin", "2026-11-23T15:00:00", State.UNMET),
        ("only Mon-Thu 09:00-16:00 Europe/Berlin", "2026-11-27T10:00:00", State.UNMET),
        # over midnight the day is that of the opening: Friday's window goes into Saturday
        ("only Fri 22:00-06:00 UTC", "2026-11-27T23:00:00", State.MET),
        ("only Fri 22:00-06:00 UTC", "2026-11-28T05:00:00", State.MET),
        ("only Fri 22:00-06:00 UTC", "2026-11-27T05:00:00", State.UNMET),
        ("only Sat 00:00-24:00 UTC", "2026-11-28T23:59:59", State.MET),
        ("only Sat 00:00-24:00 UTC", "2026-11-29T00:00:00", State.UNMET),
        ("only Sat 00:00-24:00 UTC", "2026-11-27T23:59:59", State.UNMET),
        # in summer Berlin is another hour away
        (BERLIN, "2026-07-01T20:00:00", State.MET),
        (BERLIN, "2026-07-01T19:59:59", State.UNMET),
        # 2026-03-29, 02:00 -> 03:00: an hour that no clock shows is never open, what opens in it opens after it
        ("off-peak 02:00-03:00 Europe/Berlin", "2026-03-29T00:59:59", State.UNMET),
        ("off-peak 02:00-03:00 Europe/Berlin", "2026-03-29T01:00:00", State.UNMET),
        ("off-peak 02:30-05:00 Europe/Berlin", "2026-03-29T00:59:59", State.UNMET),
        ("off-peak 02:30-05:00 Europe/Berlin", "2026-03-29T01:00:00", State.MET),
        ("off-peak 22:00-02:30 Europe/Berlin", "2026-03-29T00:59:59", State.MET),
        ("off-peak 22:00-02:30 Europe/Berlin", "2026-03-29T01:00:00", State.UNMET),
        # 2026-10-25, 03:00 -> 02:00: an hour that clocks show twice is open twice inside a window ...
        (BERLIN, "2026-10-25T00:30:00", State.MET),
        (BERLIN, "2026-10-25T01:30:00", State.MET),
        # ... and what opens or closes in it does so only once
        ("off-peak 22:00-02:30 Europe/Berlin", "2026-10-25T00:29:59", State.MET),
        ("off-peak 22:00-02:30 Europe/Berlin", "2026-10-25T00:30:00", State.UNMET),
        ("off-peak 22:00-02:30 Europe/Berlin", "2026-10-25T01:10:00", State.UNMET),
        ("off-peak 02:30-05:00 Europe/Berlin", "2026-10-25T00:45:00", State.UNMET),
        ("off-peak 02:30-05:00 Europe/Berlin", "2026-10-25T01:29:59", State.UNMET),
        ("off-peak 02:30-05:00 Europe/Berlin", "2026-10-25T01:30:00", State.MET),
        ("until 2026-12-01T18:00Z", "2026-12-01T17:59:59", State.MET),
        ("until 2026-12-01T18:00Z", "2026-12-01T18:00:00", State.UNMET),
        ("not before 2026-12-01T18:00Z", "2026-12-01T17:59:59", State.UNMET),
        ("not before 2026-12-01T18:00Z", "2026-12-01T18:00:00", State.MET),
    ],
)
def test_the_clock_shows_windows_and_moments(sentence, at, state):
    found = check(parse_condition(sentence), [], utc(at))
    assert found.state is state
    assert found.reason
    assert found.is_met is (state is State.MET)
    assert reading_name(parse_condition(sentence)) == ""


@pytest.mark.parametrize("fault", [ZoneInfoNotFoundError, ValueError, OSError])
def test_a_zone_that_vanished_since_proves_nothing(monkeypatch, fault):
    def gone(key):
        raise fault(key)

    window = parse_condition(BERLIN)
    monkeypatch.setattr(deploy_conditions, "ZoneInfo", gone)
    assert check(window, [], AT).state is State.UNPROVEN


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="zone"):
        check(parse_condition(BERLIN), [], AT.replace(tzinfo=None))


def reading(name, value, unit="", ago=1):
    return Reading(name, value, unit, AT - timedelta(minutes=ago))


FLAG, RATE = "flag new-checkout <= 20 %", "reading error-rate < 0.5 % within 10m"
BACKUP, SAID = "backup of orders-db done within 2h", "confirmed by operations: freeze lifted"


@pytest.mark.parametrize(
    ("sentence", "readings", "state", "says"),
    [
        (FLAG, [("flag new-checkout", "20", "%")], State.MET, "was 20 %"),
        (FLAG, [("flag new-checkout", "20.000000001", "%")], State.UNMET, "was 20.000000001 %"),
        (FLAG, [], State.UNPROVEN, "nothing was read"),
        (FLAG, [("flag other", "1", "%")], State.UNPROVEN, "nothing was read"),
        (FLAG, [("flag new-checkout", "20", "")], State.UNPROVEN, "speaks of %"),
        (FLAG, [("flag new-checkout", "0.2", "share")], State.UNPROVEN, "speaks of %"),
        (FLAG, [("flag new-checkout", "NaN", "%")], State.UNPROVEN, "no number"),
        (FLAG, [("flag new-checkout", "-Infinity", "%")], State.UNPROVEN, "no number"),
        (FLAG, [("flag new-checkout", "", "%")], State.UNPROVEN, "no number"),
        (FLAG, [("flag new-checkout", "-5", "%")], State.UNPROVEN, "no flag can be"),
        (FLAG, [("flag new-checkout", "101", "%")], State.UNPROVEN, "no flag can be"),
        (FLAG, [("flag new-checkout", "10", "%", 15)], State.MET, "was 10"),
        (FLAG, [("flag new-checkout", "10", "%", 16)], State.UNPROVEN, "older than 15m"),
        (FLAG, [("flag new-checkout", "10", "%", -1)], State.UNPROVEN, "future"),
        (FLAG, [("flag new-checkout", "10", "%", 5), ("flag new-checkout", "50", "%", 1)], State.UNMET, "50"),
        (FLAG, [("flag new-checkout", "10", "%", 1), ("flag new-checkout", "50", "%", 5)], State.MET, "10"),
        (
            FLAG,
            [("flag new-checkout", "10", "%"), ("flag new-checkout", "50", "%")],
            State.UNPROVEN,
            "contradict",
        ),
        (FLAG, [("flag new-checkout", "10", "%"), ("flag new-checkout", "10", "%")], State.MET, "10"),
        (
            FLAG,
            [("flag new-checkout", "10", "%"), ("flag new-checkout", "5", "%", -1)],
            State.UNPROVEN,
            "fut",
        ),
        (RATE, [("reading error-rate", "0.4999", "%")], State.MET, "0.4999"),
        (RATE, [("reading error-rate", "0.5", "%")], State.UNMET, "0.5"),
        (RATE, [("reading error-rate", "0.1", "%", 11)], State.UNPROVEN, "older than 10m"),
        ("reading depth = 0", [("reading depth", "0", "")], State.MET, "was 0 at"),
        ("reading depth = 0", [("reading depth", "0", "ms")], State.UNPROVEN, "speaks of no unit"),
        ("reading depth >= 3", [("reading depth", "3", "")], State.MET, "3"),
        ("reading depth > 3", [("reading depth", "3", "")], State.UNMET, "3"),
        (BACKUP, [("backup of orders-db", "done", "", 120)], State.MET, "done"),
        (BACKUP, [("backup of orders-db", "done", "", 121)], State.UNPROVEN, "older than 2h"),
        (BACKUP, [("backup of orders-db", "failed", "")], State.UNMET, "failed"),
        (BACKUP, [("backup of orders-db", "DONE", "")], State.UNMET, "DONE"),
        (BACKUP, [("backup of orders-db", "done", "%")], State.UNMET, "done"),
        (
            BACKUP,
            [("backup of orders-db", "done", "", 60), ("backup of orders-db", "failed", "")],
            State.UNMET,
            "",
        ),
        (SAID, [(SAID, "confirmed", "")], State.MET, "confirmed"),
        (SAID, [(SAID, "refused", "")], State.UNMET, "refused"),
        (SAID, [(SAID, "confirmed", "", 24 * 60 + 1)], State.UNPROVEN, "older than 1d"),
        (SAID, [("confirmed by operations: something else", "confirmed", "")], State.UNPROVEN, "nothing"),
        ("no sentence of ours", [], State.UNPROVEN, "no machine can check"),
    ],
)
def test_readings_show_the_rest(sentence, readings, state, says):
    found = check_text(sentence, [reading(*one) for one in readings], AT)
    assert found.state is state, found.reason
    assert says in found.reason
    assert found.is_met is (state is State.MET)


def test_a_reading_without_a_zone_proves_nothing():
    bare = Reading("flag new-checkout", "10", "%", AT.replace(tzinfo=None))
    assert check_text(FLAG, [bare], AT).state is State.UNPROVEN


def test_one_reading_without_a_zone_spoils_the_others():
    readings = [
        reading("flag new-checkout", "10", "%"),
        Reading("flag new-checkout", "10", "%", AT.replace(tzinfo=None)),
    ]
    found = check_text(FLAG, readings, AT)
    assert (found.state, found.reason) == (
        State.UNPROVEN,
        "a reading of 'flag new-checkout' has no time zone",
    )


def test_readings_of_one_moment_in_two_units_contradict_each_other():
    readings = [reading("flag new-checkout", "10", unit) for unit in ("%", "share")]
    found = check_text(FLAG, readings, AT)
    assert (found.state, found.reading) == (State.UNPROVEN, readings[0])
    assert (
        found.reason == "readings of 'flag new-checkout' taken at 2026-11-23T11:59:00Z contradict each other"
    )


def test_a_moment_is_told_to_the_second():
    late = Reading("flag new-checkout", "10", "%", AT - timedelta(microseconds=1))
    assert check_text(FLAG, [late], AT).reason == "flag new-checkout was 10 % at 2026-11-23T11:59:59Z"


def test_the_states_are_these_words():
    assert [str(one) for one in State] == ["MET", "UNMET", "UNPROVEN"]


@pytest.mark.parametrize(
    ("sentence", "read", "state"),
    [
        ("flag new-checkout <= 100 %", ("flag new-checkout", "100", "%"), State.MET),
        ("reading depth <= 500", ("reading depth", "300", ""), State.MET),
        ("reading depth <= 500", ("reading depth", "-3", ""), State.MET),
    ],
)
def test_only_a_flag_ends_at_all_users(sentence, read, state):
    assert check_text(sentence, [reading(*read)], AT).state is state


def test_a_moment_says_whether_it_has_come():
    until = "until 2026-12-01T18:00Z"
    assert check_text(until, [], AT).reason == "it is before 2026-12-01T18:00Z"
    assert check_text(until, [], utc("2026-12-01T18:00:00")).reason == "2026-12-01T18:00Z has come"


zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
minutes = st.integers(0, 24 * 60 - 1)
names = st.from_regex(r"[a-z0-9]([a-z0-9._/-]{0,10}[a-z0-9])?", fullmatch=True)
seconds = st.integers(1, 366 * 86400).map(lambda n: timedelta(seconds=n))
shares = st.decimals(0, 100, places=4)
windows = st.builds(
    Window,
    st.sampled_from(["off-peak", "only"]),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    minutes,
    st.integers(0, 24 * 60),
    zones,
).filter(lambda one: one.opens != one.closes)
moments = st.integers(631152000, 3786912000).map(lambda n: datetime.fromtimestamp(n, UTC))
operators = st.sampled_from(["<", "<=", "=", ">=", ">"])
measured = st.one_of(
    st.builds(Limit, st.just("flag"), names, operators, shares, st.just("%"), seconds),
    st.builds(
        Limit,
        st.just("reading"),
        names,
        operators,
        st.decimals(-(10**9), 10**9, places=3),
        st.sampled_from(["", "%", "ms", "req/s"]),
        seconds,
    ),
)
shown = st.one_of(
    measured,
    st.builds(Done, names, seconds),
    st.builds(
        Confirmation,
        st.sampled_from(["operations", "qa-lead"]),
        st.lists(names, min_size=1, max_size=4).map(" ".join),
        seconds,
    ),
)
conditions = st.one_of(windows, shown, st.builds(Moment, st.sampled_from(["until", "not before"]), moments))


@given(conditions)
def test_every_condition_survives_being_written_down(condition):
    assert parse_condition(render_condition(condition)) == condition


@given(shown, moments)
def test_without_a_reading_nothing_is_ever_met(condition, at):
    assert check(condition, [], at).state is State.UNPROVEN


@given(shown, st.text(max_size=12), st.text(max_size=4), st.integers(-600, 10**8), moments)
def test_met_needs_a_fresh_reading_in_the_right_unit(condition, value, unit, age, at):
    one = Reading(reading_name(condition), value, unit, at - timedelta(seconds=age))
    if check(condition, [one], at).is_met:
        assert 0 <= age <= condition.max_age.total_seconds()
        assert unit == getattr(condition, "unit", "")


@given(measured, st.decimals(0, 100, places=3), moments)
def test_a_limit_is_exact(condition, value, at):
    one = Reading(reading_name(condition), f"{value:f}", condition.unit, at)
    compared = {"<": value < condition.limit, "<=": value <= condition.limit, "=": value == condition.limit}
    expected = compared.get(condition.operator)
    if expected is None:
        expected = value > condition.limit or (condition.operator == ">=" and value == condition.limit)
    assert check(condition, [one], at).is_met is expected


@given(windows, moments)
def test_an_open_window_shows_on_the_wall(window, at):
    """What counts as open the wall clock shows as open, too; and open is a stretch that ends."""
    wall = at.astimezone(ZoneInfo(window.zone))
    minute = wall.hour * 60 + wall.minute
    if window.closes > window.opens:
        inside = window.opens <= minute < window.closes and wall.weekday() in window.days
    elif minute >= window.opens:
        inside = wall.weekday() in window.days
    else:
        inside = minute < window.closes and (wall.weekday() - 1) % 7 in window.days
    is_open = check(window, [], at).is_met
    assert inside or not is_open
    twice = wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset()
    if not twice:
        near = min((minute - edge) % 1440 for edge in (window.opens, window.closes % 1440))
        assert is_open or not inside or near < 180  # within hours of an edge that clocks showed twice


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_refused_with_words(text):
    try:
        parse_condition(text)
    except RulebookError as error:
        assert error.message
        assert error.hint


@given(conditions, st.data())
def test_one_sign_more_or_less_never_means_the_same_by_chance(condition, data):
    sentence = render_condition(condition)
    at = data.draw(st.integers(0, len(sentence) - 1))
    cut = sentence[:at] + sentence[at + 1 :]
    try:
        found = parse_condition(cut)
    except RulebookError:
        return
    assert found != condition or isinstance(found, (Limit, Confirmation, Done))


def test_a_limit_keeps_its_exact_number():
    assert parse_condition("reading a < 0.10 %") == Limit("reading", "a", "<", Decimal("0.10"), "%")
