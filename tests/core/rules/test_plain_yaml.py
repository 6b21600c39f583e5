"""What is read without the YAML library is what the library reads, to the line and column."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flightrules.errors import RulebookError
from flightrules.rules.node import Mapping, Origin, Sequence, Text
from flightrules.rules.plain_yaml import plain_tree
from flightrules.rules.strict_yaml import _Builder, load

PROFILES = sorted((Path(__file__).resolve().parents[3] / "src/flightrules/rules/profiles").glob("*.yml"))
VALUES = """v|"q"|'s'|[a, b]|{a: 1, b: [c]}|v # c|v#c|- x|>= 3|<= 97%|a: b|# c|-1|- |x  |{a: }|{a: b,}|[a,b]|[a , b ]
{ a: b }|[ ]|{}|{a: "x"}|{a:  b}|{"a": b}|[a: b]|[a b, c:d]|[http://x.y/z, 1:2]|{a: b:c}|'it''s'|"a\\nb"|&a v|*a|!t v|| |>
|~|null|%|@|a, b|[a, [b, {c: d}]]|[a#b, c]|{a: b} # c|{a: b} c|"q" x|?|? x|:|a:|-|--- |<<|é ≥ ü|\t|a\tb|\xa0|[a""".replace(
    "\n", "|"
).split("|")
KEYS = [
    "",
    "a: ",
    "b: ",
    "c:",
    "x y: ",
    "x.y-z:  ",
    '"q": ',
    "- ",
    "- a: ",
    "- b:",
    "-  ",
    "<<: ",
    "? ",
    "é: ",
    "a : ",
    "1: ",
    "T+0: ",
]
FRAGMENTS = st.sampled_from(
    [*VALUES, *KEYS, " ", "\n", "\n  ", "\n- ", "#", "'", '"', "{", "}", "[", "]", ",", ":", "\r\n"]
)


def shown(node):
    if isinstance(node, Text):
        return ("text", node.line, node.column, node.value, node.style)
    if isinstance(node, Sequence):
        return ("list", node.line, node.column, [shown(item) for item in node.items])
    return (
        "mapping",
        node.line,
        node.column,
        [(shown(key), shown(value)) for key, value in node.entries.values()],
    )


def same(text):
    """Whether it was plain; where it was, the library must agree."""
    found = plain_tree(Origin("x", text))
    if found is not None:
        assert shown(found) == shown(_Builder(Origin("x", text)).build())
    return found is not None


@st.composite
def block_texts(draw):
    """Lines with a key or a dash and a value, at indentations that go up and down."""
    lines, indent = [], 0
    for at in range(draw(st.integers(1, 8))):
        indent = max(0, indent + draw(st.sampled_from([-4, -2, -1, 0, 0, 0, 1, 2, 2, 4]))) if at else 0
        key = draw(st.sampled_from([*KEYS[1:6], f"k{at}: ", f"k{at}: ", f"k{at}:", *KEYS]))
        lines.append(" " * indent + key + draw(st.sampled_from(["", "v", *VALUES])))
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n", "\n# end\n"]))


@given(block_texts())
@example("a: b\n c: d")
@example("a:\n- b\n- c: d\n  e: f\ng: h")
@example("a:\n  - b\n - c")
@example("a:\nb:\n  c:\nd:")
@example("a: b\n  continued")
@example("a: 'b'\n  'c'")
@example("a: [b,\n  c]")
def test_a_block_text_is_read_alike_or_left_to_the_library(text):
    same(text)


@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_any_text_is_read_alike_or_left_to_the_library(text):
    same(text)
    same(f"a: {text}")
    same(f"a:\n  b: [{text}]\nc: {{d: {text}}}")


@given(st.sampled_from(PROFILES), st.data())
def test_a_profile_with_a_slip_of_the_hand_is_read_alike_or_left_to_the_library(path, data):
    text = path.read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(FRAGMENTS) + text[at + data.draw(st.integers(0, 3)) :]
    same(text)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_the_shipped_profiles_are_plain(path):
    assert same(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "a: >-\n  folded",
        "a: &x b\nc: *x",
        "a: !!int 3",
        "a: b\na: c",
        "<<: {a: b}",
        "a: b\n---\nc: d",
        "%YAML 1.1\n---\na: b",
        "a: {b: c, b: d}",
        'a: "\\u0041"',
        "a: b\tc",
        "a: b\u2028c: d",
        "- a",
        "a",
        "",
        "a: [b",
        "'a': b",
        f"a: {'[' * 40}{']' * 40}",
        "".join(f"{' ' * depth}a:\n" for depth in range(40)),
        "a: " + "b" * 300_000,
    ],
)
def test_what_is_not_plain_is_left_to_the_library(text):
    assert plain_tree(Origin("x", text)) is None


def test_faults_are_still_the_librarys_words():
    with pytest.raises(RulebookError) as caught:
        load(b"a: b\na: c\n", "x.yml")
    assert (caught.value.code, caught.value.line) == ("E_DUPLICATE_KEY", 2)
    assert isinstance(load(b"a: b\n", "x.yml"), Mapping)
