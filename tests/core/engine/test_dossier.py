"""What changed between what was signed and what lies on the table."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.dossier import Difference, differences

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
