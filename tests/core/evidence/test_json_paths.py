"""What the beginning of a JSON document tells: where its keys stand, and the first values there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence.json_paths import JsonPaths


def test_keys_are_found_with_the_first_value_of_each():
    found = JsonPaths('{"runs": [{"tool": "a"}, {"tool": "b", "n": 1}], "v": null}', "x")

    assert found.paths == {"runs", "runs[]", "runs[].tool", "runs[].n", "v"}
    assert found.values == {"runs[].tool": "a", "runs[].n": "1", "v": "null"}
    assert found.ended_at == 59


def test_the_end_of_the_first_document_is_the_end():
    found = JsonPaths('{"a": 1}\n{"b": 2}', "x")

    assert (found.paths, found.ended_at) == ({"a"}, 8)


@pytest.mark.parametrize("end", ["", "\\", '\\"', "\\\\\\"])
def test_a_string_that_is_cut_tells_nothing_of_what_is_in_it(end):
    found = JsonPaths('{"a": 1, "text": "{\\"bait\\": [' + end, "x")

    assert found.paths == {"a", "text"}
    assert found.ended_at is None


def test_half_a_megabyte_of_escaped_quotes_is_looked_at_once():
    found = JsonPaths('{"log": "' + 250_000 * '\\"', "x")

    assert found.paths == {"log"}


def test_nesting_without_end_is_refused():
    with pytest.raises(EvidenceError) as refusal:
        JsonPaths(600 * "[", "x")

    assert refusal.value.code == "E_TOO_DEEP"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(texts, values), st.sampled_from([None, 1]), st.booleans())
def test_the_keys_of_the_document_are_among_the_paths(document, indent, ascii_only):
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)

    found = JsonPaths(text, "x")

    assert found.ended_at == len(text)
    assert {json.dumps(key, ensure_ascii=ascii_only)[1:-1] for key in document} <= found.paths


@given(st.text('{}[]":,\\ a1'), st.text('{}[]":,\\ a1'))
def test_any_text_is_walked_to_its_end(begin, end):
    found = JsonPaths(begin + end, "x")

    assert found.ended_at is None or 0 < found.ended_at <= len(begin + end)
