"""Items taken by their shape say what the decoded items say, and no fault passes unseen."""

import json
from contextlib import contextmanager
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence.reading import json_shapes, json_stream
from flightrules.evidence.reading.json_shapes import Shapes, Told, decoded
from flightrules.evidence.reading.json_stream import fields, plain, stream
from flightrules.evidence.source import Source

WANTED = {
    ("id",): "some",
    ("name",): "any",
    ("place", "file"): "text",
    ("place", "line"): "whole",
    ("tags", "[0]", "name"): "any",
    ("more",): "any",
}
_SETTINGS = ("_FEWEST", "_SHARE", "_MOST", "_AGAIN", "_EACH")
NEVER = (10**9, 1, 1, 1, 1)


def after(items):
    """A shape as soon as so many items were seen, however short the document."""
    return 0, 1, items, 1, 1


@contextmanager
def learning(values, chunk=1 << 18):
    before = [getattr(json_shapes, name) for name in _SETTINGS], json_stream._CHUNK
    for name, value in zip(_SETTINGS, values, strict=True):
        setattr(json_shapes, name, value)
    json_stream._CHUNK = chunk
    try:
        yield
    finally:
        json_stream._CHUNK = before[1]
        for name, value in zip(_SETTINGS, before[0], strict=True):
            setattr(json_shapes, name, value)


class Items:
    """Collects what is wanted, whichever way it comes."""

    wanted = WANTED

    def __init__(self, *, enough=True):
        self.rows, self.whole, self.enough = [], 0, enough

    def take(self, columns):
        if self.enough:
            assert all(file != '""' and file.startswith('"') for file in columns[2])
            self.rows += [tuple(map(thawed, map(decoded, row))) for row in zip(*columns, strict=True)]
        return self.enough

    def __call__(self, item):
        self.whole += 1
        found = plain(item, "an item", "x")
        found = found if isinstance(found, dict) else {}
        place = found.get("place") if isinstance(found.get("place"), dict) else {}
        tags = found.get("tags") if isinstance(found.get("tags"), list) else []
        first = tags[0] if tags and isinstance(tags[0], dict) else {}
        row = (found.get("id"), found.get("name"), place.get("file"), place.get("line"), first.get("name"))
        self.rows.append((*row, found.get("more")))


def thawed(value):
    return plain(value, "a value", "x")


def told(document, settings=(0, 1, 1, 1, 1), chunk=1 << 18, *, enough=True):
    """What comes of a document: the rows, or the refusal; and how many items came whole."""
    items = Items(enough=enough)
    with learning(settings, chunk):
        try:
            stream(
                Source.of(document if isinstance(document, bytes) else document.encode()), {"items": items}
            )
        except EvidenceError as error:
            return (error.code, error.message, error.line, error.column), items.whole
    return items.rows, items.whole


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
numbers = st.integers(-3, 12) | st.integers() | st.sampled_from([0.5, -1.25, 1e-7, 1e300])
scalars = st.none() | st.booleans() | numbers | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
alike = st.fixed_dictionaries(
    {
        "id": st.integers(0, 3) | texts,
        "place": st.fixed_dictionaries({"file": texts}, optional={"line": numbers}),
    },
    optional={
        "name": texts | st.none(),
        "tags": st.lists(st.fixed_dictionaries({}, optional={"name": texts, "at": numbers}), max_size=3),
        "unread": st.lists(scalars, max_size=3),
        "more": anything,
    },
)
layouts = st.sampled_from([(None, None), (None, (",", ":")), (0, None), (1, None), ("\t", (" ,", " : "))])


@st.composite
def documents(draw, item=alike):
    indent, separators = draw(layouts)
    document = {"before": 1, "items": draw(st.lists(item, max_size=12)), "after": 2}
    return json.dumps(document, indent=indent, separators=separators, ensure_ascii=draw(st.booleans()))


few = st.integers(1, 6)


@given(documents(), few, st.integers(1, 60) | st.just(1 << 18))
def test_every_item_says_the_same_whether_it_comes_whole_or_by_its_shape(document, learned, chunk):
    rows, _ = told(document, after(learned), chunk)

    assert rows == told(document, NEVER)[0]


@given(documents(alike | anything), few)
def test_items_that_are_unlike_come_whole(document, learned):
    assert told(document, after(learned))[0] == told(document, NEVER)[0]


@given(documents(), few, st.data())
def test_a_fault_anywhere_is_refused_in_the_same_words_at_the_same_place(document, learned, data):
    raw = bytearray(document.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        new = data.draw(
            st.sampled_from([b"", b'"', b"\\", b",", b"}", b"0", b"-", b"\x01", b"\xff", b"null", b":"])
        )
        raw[at : at + data.draw(st.integers(0, 2))] = new

    assert told(bytes(raw), after(learned))[0] == told(bytes(raw), NEVER)[0]


def regular(number, **more):
    return {
        "id": number,
        "place": {"file": f"a{number}.py", "line": number + 1},
        "unread": {"a": 1, "b": [1]},
        **more,
    }


def of(*items):
    return json.dumps({"items": list(items)})


def test_most_items_of_a_regular_document_come_by_their_shape():
    rows, whole = told(of(*map(regular, range(500))), (200, 32, 48, 128, 4))

    assert [row[0] for row in rows] == list(range(500))
    assert whole < 30


def test_a_short_document_is_not_worth_a_shape():
    assert told(of(*map(regular, range(50))), (200, 32, 48, 128, 4))[1] == 50


def test_an_unlike_item_amid_the_others_keeps_its_place():
    items = [regular(number) for number in range(9)]
    items[4] = {"place": {"line": None, "file": "other"}, "new": 1, "id": [4]}

    rows, whole = told(of(*items), (0, 1, 2, 100, 1))

    assert rows == told(of(*items), NEVER)[0]
    assert [row[0] for row in rows] == [0, 1, 2, 3, [4], 5, 6, 7, 8]
    assert whole == 5, "two to learn from, the unlike one, and two at the end of the text"


def test_who_has_not_enough_of_the_texts_gets_all_items_whole_and_none_twice():
    items = [regular(number) for number in range(9)]

    rows, whole = told(of(*items), enough=False)

    assert [row[0] for row in rows] == list(range(9))
    assert whole == 9


@pytest.mark.parametrize(
    ("unread", "code"),
    [
        ('{"a": 1, "b": [01]}', "E_MALFORMED"),
        ('{"a": 1, "b": [1.]}', "E_MALFORMED"),
        ('{"a": 1, "b": [1,]}', "E_MALFORMED"),
        ('{"a": 1, "b": [1],}', "E_MALFORMED"),
        ('{"a": 1 "b": [1]}', "E_MALFORMED"),
        ('{"a": NaN, "b": [1]}', "E_NONFINITE"),
        ('{"a": 1e999, "b": [1]}', "E_NONFINITE"),
        ('{"a": ' + 5000 * "9" + ', "b": [1]}', "E_NUMBER"),
        ('{"a": "\\q", "b": [1]}', "E_MALFORMED"),
        ('{"a": "\\u12G4", "b": [1]}', "E_MALFORMED"),
        ('{"a": "x\ty", "b": [1]}', "E_MALFORMED"),
        ('{"a": "\\u0000", "b": [1]}', "E_CONTROL_CHAR"),
        ('{"a": "\\ud800", "b": [1]}', "E_ENCODING"),
    ],
)
@pytest.mark.parametrize("sample", ["1", '"x"', '"\\n"', '"\\u2028"', "1.5", "-1"])
def test_what_nobody_reads_is_held_to_json_all_the_same(unread, code, sample):
    items = [json.dumps(regular(number)).replace('{"a": 1', '{"a": ' + sample) for number in range(6)]
    items[3] = json.dumps(regular(3)).replace('{"a": 1, "b": [1]}', unread)

    found, _ = told('{"items": [' + ", ".join(items) + "]}", (0, 1, 2, 100, 1))

    assert found[0] == code


def test_no_shape_takes_an_object_that_holds_a_key_twice():
    class Strict(Items):
        def __call__(self, item):
            fields(dict(fields(item, "an item", "x"))["unread"], "unread", "x")
            super().__call__(item)

    items = [json.dumps(regular(number)) for number in range(6)]
    items[3] = items[3].replace('{"a": 1', '{"a": 1, "a": 1')
    document = '{"items": [' + ", ".join(items) + "]}"

    with learning((0, 1, 2, 100, 1)), pytest.raises(EvidenceError) as refusal:
        stream(Source.of(document.encode()), {"items": Strict()})

    assert refusal.value.code == "E_DUPLICATE_KEY"


def test_keys_in_another_order_are_unlike_and_nothing_is_lost():
    items = [regular(1), dict(reversed(regular(2).items())), regular(3), dict(reversed(regular(4).items()))]

    assert [row[0] for row in told(of(*items), (0, 1, 1, 100, 1))[0]] == [1, 2, 3, 4]


def test_slashes_that_php_escapes_are_no_reason_to_decode():
    items = [regular(number, name="a/b") for number in range(100)]

    rows, whole = told(of(*items).replace("/", "\\/"), (0, 1, 2, 100, 1))

    assert {row[1] for row in rows} == {"a/b"}
    assert whole < 5


def test_objects_that_are_maps_of_anything_stay_with_the_decoder():
    items = [regular(number, more={f"key {number} {n}": n for n in range(30)}) for number in range(40)]

    assert told(of(*items))[0] == told(of(*items), NEVER)[0]


def test_an_item_nested_deeper_than_any_shape_is_decoded():
    deep = json.loads(40 * "[" + 40 * "]")
    items = [regular(number, more=deep) for number in range(6)]

    assert told(of(*items)) == (told(of(*items), NEVER)[0], 6)


def test_a_path_through_something_else_than_its_container_is_never_a_match():
    for place in (
        "x",
        1,
        None,
        [],
        {},
        [{"file": "a"}],
        {"file": ""},
        {"file": None},
        {"file": "a", "line": 1.0},
    ):
        items = [regular(0), regular(1), {**regular(2), "place": place}, regular(3)]
        assert told(of(*items))[0] == told(of(*items), NEVER)[0]


def test_texts_are_decoded_as_the_stream_decodes_them():
    assert decoded(None) is None
    assert decoded('"a\\n"') == "a\n"
    assert decoded('{"a": [1.50, {}]}') == (("a", [Decimal("1.50"), ()]),)
    assert decoded("null") is None


def test_what_was_understood_is_remembered_until_there_is_no_room(monkeypatch):
    monkeypatch.setattr(json_shapes, "_TOLD", 2)
    asked = []
    memory = Told(lambda raw: asked.append(raw) or raw)

    for raw in ("a", "a", "b", "c", "c", "x" * 5000, ("a", None), None):
        memory[raw]

    assert asked == ["a", "b", "c", "c", "x" * 5000, ("a", None), None]
    assert len(memory) == 2


def test_a_shape_too_long_to_compile_is_not_made():
    items = [
        regular(number, more={f"key {n}": {f"inner {m}": m for m in range(40)} for n in range(40)})
        for number in range(6)
    ]

    assert told(of(*items))[1] == 6


def test_a_document_that_changes_gets_another_shape():
    first, then = (
        [regular(number) for number in range(40)],
        [regular(number, name="n") for number in range(160)],
    )

    rows, whole = told(of(*first, *then), (0, 1, 4, 8, 5))

    assert len(rows) == 200
    assert whole < 20


def test_shapes_that_nothing_was_wanted_of_are_not_made():
    shapes = Shapes({}, 10**9)
    for number in range(100):
        shapes.learn((("id", number),), f'{{"id": {number}}}')
    assert shapes.shape is not None, "it takes items, and says nothing of them"
