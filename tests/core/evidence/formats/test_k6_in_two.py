"""A large file of k6's samples read by two processes says what one says, or one reads it."""

import json
import marshal
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.cli import parallel
from flightrules.errors import EvidenceError
from flightrules.evidence.formats import k6_ndjson
from flightrules.evidence.head import Head
from flightrules.evidence.source import Source

Work = Callable[[], object]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pieces of 512 bytes, and every file is a large one."""
    monkeypatch.setattr(k6_ndjson, "_CHUNK", 512)
    monkeypatch.setattr(k6_ndjson, "_TWO_FROM", 0)
    return


def told(work: Work) -> Work:
    """Another process, as far as values are concerned."""
    try:
        part = marshal.loads(marshal.dumps(work()))  # noqa: S302 -- our own bytes
    except EvidenceError:
        part = None
    return lambda: part


def outcome(text: str, beside: Callable[[Work], Work] | None) -> object:
    source = Source.of(text.encode(), "k6.ndjson")
    source.beside = beside
    try:
        reading = k6_ndjson.read(source, Head("ndjson", "", complete=False))
    except EvidenceError as error:
        return error.code, error.line, error.message
    return list(reading.measurements), reading.notices, reading.facts


def line(metric: str, value: object, second: int, name: str, ok: str) -> str:
    tags = {"name": name, "expected_response": ok}
    data = {"time": f"2026-11-20T10:00:{second:02}.5Z", "value": value, "tags": tags}
    return json.dumps({"metric": metric, "type": "Point", "data": data}, separators=(",", ":")) + "\n"


usual = st.builds(
    line,
    st.sampled_from(["http_req_duration", "http_req_duration", "http_req_blocked", "vus"]),
    st.integers(0, 9_000_000).map(lambda us: us / 1_000),
    st.integers(0, 59),
    st.sampled_from(["home", "https://a/b?c=1,2", "vus", "\u00e4"]),
    st.sampled_from(["true", "true", "false"]),
)
odd = st.one_of(
    usual.map(lambda text: text.replace(":", ": ")),
    usual.map(lambda text: text.replace('"value":', '"value":-')),
    usual.map(lambda text: text.replace('"value":', '"valu":')),
    usual.map(lambda text: text[:-9]),
    st.sampled_from(["\n", "{}\n", '"vus"\n', '{"metric":"http_req_duration"', "x" * 2_000 + "\n"]),
)
calm = st.lists(usual, min_size=12, max_size=40).map("".join)
streams = st.lists(usual | usual | usual | usual | odd, max_size=40).map("".join)


@settings(deadline=None, max_examples=examples(60))
@given(calm | streams)
def test_two_say_what_one_says(text: str) -> None:
    assert outcome(text, told) == outcome(text, None)


PLAIN = "".join(line("http_req_duration", at, at, f"page {at}", "true") for at in range(30))


def test_two_do_read_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, ends = outcome(PLAIN, None), []
    stream = k6_ndjson._stream
    monkeypatch.setattr(k6_ndjson, "_stream", lambda *given: ends.append(given[1:]) or stream(*given))
    assert outcome(PLAIN, told) == alone
    (second,), (start, cut) = ends
    assert (start, cut) == (0, second)
    assert PLAIN.encode()[:cut].endswith(b"}\n")


def test_names_of_both_halves_count_against_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k6_ndjson, "_ENDPOINT_LIMIT", 20)
    found = outcome(PLAIN, told)
    assert found[0] == "E_TOO_MANY_ITEMS"
    assert found == outcome(PLAIN, None)


def test_a_process_without_an_answer_is_replaced() -> None:
    assert outcome(PLAIN, lambda _: lambda: None) == outcome(PLAIN, None)


def test_a_real_process_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel.os, "cpu_count", lambda: 2)
    assert outcome(PLAIN, parallel.beside) == outcome(PLAIN, None)
    assert outcome(PLAIN + "{\n", parallel.beside) == outcome(PLAIN + "{\n", None)
