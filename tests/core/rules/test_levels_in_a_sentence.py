"""Severities and impacts: a level and all worse ones, words of an own scheme, and none that means nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import RulebookError
from flightrules.rules.grammar import parse
from flightrules.rules.levels import DEFECT_LEVELS, FINDING_LEVELS, IMPACTS, impacts, severities
from flightrules.rules.render import render
from flightrules.rules.severity_policy import shipped_policy

SAME = [
    ("No findings of severity HIGH or above", "No findings of severity CRITICAL or HIGH"),
    ("No NEW findings of severity medium and higher", "No NEW findings of severity CRITICAL, HIGH or MEDIUM"),
    ("No open defects of severity P2 or worse", "No open P1 or P2 defects"),
    ("P3 or higher defects open <= 4", "Open P1/P2/P3 defects <= 4"),
    (
        "No serious or critical accessibility violations",
        "Accessibility violations of impact critical/serious = 0",
    ),
    ("No WCAG 2.1 AA violations of impact serious or above", "No critical or serious WCAG 2.1 AA violations"),
    ("Error rate must stay below 1%", "Error rate < 1%"),
    ("Line coverage has to remain at least 80%", "Line coverage >= 80%"),
    ("Pass rate stays >= 97%", "Pass rate >= 97%"),
]


@pytest.mark.parametrize(("said", "plainly"), SAME, ids=[row[0] for row in SAME])
def test_a_level_and_every_worse_one_is_named_in_full(said, plainly):
    assert parse(said) == parse(plainly)
    assert parse(render(parse(said))) == parse(said)


def test_words_of_an_own_scheme_stay_and_are_written_where_they_can_be_read_back():
    found = parse("No open defects of severity amber or blocker measured by the tracker")
    assert found.selector("severity") == "amber|blocker"
    assert "of severity amber or blocker" in render(found)
    assert parse(render(found)) == found
    listed = parse("Every open defect has: owner of severity amber measured by the tracker")
    assert parse(render(listed)) == listed


@pytest.mark.parametrize(
    ("sentence", "hint"),
    [
        ("No open defects of severity amber or above measured by the tracker", "each level"),
        ("No findings of severity HGH measured by the scan", "'high'"),
        ("No accessibility violations of impact serous measured by axe", "'serious'"),
        ("No accessibility violations of impact high measured by axe", "level"),
        ("Pass rate of severity HIGH >= 80% measured by CI", "findings or defects"),
    ],
)
def test_a_level_that_means_nothing_is_refused(sentence, hint):
    with pytest.raises(RulebookError) as caught:
        parse(sentence)
    assert caught.value.code == "E_METRIC"
    assert hint in caught.value.hint


@given(st.sampled_from([FINDING_LEVELS, DEFECT_LEVELS]), st.data())
def test_or_above_never_leaves_a_worse_level_out(scale, data):
    least = data.draw(st.integers(0, len(scale) - 1))
    found = severities([scale[least], "above"]).lower().split("|")
    assert found == list(scale[: least + 1])


@given(st.permutations(IMPACTS), st.integers(1, len(IMPACTS)))
def test_impacts_stand_in_one_order(words, many):
    assert impacts(words[:many]).split("|") == [one for one in IMPACTS if one in words[:many]]


OTHER_WORDS = [
    ("S1", "P1"),
    ("Sev2", "P2"),
    ("Sev-3", "P3"),
    ("P0", "P1"),
    ("Prio4", "P4"),
    ("Blocker", "P1"),
]


@pytest.mark.parametrize(("word", "level"), OTHER_WORDS, ids=[row[0] for row in OTHER_WORDS])
def test_a_level_of_another_scheme_is_refused_with_the_one_that_is_meant(word, level):
    with pytest.raises(RulebookError) as refused:
        parse(f"{word} defects open = 0 measured by the tracker")
    assert refused.value.hint.startswith(f"did you mean {level!r}?")


@pytest.mark.parametrize("word", ["P5", "amber", "x1", "s12"])
def test_a_word_that_stands_for_no_level_is_not_guessed_at(word):
    assert shipped_policy().meant(word) == ""
    assert shipped_policy("critical-low").meant("sev 9") == ""
    with pytest.raises(RulebookError) as refused:
        parse(f"{word} defects open = 0 measured by the tracker")
    assert "'P" not in refused.value.hint
