"""A large table counted by two processes says what one says, or one counts it."""

import pickle
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.cli import parallel
from flightrules.errors import EvidenceError
from flightrules.evidence.formats import jmeter_csv
from flightrules.evidence.head import Head
from flightrules.evidence.reading import row_blocks
from flightrules.evidence.records import jtl_counts, jtl_tally
from flightrules.evidence.source import Source

HEADER = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes,allThreads,URL\n"
NOON = 1_763_600_000_000
Work = Callable[[], object]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pieces of 256 bytes, and every table is a large one."""
    monkeypatch.setattr(row_blocks, "_CHUNK", 256)
    monkeypatch.setattr(jmeter_csv, "_TWO_FROM", 0)
    monkeypatch.setattr(jtl_tally, "_CAREFUL_SIZE", -1)
    return


def pickled(work: Work) -> Work:
    """Another process, as far as values are concerned."""
    try:
        part = pickle.loads(pickle.dumps(work()))  # noqa: S301 -- our own bytes
    except (EvidenceError, row_blocks.NoCutError):
        part = None
    return lambda: part


def outcome(text: str, beside: Callable[[Work], Work] | None) -> object:
    source = Source.of(text.encode(), "results.jtl")
    source.beside = beside
    try:
        reading = jmeter_csv.read(source, Head("text", "", complete=False))
    except EvidenceError as error:
        return error.code, error.line, error.message
    return list(reading.measurements), reading.notices, reading.facts


def row(start: int, ms: str, label: str, code: str, ok: str, users: int, url: str) -> str:
    return f"{NOON + start},{ms},{label},{code},OK,t 1-1,{ok},10,{users},{url}\n"


usual = st.builds(
    row,
    st.integers(0, 30_000),
    st.integers(0, 3_000).map(str),
    st.sampled_from(["home", "GET /a", "pay"]),
    st.sampled_from(["200", "200", "404", "503"]),
    st.sampled_from(["true", "true", "false"]),
    st.integers(0, 90),
    st.integers(0, 60).map("x".__mul__),
)
odd = st.one_of(
    st.builds(
        row,
        st.integers(-10_000_000_000, 10_000_000_000),
        st.sampled_from(["7", "007", "12.5", "-1", "x", "1234567890"]),
        st.sampled_from(['"a, b"', '"two\nlines"', '"say ""hi"""', "Käse", '"', "org.apache.jmeter.X"]),
        st.sampled_from(["200", "", "5x0"]),
        st.sampled_from(["TRUE", "false", "maybe"]),
        st.integers(0, 5_000),
        st.sampled_from(["/", '"/q"', '"' + "long\n" * 80 + '"']),
    ),
    st.sampled_from(["\n", HEADER, "1,2\n", '"Number of samples in transaction : 1"' + "," * 9 + "\n"]),
)
tables = st.lists(usual | usual | usual | usual | odd, max_size=60).map("".join)
calm = st.lists(usual, min_size=10, max_size=60).map("".join)


@pytest.mark.usefixtures("small")
@settings(deadline=None, max_examples=examples(150))
@given(calm | tables, st.sampled_from(["", "1763600000000,5,home"]))
def test_two_say_what_one_says(table: str, end: str) -> None:
    text = HEADER + table + end
    assert outcome(text, pickled) == outcome(text, None)


@pytest.mark.usefixtures("small")
def test_two_do_count_a_plain_table(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEADER + "".join(row(at, "5", "home", "200", "true", at, "/") for at in range(50))
    alone = outcome(text, None)
    ends: list[int | None] = []
    tally = jmeter_csv._tally
    monkeypatch.setattr(jmeter_csv, "_tally", lambda *given: ends.append(given[2]) or tally(*given))
    assert outcome(text, pickled) == alone
    assert len(ends) == 1
    assert ends[0]
    assert text.encode()[: ends[0]].endswith(b"\n")


@pytest.mark.usefixtures("small")
def test_a_quote_over_the_middle_leaves_all_to_one() -> None:
    middle = '"' + row(1, "5", "no request", "200", "true", 1, "/") * 30 + '"'
    text = HEADER + row(0, "5", middle, "200", "true", 7, "/")
    found = outcome(text, pickled)
    assert found == outcome(text, None)
    assert "no request" not in [one.metric for one in found[0] if not one.labels]
    assert found[0][0].value == 1


@pytest.mark.usefixtures("small")
def test_labels_of_both_halves_count_against_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jtl_counts, "_LABEL_LIMIT", 30)
    text = HEADER + "".join(row(at, "5", f"page {at}", "200", "true", 1, "/") for at in range(50))
    found = outcome(text, pickled)
    assert found[0] == "E_TOO_MANY_ITEMS"
    assert found == outcome(text, None)


@pytest.mark.usefixtures("small")
def test_a_process_without_an_answer_is_replaced() -> None:
    text = HEADER + row(0, "5", "home", "200", "true", 1, "/") * 50
    assert outcome(text, lambda _: lambda: None) == outcome(text, None)


@pytest.mark.usefixtures("small")
def test_a_real_process_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel.os, "cpu_count", lambda: 2)
    text = HEADER + row(0, "5", "home", "200", "true", 1, "/") * 50
    assert outcome(text, parallel.beside) == outcome(text, None)
    assert outcome(text + "1,x\n", parallel.beside) == outcome(text + "1,x\n", None)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_parts_of_a_source_end_where_pieces_of_the_whole_end(size: int, tmp_path) -> None:
    data = bytes(range(200))
    path = tmp_path / "data"
    path.write_bytes(data)
    with Source.open(str(path)) as file:
        for source in (file, Source.of(data)):
            for start, end in ((0, 200), (0, 128), (70, 128), (70, 200), (63, 65)):
                pieces = list(source.part(size, start, end))
                assert b"".join(pieces) == data[start:end]
                ends = [start + sum(map(len, pieces[: at + 1])) for at in range(len(pieces))]
                assert all(one % size == 0 for one in ends[:-1])
