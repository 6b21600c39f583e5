"""k6's samples, however their lines are written and cut: cutting lines agrees with decoding them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import EvidenceError
from flightrules.evidence.formats import k6_ndjson
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.source import Source

HEAD = Head("ndjson", "", complete=False)
Record = dict[str, Any]


class Cut(Source):
    """Bytes that arrive in pieces of a given size."""

    size_of_pieces = 1 << 18

    def chunks(self, size: int = 0) -> Iterator[bytes]:
        return super().chunks(min(size, self.size_of_pieces))


def read(text: str, piece: int = 1 << 18) -> Reading:
    source = Cut("<memory>", data=text.encode())
    source.size_of_pieces = piece
    return k6_ndjson.read(source, HEAD)


def outcome(text: str, piece: int = 1 << 18) -> object:
    try:
        reading = read(text, piece)
    except EvidenceError as error:
        return error.code
    return {(one.metric, one.labels): one.value for one in reading.measurements}, reading.facts


def point(metric: str, value: object, second: int, tags: Record | None) -> Record:
    data = {"time": f"2026-11-20T10:00:{second:02}.5Z", "value": value, "tags": tags}
    return {"metric": metric, "type": "Point", "data": data}


def usual(record: Record) -> str:
    return json.dumps(record, separators=(",", ":")) + "\n"


def spaced(record: Record) -> str:
    return json.dumps(record) + "\n"


def older(record: Record) -> str:
    return usual({key: record[key] for key in ("type", "data", "metric")})


TAGS = st.builds(
    lambda name, ok, status, group: {"name": name, "expected_response": ok, "status": status, "group": group},
    st.sampled_from(["home", "https://a/b?c=1,2", "vus", "http_req_duration", 'say "vus"', "\u00e4", ""]),
    st.sampled_from(["true", "false", ""]),
    st.sampled_from(["200", "404", "0"]),
    st.sampled_from(["", "::vus", ":: a, b"]),
)
DURATIONS = st.builds(
    lambda value, second, tags: point("http_req_duration", value, second, tags),
    st.one_of(st.integers(0, 9_000), st.integers(0, 9_000_000).map(lambda us: us / 1_000)),
    st.integers(0, 59),
    TAGS,
)
OTHERS = st.one_of(
    st.builds(
        lambda users, second: point("vus", users, second, None), st.integers(0, 50), st.integers(0, 59)
    ),
    st.builds(lambda tags: point("http_req_failed", 1, 1, tags), TAGS),
    st.just({"type": "Metric", "data": {"name": "http_req_duration"}, "metric": "http_req_duration"}),
    st.just({"type": "Metric", "data": {"name": "vus"}, "metric": "vus"}),
)
RECORDS = st.lists(st.one_of(DURATIONS, DURATIONS, OTHERS), min_size=1, max_size=30)
PIECES = st.sampled_from([150, 400, 1_500, 1 << 18])


def by_hand(records: list[Record]) -> Record:
    timed = [
        one["data"] for one in records if one["metric"] == "http_req_duration" and one["type"] == "Point"
    ]
    durations = sorted(Decimal(str(one["value"])) for one in timed)
    expected = [
        one["tags"]["expected_response"] or str(one["tags"]["status"] == "200").lower() for one in timed
    ]
    return {
        "load.requests": len(timed),
        "load.failed": expected.count("false"),
        "load.p95": durations[-(-len(timed) * 95 // 100) - 1],
    }


@given(RECORDS, DURATIONS, PIECES, st.lists(st.sampled_from([usual, usual, usual, spaced, older])))
def test_every_layout_in_pieces_of_any_size_says_what_its_records_say(
    records: list[Record], one: Record, piece: int, layouts: list[Any]
) -> None:
    records = [*records, one]
    layouts = [*layouts, *[usual] * len(records)]
    reading = read("".join(write(record) for write, record in zip(layouts, records, strict=False)), piece)
    found = {one.metric: one.value for one in reading.measurements if not one.labels}
    assert {metric: found[metric] for metric in by_hand(records)} == by_hand(records)
    seconds = [
        int(one["data"]["time"][17:19])
        for one in records
        if "tags" in one["data"] and one["metric"] == "http_req_duration"
    ]
    assert found["load.duration"] == max(seconds) - min(seconds)
    users = [int(one["data"]["value"]) for one in records if (one["metric"], one["type"]) == ("vus", "Point")]
    assert found.get("load.users", 0) == max(users, default=0)


@given(RECORDS, PIECES)
def test_cut_lines_and_decoded_lines_tell_the_same(records: list[Record], piece: int) -> None:
    cut = outcome("".join(map(usual, records)), piece)
    assert outcome("".join(map(spaced, records)), piece) == cut


@settings(deadline=None, max_examples=examples(100))
@given(
    RECORDS,
    PIECES,
    st.lists(
        st.tuples(st.floats(0, 0.999), st.sampled_from([0, 1]), st.sampled_from([*'",}{\n\\-+_e9.0 :', ""])),
        min_size=1,
        max_size=2,
    ),
)
def test_a_damaged_stream_is_refused_or_read_and_nothing_else(
    records: list[Record], piece: int, wounds: list[tuple[float, int, str]]
) -> None:
    text = "".join(map(usual, records))
    for share, gone, put in wounds:
        at = int(share * len(text))
        text = text[:at] + put + text[at + gone :]
    assert refusal_or_reading(text, piece) == refusal_or_reading(text, piece, decoded=True)


def refusal_or_reading(text: str, piece: int, *, decoded: bool = False) -> object:
    """The outcome; which of several faults is met first is left to the way of reading."""
    with pytest.MonkeyPatch.context() as patch:
        if decoded:
            patch.setattr(k6_ndjson, "_cut", lambda _: None)
            patch.setattr(k6_ndjson, "_are_lines", lambda _: False)
            patch.setattr(k6_ndjson._Stream, "_take_users", each_decoded)
        found = outcome(text, piece)
    return "refused" if isinstance(found, str) else found


def each_decoded(stream: k6_ndjson._Stream, lines: list[bytes]) -> None:
    for line in lines:
        stream._take_decoded(line)


LINE = usual(point("http_req_duration", 1.5, 1, {"name": "a", "expected_response": "true"}))
OTHER = usual(point("http_req_blocked", 1.5, 1, {"name": "a"}))
USERS = usual(point("vus", 7, 1, None))


class TestLinesThatAreNotAsTheOthers:
    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (LINE.replace("1.5,", "1_5,"), "E_NUMBER"),
            (LINE.replace("1.5,", "NaN,"), "E_NONFINITE"),
            (LINE.replace("1.5,", "1.5.5,"), "E_MALFORMED"),
            (LINE.replace('"value":1', '"valu":1'), "E_MISSING_FIELD"),
            (LINE.replace('"value":', '"valu1":'), "E_MISSING_FIELD"),
            (LINE.replace("1.5,", "01.5,"), "E_MALFORMED"),
            (LINE.replace('Z",', 'Z"},'), "E_MALFORMED"),
            (USERS.replace('Z",', 'Z"},'), "E_MALFORMED"),
            (LINE.replace('"a"', '"new'), "E_MALFORMED"),
            (LINE.rstrip("\n") + LINE, "E_MALFORMED"),
            (OTHER.rstrip("\n") + LINE, "E_MALFORMED"),
            (OTHER.rstrip("\n") + USERS, "E_MALFORMED"),
            (USERS.replace("7", "x"), "E_MALFORMED"),
        ],
    )
    @pytest.mark.parametrize("piece", [300, 1 << 18])
    def test_one_broken_line_among_many_is_named(self, line: str, code: str, piece: int) -> None:
        with pytest.raises(EvidenceError) as caught:
            read((LINE + OTHER) * 10 + line + (LINE + USERS) * 10, piece)
        assert (caught.value.code, caught.value.line) == (code, 21)

    @pytest.mark.parametrize(
        ("value", "code"),
        [("1e999", "E_NONFINITE"), ("9" * 20, "E_RANGE"), ("-1", "E_NEGATIVE"), ('"5"', "E_WRONG_TYPE")],
    )
    def test_impossible_values_are_refused_behind_known_tags(self, value: str, code: str) -> None:
        with pytest.raises(EvidenceError) as caught:
            read(LINE * 3 + LINE.replace("1.5,", value + ","))
        assert caught.value.code == code

    @pytest.mark.parametrize("last", [LINE, OTHER, USERS])
    def test_a_last_line_that_is_cut_short_is_refused(self, last: str) -> None:
        with pytest.raises(EvidenceError) as caught:
            read(LINE * 3 + USERS + last[:-9])
        assert caught.value.code in ("E_TRUNCATED", "E_MALFORMED")

    def test_a_last_line_without_its_end_counts(self) -> None:
        found = {one.metric: one.value for one in read((LINE * 3).rstrip("\n")).measurements}
        assert found["load.requests"] == 3

    def test_a_tag_that_is_called_as_a_metric_is_no_sample(self) -> None:
        tagged = OTHER.replace('"a"', '"http_req_duration"')
        found = {one.metric: one.value for one in read(LINE + tagged + LINE).measurements if not one.labels}
        assert found["load.requests"] == 2
