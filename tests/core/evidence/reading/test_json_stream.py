"""A streamed document says what the whole document says, wherever the window's end cuts it."""

import gc
import json
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence.reading import json_stream
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.json_stream import fields, plain, stream
from flightrules.evidence.source import Source

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(float)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
layouts = st.sampled_from([None, 0, 1, "\t"])


def collected(document, path, chunk=1 << 18):
    found = []
    data = document if isinstance(document, bytes) else document.encode()
    before, json_stream._CHUNK = json_stream._CHUNK, chunk
    try:
        rest = stream(Source.of(data, "big.json"), {path: found.append})
    finally:
        json_stream._CHUNK = before
    return [plain(item, "an item", "big.json") for item in found], rest


@given(st.lists(values, max_size=6), values, st.integers(1, 40), layouts, st.booleans())
def test_items_and_rest_are_those_of_the_whole_document(items, other, chunk, indent, ascii_only):
    document = json.dumps(
        {"before": other, "issues": items, "after": other}, indent=indent, ensure_ascii=ascii_only
    )

    found, rest = collected(document, "issues", chunk)

    whole = decode(Source.of(document.encode()))
    assert found == whole["issues"]
    assert rest == {**whole, "issues": []}


@given(st.lists(st.lists(values, max_size=3), max_size=3), st.integers(1, 40), layouts)
def test_arrays_inside_the_items_of_arrays_are_found(runs, chunk, indent):
    document = json.dumps({"runs": [{"tool": 1, "results": run} for run in runs]}, indent=indent)

    found, rest = collected(document, "runs[].results", chunk)

    assert found == [item for run in decode(Source.of(document.encode()))["runs"] for item in run["results"]]
    assert rest == {"runs": [{"tool": 1, "results": []} for _ in runs]}


@given(values, st.integers(1, 12), st.data())
def test_a_document_cut_anywhere_is_truncated_and_never_shorter(value, chunk, data):
    document = json.dumps({"issues": [value, value]}, ensure_ascii=False).encode()
    cut = document[: data.draw(st.integers(1, len(document) - 1))]

    with pytest.raises(EvidenceError) as refusal:
        collected(cut, "issues", chunk)

    assert refusal.value.code == "E_TRUNCATED"


def test_a_document_that_is_an_array_streams_its_items():
    assert collected('[{"a": 1}, 2.50]', "[]") == ([{"a": 1}, Decimal("2.50")], [])


def test_an_array_in_the_items_of_the_top_array():
    assert collected('[{"results": [1, 2]}, {"results": null}]', "[].results") == (
        [1, 2],
        [{"results": []}, {"results": None}],
    )


def test_what_is_no_array_is_left_for_the_format_to_judge():
    assert collected('{"issues": null}', "issues") == ([], {"issues": None})
    assert collected('{"issues": {"a": 1}}', "issues") == ([], {"issues": {"a": 1}})
    assert collected('{"runs": 3}', "runs[].results") == ([], {"runs": 3})
    assert collected("7", "runs[].results") == ([], 7)


def test_numbers_are_exact_and_whole_even_where_a_window_ends():
    for chunk in range(1, 24):
        found, _ = collected('{"issues":[123456789012345678, -1.25e-3 ,0.1,7]}', "issues", chunk)
        assert found == [123456789012345678, Decimal("-0.00125"), Decimal("0.1"), 7]


def test_a_byte_order_mark_is_tolerated():
    assert collected(b"\xef\xbb\xbf[1]", "[]") == ([1], [])


def test_a_callback_may_learn_what_stands_around_its_items():
    class Results:
        def __init__(self):
            self.around, self.seen = [], []

        def enter(self, around):
            self.around.append(around)
            self.seen.append(sorted(around))

        def __call__(self, item):
            pass

    results = Results()
    rest = stream(Source.of(b'{"runs":[{"tool":1,"results":[2],"after":3}]}'), {"runs[].results": results})

    assert results.seen == [["results", "tool"]]
    assert results.around[0] is rest["runs"][0]
    assert results.around[0] == {"tool": 1, "results": [], "after": 3}


BAD = {
    "empty": ("", "E_EMPTY"),
    "only white space": (" \n\t", "E_EMPTY"),
    "cut": ('{"issues":[1,', "E_TRUNCATED"),
    "cut in a string": ('{"issues":["abc', "E_TRUNCATED"),
    "cut in a literal": ('{"issues":[tru', "E_TRUNCATED"),
    "cut after a key": ('{"issues"', "E_TRUNCATED"),
    "trailing comma": ('{"issues":[1,]}', "E_MALFORMED"),
    "trailing comma in an object": ('{"issues":[1],}', "E_MALFORMED"),
    "comment": ('{"issues":[1/*x*/]}', "E_MALFORMED"),
    "missing comma": ('{"issues":[1 2]}', "E_MALFORMED"),
    "missing colon": ('{"issues" [1]}', "E_MALFORMED"),
    "single quotes": ("{'issues':[1]}", "E_MALFORMED"),
    "bare word": ('{"issues":[x]}', "E_MALFORMED"),
    "raw control character": ('{"issues":["a\nb"]}', "E_MALFORMED"),
    "leading zero": ('{"issues":[01]}', "E_MALFORMED"),
    "two documents": ('{"issues":[]}{"issues":[]}', "E_MALFORMED"),
    "lines": ('{"issues":[]}\n{"issues":[]}\n', "E_MALFORMED"),
    "rubbish behind": ('{"issues":[]} x', "E_MALFORMED"),
    "duplicate key above": ('{"issues":[1],"issues":[]}', "E_DUPLICATE_KEY"),
    "duplicate key beside": ('{"x":{"a":1,"a":2},"issues":[]}', "E_DUPLICATE_KEY"),
    "duplicate key in an item": ('{"issues":[{"a":1,"a":2}]}', "E_DUPLICATE_KEY"),
    "NaN": ('{"issues":[NaN]}', "E_NONFINITE"),
    "minus infinity": ('{"issues":[{"a":-Infinity}]}', "E_NONFINITE"),
    "beyond range": ('{"issues":[1e999]}', "E_NONFINITE"),
    "NUL": ('{"issues":["a\\u0000b"]}', "E_CONTROL_CHAR"),
    "NUL in a key": ('{"issues":[{"a\\u0000b":1}]}', "E_CONTROL_CHAR"),
    "lone surrogate": ('{"issues":["\\ud800"]}', "E_ENCODING"),
    "lone low surrogate": ('{"issues":["\\\\ud83d\\ude00"]}', "E_ENCODING"),
    "lone surrogate outside": ('{"x":"\\uDC00","issues":[]}', "E_ENCODING"),
    "digits without end": ('{"issues":[' + "1" * 5000 + "]}", "E_NUMBER"),
    "deep": ("[" * 100_000, "E_TOO_DEEP"),
    "deep objects": ('{"issues":[' + '{"a":' * 100_000, "E_TOO_DEEP"),
    "long string": ('{"issues":["' + "a" * (9 << 20) + '"]}', "E_FIELD_TOO_LONG"),
    "long string elsewhere": ('{"x":"' + "a" * (9 << 20) + '","issues":[]}', "E_FIELD_TOO_LONG"),
    "many items": ("[" + "0," * 2_000_001 + "0]", "E_TOO_MANY_ITEMS"),
    "many items elsewhere": ('{"x":[' + "0," * 2_000_001 + "0]}", "E_TOO_MANY_ITEMS"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_refused_by_its_class(name):
    document, code = BAD[name]
    for path in ("issues", "[]", "runs[].results"):
        with pytest.raises(EvidenceError) as refusal:
            collected(document, path)
        assert refusal.value.code == code


def test_escaped_text_that_only_looks_wrong_is_read():
    document = '{"issues":["\\\\u0000 \\\\ud800 \\ud83d\\ude00"]}'
    for chunk in range(1, 30):
        assert collected(document, "issues", chunk)[0] == ["\\u0000 \\ud800 \U0001f600"]


def test_a_fault_has_its_line_and_column_wherever_the_window_stands():
    document = '{\n "issues": [\n' + '  {"a": 1},\n' * 5000 + "  {x}\n]}"
    for chunk in (3, 1000, 1 << 18):
        with pytest.raises(EvidenceError) as refusal:
            collected(document, "issues", chunk)
        assert (refusal.value.code, refusal.value.line, refusal.value.column) == ("E_MALFORMED", 5003, 4)


def test_other_encodings_are_refused():
    for data, code in (
        (b"[\xc3\x28]", "E_ENCODING"),
        ("[1]".encode("utf-16"), "E_ENCODING"),
        (b'["\xc3', "E_TRUNCATED"),
    ):
        with pytest.raises(EvidenceError) as refusal:
            collected(data, "[]")
        assert refusal.value.code == code


def test_many_large_items_do_not_pile_up_in_the_window():
    item = '"' + "x" * (3 << 20) + '"'
    document = "[" + ",".join([item] * 24) + "]"
    sizes = []
    stream(Source.of(document.encode()), {"[]": lambda text: sizes.append(len(text))})
    assert sizes == [3 << 20] * 24


def test_the_cycle_collector_is_left_as_it_was():
    assert gc.isenabled()
    with pytest.raises(EvidenceError):
        collected("[", "[]")
    assert gc.isenabled()


def test_fields_tells_objects_from_other_things():
    assert fields((), "x", "f") == {}
    assert fields((("a", 1),), "x", "f") == {"a": 1}
    assert fields({"a": 1}, "x", "f") == {"a": 1}
    for wrong, code in (
        ([], "E_WRONG_TYPE"),
        ("a", "E_WRONG_TYPE"),
        (None, "E_MISSING_FIELD"),
        ((("a", 1), ("a", 1)), "E_DUPLICATE_KEY"),
    ):
        with pytest.raises(EvidenceError) as refusal:
            fields(wrong, "x", "f")
        assert refusal.value.code == code


def test_no_mutation_of_a_document_lets_another_error_out():
    rng = random.Random(7)
    document = json.dumps({"runs": [{"results": [{"a": [1, 2.5, "é\\", None]}] * 3}]}, indent=1).encode()
    refused = 0
    for _ in range(3000):
        data = bytearray(document)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            collected(bytes(data), "runs[].results", rng.choice([1, 5, 64]))
        except EvidenceError:
            refused += 1
    assert 1000 < refused < 3000
