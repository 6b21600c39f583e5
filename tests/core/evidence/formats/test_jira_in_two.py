"""A large answer of Jira taken by two processes says what one says, or one reads it."""

import json
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import EvidenceError
from flightrules.evidence.reading import json_halves, json_shapes, json_stream
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Windows of 64 characters, shapes after four issues, and every answer is a large one."""
    monkeypatch.setattr(json_halves, "_TWO_FROM", 0)
    for one in (json_halves, json_stream):
        monkeypatch.setattr(one, "_CHUNK", 64)
    for name, value in (("_FEWEST", 0), ("_SHARE", 1), ("_MOST", 4)):
        monkeypatch.setattr(json_shapes, name, value)


def another_process(work):
    """As far as values are concerned."""
    try:
        part = pickle.loads(pickle.dumps(work()))  # noqa: S301 -- our own bytes
    except EvidenceError:
        part = None
    return lambda: part


def outcome(text, beside=None):
    source = Source.of(text.encode("utf-8", "surrogatepass"), "issues.json")
    source.beside = beside
    try:
        reading = read(source, expected="jira-search")
    except EvidenceError as error:
        return error.code, error.message, error.line, error.column
    return list(reading.measurements), reading.notices, list(reading.records.by_id.items())


def issue(key, summary, kind, status, inner):
    return {
        "id": str(key),
        "key": f"SHOP-{key}",
        "fields": {
            "summary": summary,
            "issuetype": {"name": kind},
            "status": {"statusCategory": {"key": status}},
            "subtasks": inner,
            "components": [{"id": "1", "key": "2", "fields": {}}, {"id": "2", "key": "3", "fields": {}}],
        },
    }


summaries = st.sampled_from(
    ["slow", 'says "no"', "Käse 日本", "a\nb", '}, {"id": "7", "key": "x", "fields": {}}']
)
kinds, states = st.sampled_from(["Bug", "Bug", "Story"]), st.sampled_from(["new", "done", "odd"])
inside = st.sampled_from([[], [], [{"id": "9", "key": "SHOP-9", "fields": {"summary": "in"}}] * 2])
issues = st.lists(st.builds(issue, st.integers(1, 10**6), summaries, kinds, states, inside), max_size=24)
tails = st.sampled_from([{}, {"issues": []}, {"more": [{"id": "1", "key": "2", "fields": {}}] * 30}])
writing = st.sampled_from([{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def answer(some, tail, how):
    text = json.dumps({"startAt": 0, "total": len(some), "issues": some}, **how)
    return text[:-1].rstrip() + ("," + json.dumps(tail, **how)[1:] if tail else "}")


@settings(deadline=None, max_examples=examples(60))
@given(st.builds(answer, issues, tails, writing))
def test_two_say_what_one_says(text):
    assert outcome(text, another_process) == outcome(text)


@settings(deadline=None, max_examples=examples(60))
@given(st.builds(answer, issues, tails, writing), st.integers(0), st.integers(0, 3), st.text(max_size=2))
def test_what_is_amiss_is_met_by_two_as_by_one(text, at, gone, put):
    at %= len(text)
    text = text[:at] + put + text[at + gone :]
    assert outcome(text, another_process) == outcome(text)


def test_a_long_answer_is_divided_and_one_with_repeated_keys_is_not(monkeypatch):
    done = []
    whole = json_halves.stream_in_two
    monkeypatch.setattr(
        "flightrules.evidence.formats.jira_search.stream_in_two",
        lambda *of: done.append(whole(*of)) or done[-1],
    )
    some = [issue(key, "slow", "Bug", "new", []) for key in range(40)]
    for listed in (some, [*some, some[0]]):
        text = answer(listed, {}, {})
        assert outcome(text, another_process) == outcome(text, lambda _: lambda: None) == outcome(text)
    assert [one is not None for one in done] == [True, False, False, False, False, False]
