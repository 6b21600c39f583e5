"""What changed between what was signed and what lies on the table."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.dossier import PARTS, Difference, differences

DOSSIER = {
    "v": 1,
    "kind": "flightrules-dossier",
    "release": {"version": "4.3.0", "track": "standard", "touches": ["payment"]},
    "target": {"environment": "prod", "opens_at": "2026-12-01T08:00:00Z"},
    "rulebook": {"edition": 1, "sha256": "aa"},
    "artefacts": [{"name": "shop.tar.gz", "sha256": "bb"}],
    "gates": [{"gate": "exit", "outcome": "GO", "statuses": {"pass-rate": "PASS"}}],
    "evidence": [{"method": "CI", "name": "junit.xml", "part": "evidence", "sha256": "cc"}],
    "waivers": [],
    "acceptances": [],
    "defects": [{"number": "PROJ-1", "severity": "P3", "state": "open"}],
}


def changed(path: str, value) -> dict:
    made = copy.deepcopy(DOSSIER)
    *way, last = path.split("/")
    inner = made
    for name in way:
        inner = inner[int(name)] if name.isdigit() else inner[name]
    inner[int(last) if last.isdigit() else last] = value
    return made


def test_the_same_dossier_has_no_differences():
    assert differences(DOSSIER, copy.deepcopy(DOSSIER)) == ()


CHANGES = [
    ("target/environment", "uat", Difference("target", "environment", "prod", "uat")),
    ("rulebook/edition", 2, Difference("rulebook", "edition", "1", "2")),
    ("artefacts/0/sha256", "dd", Difference("artefacts", "shop.tar.gz sha256", "bb", "dd")),
    (
        "gates/0/statuses/pass-rate",
        "FAIL",
        Difference("gates", "exit statuses pass-rate", "PASS", "FAIL"),
    ),
    ("defects/0/severity", "P1", Difference("defects", "PROJ-1 severity", "P3", "P1")),
    ("release/touches", [], Difference("release", "touches", "payment", "nothing")),
    ("v", 2, Difference("v", "v", "1", "2")),
    ("v", True, Difference("v", "v", "1", "yes")),
    ("v", False, Difference("v", "v", "1", "no")),
]


@pytest.mark.parametrize(
    ("path", "value", "expected"), CHANGES, ids=[f"{row[0]}={row[1]}" for row in CHANGES]
)
def test_one_change_is_one_difference_in_words(path, value, expected):
    assert differences(DOSSIER, changed(path, value)) == (expected,)


def test_a_row_that_came_and_one_that_went_are_named():
    more = changed("defects", [{"number": "PROJ-2", "severity": "P1"}])
    came, went = sorted(differences(DOSSIER, more), key=lambda one: one.what, reverse=True)
    assert (came.what, came.was, came.now) == ("PROJ-2", "nothing", "number PROJ-2, severity P1")
    assert (went.what, went.now) == ("PROJ-1", "nothing")
    assert str(came).startswith("defects: PROJ-2 was nothing, is number")


def test_the_order_of_rows_is_no_difference_and_a_doubled_row_is():
    two = [{"name": "a", "sha256": "1"}, {"name": "b", "sha256": "2"}]
    then, now = changed("artefacts", two), changed("artefacts", two[::-1])
    assert differences(then, now) == ()
    assert differences(then, changed("artefacts", [*two, two[0]])) != ()


def test_a_part_that_vanished_or_that_nobody_knows_is_a_difference():
    without = {name: part for name, part in DOSSIER.items() if name != "target"}
    assert [one.part for one in differences(DOSSIER, without)] == ["target"]
    assert [one.part for one in differences(DOSSIER, {**DOSSIER, "x": 1})] == ["x"]


def test_rows_that_are_no_rows_are_compared_as_they_are():
    assert differences(DOSSIER, changed("artefacts", "none")) != ()
    assert differences(changed("artefacts", ["a"]), changed("artefacts", ["a"])) == ()


plain = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "x"]), inner, max_size=2)
    ),
    max_leaves=6,
)
dossiers = st.dictionaries(st.sampled_from(["release", "artefacts", "gates", "other"]), plain, max_size=4)


def _canonical(value) -> str:
    if isinstance(value, dict):
        return f"rows {sorted((name, _canonical(one)) for name, one in value.items())}"
    return repr(value)


@given(dossiers, dossiers)
def test_whatever_differs_beyond_order_and_absence_is_told(then, now):
    told = differences(then, now)
    if _canonical(then) == _canonical(now):
        assert told == ()
    if not told:
        assert _loose(then) == _loose(now)


def _loose(value):
    """A value without what is no difference: order of named rows, and an absent member beside None."""
    if isinstance(value, dict):
        return {name: _loose(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return sorted(repr(_loose(one)) for one in value)
    return repr(value)


# --- what names a row, in which order, and edges that a small mistake would move

NAMED_BY = [
    ("artefacts", {"name": "image"}),
    ("gates", {"gate": "exit"}),
    ("evidence", {"method": "CI", "name": "a.xml", "part": "evidence"}),
    ("waivers", {"key": "w-1"}),
    ("acceptances", {"key": "a-1"}),
    ("defects", {"number": "PROJ-1"}),
    ("checklists", {"checklist": "ours", "place": 3}),
]


def told(then, now):
    return [(one.part, one.what, one.was, one.now) for one in differences(then, now)]


def test_the_parts_are_these_in_this_order():
    assert ("release", "target", "rulebook", *(part for part, _ in NAMED_BY)) == PARTS
    then = dict.fromkeys((*PARTS, *"zyxwvutsrqponml"), 1)
    order = [one.part for one in differences(then, {})]
    assert order == [*PARTS, *sorted("zyxwvutsrqponml")]


@pytest.mark.parametrize(("part", "names"), NAMED_BY)
def test_a_row_is_named_by_all_of_its_names_and_nothing_else(part, names):
    rows = [{**names, "x": 1}, *({**names, name: "other", "x": 1} for name in names)]
    changed = [{**rows[0], "x": 2}, *rows[1:]]
    where = " ".join(map(str, names.values()))
    assert told({part: rows}, {part: changed[::-1]}) == [(part, f"{where} x", "1", "2")]


def test_rows_that_have_no_name_are_compared_as_they_are():
    rows = [{"name": "image"}]
    assert told({"artefacts": rows}, {"artefacts": "gone"}) == [
        ("artefacts", "artefacts", "name image", "gone")
    ]
    assert told({"artefacts": "gone"}, {"artefacts": rows}) == [
        ("artefacts", "artefacts", "gone", "name image")
    ]
    assert told({"artefacts": [*rows, 3]}, {"artefacts": rows}) == [
        ("artefacts", "artefacts", "name image, 3", "name image")
    ]
    assert told({"artefacts": [{"x": 1}]}, {"artefacts": [{"x": 2}]}) == [("artefacts", "x", "1", "2")]


def test_what_differs_within_a_part_is_told_in_one_order():
    then = {f"fact-{number:02}": number for number in range(20)}
    assert [one.what for one in differences({"release": then}, {"release": {}})] == sorted(then)
    assert told({"release": {"x": [then]}}, {"release": {"x": {}}})[0][2] == ", ".join(
        f"fact-{number:02} {number}" for number in range(20)
    )
    backwards = dict(reversed(then.items()))
    assert told({"release": {"x": backwards}}, {"release": {"x": 1}})[0][2].startswith("fact-00 0, fact-01 1")


@pytest.mark.parametrize("empty", ["", [], {}, None])
def test_nothing_has_one_word(empty):
    assert told({"release": {"x": empty}}, {"release": {"x": 1}}) == [("release", "x", "nothing", "1")]
