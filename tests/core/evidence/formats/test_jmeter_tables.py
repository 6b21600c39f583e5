"""JMeter's tables, however they are cut and written: the fast ways of reading agree with the exact one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence.formats import jmeter_csv
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.row_blocks import blocks
from flightrules.evidence.records import jtl_rows, jtl_tally
from flightrules.evidence.records.jtl_rows import Layout, RowPatterns, Starts
from flightrules.evidence.source import Source

COLUMNS = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes,allThreads,URL"
SWAPPED = "label,elapsed,allThreads,success,timeStamp,responseCode,URL"
NOON = 1_763_600_000_000
HEAD = Head("text", COLUMNS, complete=False)


class Cut(Source):
    """Bytes that arrive in pieces of a given size."""

    size_of_pieces = 1 << 18

    def chunks(self, size: int = 0) -> Iterator[bytes]:
        return super().chunks(size or self.size_of_pieces)


def read(text: str | bytes, piece: int = 1 << 18) -> Reading:
    source = Cut("<memory>", data=text.encode() if isinstance(text, str) else text)
    source.size_of_pieces = piece
    return jmeter_csv.read(source, HEAD)


def outcome(text: str | bytes, piece: int = 1 << 18) -> object:
    """What is read, or what is refused and where; users are told apart, for they may be a sample."""
    try:
        reading = read(text, piece)
    except EvidenceError as error:
        return error.code, error.line, error.message
    found = {
        (one.metric, one.labels): one.value for one in reading.measurements if one.metric != "load.users"
    }
    return found, {one.code for one in reading.notices} - {"W_UNSORTED"}, reading.facts


def users(text: str) -> Decimal:
    return next((one.value for one in read(text).measurements if one.metric == "load.users"), Decimal(0))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table is treated as a large one."""
    monkeypatch.setattr(jtl_tally, "_CAREFUL_SIZE", -1)


def quoted(cells: list[str], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return out.getvalue()


LABELS = st.sampled_from(["home", "GET /a", "", "Käse", "login, then pay", 'say "hi"', "two\nlines", "7"])
ELAPSED = st.one_of(st.integers(0, 3_000).map(str), st.sampled_from(["007", "12.5", "0", "1234567890", "+5"]))
STARTS = st.one_of(
    st.integers(0, 30_000).map(lambda ms: str(NOON + ms)), st.sampled_from(["1000", "2025-11-20 01:00:00.5"])
)
ROWS = st.lists(
    st.builds(
        lambda start, elapsed, label, code, ok, url, threads: [
            start,
            elapsed,
            label,
            code,
            "OK",
            "t 1-1",
            ok,
            "10",
            str(threads),
            "x" * url,
        ],
        st.integers(0, 30_000).map(lambda ms: str(NOON + ms)),
        st.integers(0, 3_000).map(str),
        st.sampled_from(["home", "GET /a", "pay"]),
        st.sampled_from(["200", "200", "200", "404", "503", "Non HTTP response"]),
        st.sampled_from(["true", "true", "true", "false"]),
        st.integers(0, 90),
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=60,
)
ODD_ROWS = st.lists(
    st.builds(
        lambda start, elapsed, label, code, ok: [start, elapsed, label, code, "OK", "t", ok, "1", "2", "/"],
        STARTS,
        ELAPSED,
        LABELS,
        st.sampled_from(["200", "500", "", "5x0"]),
        st.sampled_from(["true", "false", "TRUE", "False"]),
    ),
    max_size=12,
)
PIECES = st.sampled_from([40, 100, 333, 1_000, 5_000, 1 << 18])


def by_hand(rows: list[list[str]]) -> dict[str, object]:
    """The plainest reading of rows whose cells are all as they should be."""
    durations = sorted(Decimal(row[1]) for row in rows)
    bad = [
        row[6].lower() != "true" or (len(row[3]) == 3 and row[3].isdigit() and row[3][0] == "5")
        for row in rows
    ]
    return {
        "load.requests": len(rows),
        "load.failed": sum(bad),
        "load.p50": durations[-(-len(rows) * 50 // 100) - 1],
        "load.p95": durations[-(-len(rows) * 95 // 100) - 1],
        "load.max": durations[-1],
    }


@pytest.mark.usefixtures("large")
@given(ROWS, PIECES)
def test_large_tables_say_what_their_rows_say(rows: list[list[str]], piece: int) -> None:
    text = COLUMNS + "\n" + "".join(map(quoted, rows))
    found = {one.metric: one.value for one in read(text, piece).measurements if not one.labels}
    assert {metric: found[metric] for metric in by_hand(rows)} == by_hand(rows)
    ends = [int(row[0]) + int(row[1]) for row in rows]
    seconds = Decimal(max(ends) - min(int(row[0]) for row in rows)) / 1000
    assert found["load.duration"] == seconds


@given(ROWS, ODD_ROWS, PIECES, st.randoms(), st.sampled_from(["\n", "\r\n", "\n\n"]), st.booleans())
def test_large_and_small_tables_are_read_alike(
    rows: list[list[str]], odd: list[list[str]], piece: int, random: object, end: str, header_again: bool
) -> None:
    mixed = [*rows, *odd, *([COLUMNS.split(",")] if header_again else [])]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    text = COLUMNS + end + "".join(quoted(row)[:-1] + end for row in mixed)
    small = outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jtl_tally, "_CAREFUL_SIZE", -1)
        assert outcome(text, piece) == small
        assert users(text) <= max((int(row[8]) for row in mixed if row[8].isdigit()), default=0)


@given(
    ROWS,
    PIECES,
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(list(',\n"\r\0xé9-') + [""])), min_size=1, max_size=3
    ),
)
def test_a_damaged_table_is_refused_alike_or_read_alike(
    rows: list[list[str]], piece: int, wounds: list[tuple[float, str]]
) -> None:
    text = COLUMNS + "\n" + "".join(map(quoted, rows))
    for share, put in wounds:
        at = len(COLUMNS) + 1 + int(share * (len(text) - len(COLUMNS) - 2))
        text = text[:at] + put + text[at + 1 :]
    small = outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jtl_tally, "_CAREFUL_SIZE", -1)
        large = outcome(text, piece)
    if isinstance(small, tuple) and isinstance(small[0], str):
        # pieces are refused one by one, so of two faults either can be met first; none is ever missed
        assert isinstance(large, tuple)
        assert isinstance(large[0], str)
    else:
        assert large == small


@given(ROWS)
def test_the_order_of_the_columns_changes_nothing(rows: list[list[str]]) -> None:
    names = COLUMNS.split(",")
    places = [names.index(name) for name in SWAPPED.split(",")]
    usual = COLUMNS + "\n" + "".join(map(quoted, rows))
    swapped = SWAPPED + "\n" + "".join(quoted([row[place] for place in places]) for row in rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jtl_tally, "_CAREFUL_SIZE", -1)
        assert outcome(swapped) == outcome(usual)


@pytest.mark.usefixtures("large")
class TestLargeTables:
    ROW = f"{NOON},5,home,200,OK,t 1-1,true,10,3,/home/of/the/brave\n"

    def table(self, *rows: str) -> str:
        return COLUMNS + "\n" + self.ROW * 20 + "".join(rows) + self.ROW * 20

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ("1,2,a\n" + ROW.replace("\n", ",1,2,3,4,5,6,7\n"), "E_ROW_WIDTH"),
            (ROW.replace(",home", "", 1) + ROW.replace("\n", ",more\n"), "E_ROW_WIDTH"),
            (ROW.replace("OK", "a,b"), "E_ROW_WIDTH"),
            (ROW.replace(",5,", ",-5,"), "E_NEGATIVE"),
            (ROW.replace(",5,", ",,"), "E_NUMBER"),
            (ROW.replace("true", "yes"), "E_ENUM"),
            (ROW.replace("OK", '"OK'), "E_UNTERMINATED_QUOTE"),
            (ROW.replace("OK", '"O"K"'), "E_UNTERMINATED_QUOTE"),
            (ROW.replace("OK", '"O"K'), "E_MALFORMED"),
            (ROW.replace("OK", "O\0K"), "E_CONTROL_CHAR"),
        ],
    )
    def test_one_broken_row_among_many_is_named(self, row: str, code: str) -> None:
        with pytest.raises(EvidenceError) as caught:
            read(self.table(row))
        assert (caught.value.code, caught.value.line) == (code, 22)

    def test_a_byte_that_is_no_text_is_named(self) -> None:
        with pytest.raises(EvidenceError) as caught:
            read(self.table("?").encode().replace(b"?", b"\xff"))
        assert (caught.value.code, caught.value.line) == ("E_ENCODING", 22)

    @pytest.mark.parametrize("piece", [50, 1_000, 1 << 18])
    def test_lines_are_counted_through_quotes_and_carriage_returns(self, piece: int) -> None:
        rows = self.ROW.replace("OK", '"O\nK"') * 3 + self.ROW.replace(",5,", ",x,")
        with pytest.raises(EvidenceError) as caught:
            read(self.table(rows).replace("\n", "\r\n"), piece)
        assert (caught.value.code, caught.value.line) == ("E_NUMBER", 28)

    @pytest.mark.parametrize("blank", ["", "\n", "\n\n\n"])
    def test_blank_lines_are_no_rows(self, blank: str) -> None:
        found = {
            one.metric: one.value for one in read(self.table(blank, blank)).measurements if not one.labels
        }
        assert found["load.requests"] == 40

    def test_rows_are_in_order_whatever_stands_between_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jtl_tally, "_CAREFUL_SIZE", 1 << 22)
        rows = [self.ROW.replace(str(NOON), str(NOON + at)) for at in range(9)]
        rows[4] = rows[4].replace("OK", '"O\nK"')
        assert "W_UNSORTED" not in {one.code for one in read(COLUMNS + "\n" + "\n\n".join(rows)).notices}
        rows[4], rows[6] = rows[6], rows[4]
        assert "W_UNSORTED" in {one.code for one in read(COLUMNS + "\n" + "\n\n".join(rows)).notices}

    def test_a_blank_line_is_no_row_of_one_column_either(self) -> None:
        with pytest.raises(EvidenceError) as caught:
            read("elapsed\n\n5\n\n")
        assert caught.value.code == "E_MISSING_FIELD"

    def test_a_row_with_a_short_end_is_counted_like_the_others(self) -> None:
        short = self.ROW.replace("/home/of/the/brave", "")
        found = {
            one.metric: one.value for one in read(self.table(short, short)).measurements if not one.labels
        }
        assert found["load.requests"] == 42

    def test_a_late_slow_request_ends_the_run(self) -> None:
        blocks_of_rows = "".join(
            self.ROW.replace(str(NOON), str(NOON + second * 1_000)) * 50 for second in range(200)
        )
        slow = self.ROW.replace(str(NOON), str(NOON + 20_000)).replace(",5,", ",190000,")
        found = read(COLUMNS + "\n" + slow + blocks_of_rows, 2_000)
        assert {one.value for one in found.measurements if one.metric == "load.duration"} == {Decimal(210)}

    def test_the_first_start_may_stand_last(self) -> None:
        early = self.ROW.replace(str(NOON), str(NOON - 7_000))
        found = read(self.table(early), 300)
        assert {one.value for one in found.measurements if one.metric == "load.duration"} == {
            Decimal("7.005")
        }

    def test_a_last_line_that_only_looks_like_a_row_leads_nobody_astray(self) -> None:
        """Lines of a quoted cell are no rows; what was dropped in trust is read after all."""
        rows = "".join(self.ROW.replace(str(NOON), str(NOON + second * 1_000)) * 50 for second in range(90))
        late = self.ROW.replace(str(NOON), str(NOON + 7_000_000)).rstrip()
        found = read(f'{COLUMNS}\n{rows}{self.ROW.rstrip()[:-1]}"\n{late}"\n', 2_000)
        assert {one.value for one in found.measurements if one.metric == "load.duration"} == {
            Decimal("89.005")
        }

    def test_requests_that_take_longer_than_those_before_end_the_run(self) -> None:
        rows = [self.ROW.replace(str(NOON), str(NOON + second * 1_000)) * 50 for second in range(90)]
        for second in range(5, 75, 5):
            rows[second] = rows[second].replace(",5,", f",{20_000 + second},", 1)
        found = read(COLUMNS + "\n" + "".join(rows), 2_000)
        assert {one.value for one in found.measurements if one.metric == "load.duration"} == {
            Decimal("90.07")
        }


@pytest.mark.parametrize(
    ("one", "other", "first", "last", "earliest", "latest"),
    [
        (b"1763600012000", b"1763600012900", 1763600000000, 1763600499999, 1763600000000, 1763600499999),
        (b"1763600012000", b"1763600012900", 1763600004321, 1763600480000, 1763600010000, 1763600099999),
        (b"1763600012000", b"1763600012900", 1763600004321, 1763600010000, 1763600010000, 1763600012999),
        (b"1763600012000", b"1763600012900", 1763600012001, 1763600480000, 0, 9999999999999),
        (b"1763600012000", b"1763600012000", 1763600012000, 1763600012000, 1763600012000, 1763600012000),
        (b"0000000000009", b"0000000000002", 0, 9, 0, 9),
    ],
)
def test_starts_are_as_many_as_there_can_be(
    one: bytes, other: bytes, first: int, last: int, earliest: int, latest: int
) -> None:
    found = Starts.between(one, other, first, last)
    assert found is not None
    assert (found.earliest, found.latest) == (earliest, latest)


MOMENTS = st.integers(0, 10**13 - 1) | st.integers(NOON, NOON + 100_000)


@given(MOMENTS, MOMENTS, MOMENTS, MOMENTS, MOMENTS)
def test_starts_match_the_times_between_their_bounds(
    one: int, other: int, first: int, last: int, time: int
) -> None:
    found = Starts.between(b"%013d" % one, b"%013d" % other, first, last)
    assert found is not None
    assert found.earliest <= min(one, other)
    assert max(one, other) <= found.latest
    matches = re.fullmatch(found.pattern, b"%013d" % time) is not None
    assert matches == (found.earliest <= time <= found.latest)


@pytest.mark.parametrize("text", [b"", b"2025-11-20 01", b"176360000000", b"17636000000000"])
def test_what_is_no_time_of_today_has_no_bounds(text: bytes) -> None:
    assert Starts.between(text, text, 0, NOON) is None


@given(st.lists(st.text(",x\n", max_size=6), max_size=8))
def test_a_block_is_proven_row_by_row(lines: list[str]) -> None:
    """As many delimiters in all as there should be are not enough."""
    patterns = RowPatterns(Layout(",", 3, 0, 1, -1, -1, 2, -1, 0))
    text = "".join(line + "\n" for line in lines)
    widths = {line.count(",") for line in text.split("\n")[:-1]}
    assert (patterns.rows(text.encode()) >= 0) == (widths <= {2})


@given(st.text('a",\n\r', max_size=60), st.integers(1, 20))
def test_blocks_lose_nothing_and_repeat_nothing(text: str, piece: int) -> None:
    source = Cut("<memory>", data=text.encode())
    source.size_of_pieces = piece
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        found = [record for block in blocks(source) for _, record in block.records()]
    except EvidenceError as error:
        assert error.code == "E_UNTERMINATED_QUOTE"
        assert plain.count('"') % 2
        return
    assert "".join(found).replace("\n", "") == plain.replace("\n", "")
    assert all(record.count('"') % 2 == 0 for record in found)


def test_a_label_for_each_url_is_refused_before_it_fills_the_memory() -> None:
    rows = "".join(f"17000000000{at % 100:02d},5,/item/{at},200,true\n" for at in range(50_001))
    with pytest.raises(EvidenceError) as caught:
        read("timeStamp,elapsed,label,responseCode,success\n" + rows)
    assert caught.value.code == "E_TOO_MANY_ITEMS"


lean_starts = st.sampled_from(
    [f"{NOON + 7}", f"{NOON + 99}", f"{NOON + 900_000_000}", f"x{NOON}", "", f"{NOON}x"]
)
lean_rows = st.builds(
    "{},{},{},{},OK,{},{},1,2,{}\n".format,
    st.just(f"{NOON + 5}") | lean_starts,
    st.sampled_from(["7", "7", "120", "99999", "-1", ""]),
    st.sampled_from(["a", "b", f"{NOON}"]),
    st.sampled_from(["200", ""]),
    st.sampled_from(["t", ""]),
    st.sampled_from(["true", "true", "true", "false"]),
    st.sampled_from(["u", f"u{NOON + 5}"]),
)


def lean(rows: list[str], at_once: int, skip: int = 0) -> list[list[bytes] | None]:
    """What is counted of blocks of these rows, when they come twice."""
    patterns = RowPatterns(Layout(",", 10, 0, 1, 2, 3, 6, 8, 0))
    patterns._digits, patterns._skip = 3, skip
    starts = Starts.between(b"%d" % NOON, b"%d" % (NOON + 99), NOON, NOON + 99)
    assert starts is not None
    text = "".join(rows).encode()
    assert patterns.rows(text) == len(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jtl_rows, "_AT_ONCE", at_once)
        return [patterns.lean(text, len(rows), starts, b"true") for _ in range(2)]


LEAN_ROW = f"{NOON + 5},7,a,200,OK,t,true,1,2,u\n"


@given(
    st.lists(lean_rows, max_size=12),
    st.integers(1, 40),
    st.integers(0, 40),
    st.integers(2, 5),
    st.integers(0, 9),
)
def test_many_rows_at_once_are_what_each_of_them_is(some, usual, at, at_once, skip):
    rows = [LEAN_ROW] * usual
    rows[at % usual : at % usual] = some

    assert lean(rows, at_once, skip) == lean(rows, 10**9, skip)


@pytest.mark.parametrize("at", range(7))
@pytest.mark.parametrize("before", ["x", f"{NOON + 5}", " "])
def test_a_row_that_goes_on_like_the_others_is_odd_wherever_it_stands(at, before):
    rows = [LEAN_ROW] * 7
    rows[at] = before + LEAN_ROW

    assert lean(rows, 3)[1] == [b"" if place == at else b"7,a,200" for place in range(7)]
