"""Strict YAML: texts stay texts, and whatever could mean two things is refused at its place."""

import pytest

from flightrules.errors import RulebookError
from flightrules.rules import strict_yaml
from flightrules.rules.node import Mapping, Text, to_plain
from flightrules.rules.strict_yaml import load


def read(text: str | bytes):
    return to_plain(load(text.encode() if isinstance(text, str) else text, "rules.yml"))


def refusal(text: str | bytes) -> RulebookError:
    with pytest.raises(RulebookError) as error:
        read(text)
    assert error.value.file == "rules.yml"
    assert error.value.hint or error.value.code == "E_EMPTY"
    return error.value


@pytest.mark.parametrize(
    "written",
    [
        "4.20",
        "no",
        "yes",
        "on",
        "0123",
        "1:30",
        "1e3",
        "0x1F",
        "2026-01-01",
        ".5",
        "1_000",
        "true",
        "=",
        "0o17",
        "+12e03",
    ],
)
def test_a_scalar_is_the_text_that_was_written(written):
    assert read(f"value: {written}\n") == {"value": written}


def test_keys_are_texts_too():
    assert read("on: {no: 1, 4.20: 2}") == {"on": {"no": "1", "4.20": "2"}}


def test_json_byte_order_mark_and_windows_line_ends_are_read():
    assert read(b'\xef\xbb\xbf{"a": ["b", 4.20]}\r\n') == {"a": ["b", "4.20"]}


def test_plain_aliases_are_written_out():
    assert read("a: &x [1, 2]\nb: *x\n") == {"a": ["1", "2"], "b": ["1", "2"]}


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "E_EMPTY", 1, 1),
        ("\n", "E_EMPTY", 1, 1),
        (" " * 1_000_000, "E_EMPTY", 1, 1),
        ("# only a comment\n", "E_EMPTY", 1, 1),
        (b"\xef\xbb\xbf", "E_EMPTY", 1, 1),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "E_BINARY", 1, 1),
        (b"%PDF-1.7\n", "E_BINARY", 1, 1),
        (b"\x7fELF\x02", "E_BINARY", 1, 1),
        (b"\0" * 1000, "E_BINARY", 1, 1),
        ("  <!DOCTYPE html><html></html>", "E_HTML_PAGE", 1, 1),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "E_LFS_POINTER", 1, 1),
        (b"a: 1\nb: \xc3\x28\n", "E_ENCODING", 2, 4),
        (b"\xc0\xaf", "E_ENCODING", 1, 1),
        ("a: 1".encode("utf-16"), "E_ENCODING", 1, 1),
        ("a: 1\n<<<<<<< ours\nb: 2\n", "E_MALFORMED", 2, 1),
        ("a: 1\n b: 2\n", "E_MALFORMED", 2, 3),
        ("\ta: 1\n", "E_MALFORMED", 1, 1),
        ("a: @b\n", "E_MALFORMED", 1, 4),
        ("a: [1, 2", "E_TRUNCATED", 1, 4),
        ("a: {b: 1", "E_TRUNCATED", 1, 4),
        ('a: "open', "E_TRUNCATED", 1, 4),
        ("a: 1\nb: 2\na: 3\n", "E_DUPLICATE_KEY", 3, 1),
        ("a: !!str 1\n", "E_TAG_FORBIDDEN", 1, 4),
        ("a: !own 1\n", "E_TAG_FORBIDDEN", 1, 4),
        ("a: ! 1\n", "E_TAG_FORBIDDEN", 1, 4),
        ('!!python/object/apply:os.system ["true"]', "E_TAG_FORBIDDEN", 1, 1),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", "E_TAG_FORBIDDEN", 1, 1),
        ("a: &a {t: 97}\nb: {<<: *a, t: 1}\n", "E_MERGE_FORBIDDEN", 2, 5),
        ("a: 1\n---\na: 2\n", "E_MULTI_DOC", 2, 1),
        ("a: *nothing\n", "E_REFERENCE", 1, 4),
        ("a: &a [1, *a]\n", "E_REFERENCE", 1, 11),
        ("? [a]\n: 1\n", "E_WRONG_TYPE", 1, 3),
        (": 1\n", "E_MALFORMED", 1, 1),
        ("[" * 10_000, "E_TOO_DEEP", 1, 33),
        ("a: \x07\n", "E_CONTROL_CHAR", 1, 4),
        ('a: "\\x07"\n', "E_CONTROL_CHAR", 1, 4),
        ("a: b\u202ec\n", "E_CONTROL_CHAR", 1, 4),
        ("a: b\u200bc\n", "E_CONTROL_CHAR", 1, 4),
    ],
)
def test_what_could_mean_two_things_is_refused_at_its_place(text, code, line, column):
    error = refusal(text)
    assert (error.code, error.line, error.column) == (code, line, column)


def test_deep_block_nesting_is_refused_without_recursion():
    assert refusal("\n".join(" " * depth + "a:" for depth in range(2000))).code == "E_TOO_DEEP"


def test_more_aliases_than_the_limit_are_refused():
    many = "a: &x 1\nb: [" + ", ".join(["*x"] * (strict_yaml.ALIAS_LIMIT + 1)) + "]\n"
    assert refusal(many).code == "E_ALIAS_LIMIT"


def test_aliases_of_aliases_stop_at_the_size_that_they_would_grow_to():
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 7)]
    assert refusal("\n".join(bomb)).code in {"E_TOO_MANY_ITEMS", "E_ALIAS_LIMIT"}


def test_more_values_than_the_limit_are_refused():
    assert refusal("- a\n" * (strict_yaml.NODE_LIMIT + 1)).code == "E_TOO_MANY_ITEMS"


def test_more_bytes_than_the_limit_are_refused():
    assert refusal(b"#" * ((4 << 20) + 1)).code == "E_TOO_LARGE"


@pytest.mark.parametrize(
    ("text", "word", "line", "column"),
    [
        ("a: one two three\n", "two", 1, 8),
        ("a: one\n  two three\n", "three", 2, 7),
        ('a: "one two"\n', "two", 1, 9),
        ("a: >\n  one\n  two\n", "two", 3, 3),
    ],
)
def test_the_place_of_a_word_is_found_in_every_style(text, word, line, column):
    node = load(text.encode(), "rules.yml")
    assert isinstance(node, Mapping)
    value = node.get("a")
    assert isinstance(value, Text)
    assert value.position_of(value.value.index(word)) == (line, column)
