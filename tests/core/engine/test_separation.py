"""Who may not be the same person as whom; and which voices count when several speak."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.separation import (
    DEFAULT_SEPARATIONS,
    Involved,
    Part,
    Separation,
    Violation,
    Voice,
    count_voices,
    separations_of,
    violations,
)
from flightrules.rules.authority import Apart, Authority

RITA, ALEX, TESS, DANA = "rita", "alex", "tess", "dana"

TABLE = [
    # what happened, who was involved, which rules are broken by whom
    ("nobody signed yet", Involved(requester=(RITA,)), ()),
    ("another person signs", Involved(requester=(RITA,), signers=(ALEX,)), ()),
    ("the requester signs", Involved(requester=(RITA,), signers=(RITA,)), (("self_approval", (RITA,)),)),
    (
        "the requester is one of two signers",
        Involved(requester=(RITA,), signers=(ALEX, RITA)),
        (("self_approval", (RITA,)),),
    ),
    (
        "an author signs",
        Involved(change_authors=(ALEX, TESS), signers=(TESS,)),
        (("author_is_signer", (TESS,)),),
    ),
    ("who attested signs", Involved(attestors=(TESS,), signers=(TESS,)), (("attestor_is_signer", (TESS,)),)),
    ("the only signer deploys", Involved(deployers=(DANA,), signers=(DANA,)), (("four_eyes", (DANA,)),)),
    ("one of two signers deploys", Involved(deployers=(DANA,), signers=(DANA, ALEX)), ()),
    (
        "two signers deploy together and nobody else signed",
        Involved(deployers=(DANA, ALEX), signers=(DANA, ALEX)),
        (("four_eyes", (ALEX, DANA)),),
    ),
    (
        "only the author tested",
        Involved(change_authors=(ALEX,), testers=(ALEX,)),
        (("author_is_tester", (ALEX,)),),
    ),
    ("the author tested with another", Involved(change_authors=(ALEX,), testers=(ALEX, TESS)), ()),
    ("one person signs twice", Involved(signers=(ALEX, ALEX)), (("distinct_persons_required", (ALEX,)),)),
    (
        "an author whom nobody knows is no proof of a second person",
        Involved(change_authors=("",), signers=(ALEX,)),
        (("author_is_signer", ("",)),),
    ),
    (
        "an unknown co-signer is no second pair of eyes",
        Involved(deployers=(DANA,), signers=(DANA, "")),
        (("four_eyes", ("", DANA)),),
    ),
    (
        "everything at once, in the order of the rules",
        Involved((RITA,), (RITA,), (RITA,), (RITA,), (RITA,), (RITA, RITA)),
        tuple((rule.name, (RITA,)) for rule in DEFAULT_SEPARATIONS)
        + (("distinct_persons_required", (RITA,)),),
    ),
]


@pytest.mark.parametrize(("story", "involved", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_broken_separations_are_named(story, involved, expected):
    assert tuple((one.name, one.persons) for one in violations(involved)) == expected


def test_a_rulebook_may_allow_repeats_of_one_person():
    assert violations(Involved(signers=(ALEX, ALEX)), distinct_people=False) == ()


def test_a_rule_that_only_flags_says_so():
    rule = Separation("attestor_is_signer", Part.ATTESTOR, Part.SIGNER, flagged=True)
    found = violations(Involved(attestors=(TESS,), signers=(TESS,)), [rule])
    assert found == (Violation("attestor_is_signer", (TESS,), flagged=True),)


def test_without_rules_only_distinct_people_are_asked_for():
    assert violations(Involved(requester=(RITA,), signers=(RITA,)), ()) == ()


people = st.lists(st.sampled_from([RITA, ALEX, TESS, DANA, ""]), max_size=4).map(tuple)
involved = st.builds(Involved, people, people, people, people, people, people)


@given(involved, st.sampled_from([rule for rule in DEFAULT_SEPARATIONS if not rule.only_sole]))
def test_nobody_who_has_both_parts_ever_escapes(parts, rule):
    both = set(parts.people(rule.first)) & set(parts.people(rule.second))
    broken = [one for one in violations(parts) if one.name == rule.name]
    assert bool(broken) >= bool(both)
    assert all(both <= set(one.persons) for one in broken)


@given(involved)
def test_the_order_of_people_does_not_matter(parts):
    turned = Involved(*(tuple(reversed(parts.people(part))) for part in Part))
    assert violations(parts) == violations(turned)


@given(involved)
def test_distinct_known_people_break_nothing(parts):
    apart = Involved(
        *(tuple(f"{part}-{i}" for i, _ in enumerate(parts.people(part))) for part in Part),
    )
    assert violations(apart) == ()


voices = st.lists(
    st.builds(
        Voice,
        st.sampled_from([RITA, ALEX, TESS, ""]),
        st.sampled_from(["qa-lead", "sponsor"]),
        st.sampled_from([RITA, ALEX, DANA]),
    ),
    max_size=8,
)


def test_delegator_and_delegate_share_one_voice():
    cto = Voice(DANA, "cto", DANA)
    delegate = Voice(ALEX, "cto", DANA)
    counted = count_voices([cto, delegate])
    assert counted.voices == (cto,)
    assert counted.refused == ((delegate, "duplicate_seat"),)


def test_one_person_in_two_seats_is_one_voice():
    first, second = Voice(ALEX, "qa-lead", ALEX), Voice(ALEX, "cto", DANA)
    assert count_voices([first, second]).refused == ((second, "duplicate_person"),)


def test_who_lends_one_seat_and_speaks_in_another_is_one_voice():
    own, lent = Voice(DANA, "qa-lead", DANA), Voice(ALEX, "cto", DANA, DANA)
    assert count_voices([own, lent]).refused == ((lent, "duplicate_person"),)
    assert count_voices([lent, own]).refused == ((own, "duplicate_person"),)
    assert count_voices([lent, Voice(RITA, "sponsor", DANA, DANA)]).voices == (lent,)


def test_somebody_unknown_has_no_voice():
    nobody = Voice("", "cto", DANA)
    assert count_voices([nobody]).refused == ((nobody, "unknown_person"),)


@given(voices)
def test_every_voice_is_counted_or_refused_and_no_person_or_seat_counts_twice(given_voices):
    counted = count_voices(given_voices)
    assert len(counted.voices) + len(counted.refused) == len(given_voices)
    assert len({voice.person for voice in counted.voices}) == len(counted.voices)
    assert len({(voice.role, voice.holder) for voice in counted.voices}) == len(counted.voices)


@given(voices, st.integers(0, 8))
def test_a_later_voice_never_takes_an_earlier_one_away(given_voices, cut):
    before = count_voices(given_voices[:cut]).voices
    assert count_voices(given_voices).voices[: len(before)] == before


# --- words of the record, and edges that a small mistake would move


def test_the_words_are_those_of_the_record():
    assert [one.value for one in Part] == [one.name.lower() for one in Part]


def test_a_rule_looks_at_everybody_and_is_not_merely_flagged_unless_it_says_so():
    rule = Separation("apart", Part.DEPLOYER, Part.SIGNER)
    assert (rule.only_sole, rule.flagged) == (False, False)
    found = violations(Involved(deployers=("ada",), signers=("ada", "mira")), [rule])
    assert found == (Violation("apart", ("ada",)),)
    assert Violation("apart", ()).flagged is False


def test_whoever_signed_twice_is_named_in_one_order():
    names = tuple(f"person-{number}" for number in range(20))
    [found] = violations(Involved(signers=(*names, *reversed(names))), ())
    assert found.persons == tuple(sorted(names))


def test_a_seat_is_a_role_and_who_holds_it():
    voices = Voice("ada", "owner", "ada"), Voice("kim", "cto", "ada"), Voice("mira", "owner", "mira")
    assert count_voices(voices).voices == voices
    assert count_voices([voices[0], Voice("kim", "owner", "ada")]).voices == voices[:1]


def agreed(*stated):
    """An authority with these separations."""
    return Authority(separations=tuple(Apart(f"s{n}", *one) for n, one in enumerate(stated)))


def test_a_rulebook_that_says_nothing_has_what_always_holds():
    assert separations_of(Authority()) == DEFAULT_SEPARATIONS


def test_a_rulebook_adds_and_sharpens_and_takes_nothing_away():
    """Whoever deploys may be one of several signers, unless the rulebook says that nobody is both."""
    rules = separations_of(agreed(("deployer", "signer"), ("tester", "deployer")))
    assert {one.name for one in rules} == {one.name for one in DEFAULT_SEPARATIONS} | {"tester_is_deployer"}
    both = Involved(deployers=(DANA,), signers=(DANA, ALEX), testers=(DANA,))
    assert [one.name for one in violations(both, rules)] == ["four_eyes", "tester_is_deployer"]
    assert violations(both) == ()


KNOWN = separations_of(agreed(("change_author", "signer", True)))


@pytest.mark.parametrize(
    ("involved", "broken"),
    [
        (Involved(signers=(ALEX,)), [("author_is_signer", ("",), True)]),
        (
            Involved(change_authors=(RITA,), signers=(ALEX,), unknown=frozenset({Part.CHANGE_AUTHOR})),
            [("author_is_signer", ("",), True)],
        ),
        (Involved(change_authors=(ALEX,), signers=(ALEX,)), [("author_is_signer", (ALEX,), False)]),
        (
            Involved(change_authors=(ALEX,), signers=(ALEX,), unknown=frozenset({Part.CHANGE_AUTHOR})),
            [("author_is_signer", (ALEX,), False)],
        ),
        (Involved(change_authors=(RITA,), signers=(ALEX,)), []),
        (Involved(unknown=frozenset({Part.CHANGE_AUTHOR})), []),
    ],
)
def test_where_it_is_asked_for_somebody_unknown_is_no_proof(involved, broken):
    found = [(one.name, one.persons, one.unknown) for one in violations(involved, KNOWN)]
    assert found == broken
