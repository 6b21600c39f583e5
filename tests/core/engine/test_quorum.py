"""Who is asked, whose voice counts, and when enough have spoken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.quorum import Ask, Choice, Tally, Uncounted, Vote, tally

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HERE, ELSEWHERE = "d" * 64, "e" * 64
WEEK = timedelta(days=7)


def vote(person: str = "mira", role: str = "qa-lead", choice: str = "go", **changes) -> Vote:
    stated = {"holder": person, "at": AT - timedelta(hours=1), "dossier": HERE, **changes}
    return Vote(person, role, choice=choice, **stated)


def counted(*votes: Vote, ask: Ask = Ask(("qa-lead", "owner")), max_age: timedelta | None = WEEK) -> Tally:  # noqa: B008 -- a value
    return tally(ask, votes, dossier=HERE, at=AT, max_age=max_age)


REFUSED = [
    ("a role that was not asked", vote(role="cto"), Uncounted.NOT_ASKED),
    ("somebody who no longer holds the role", vote(eligible=False), Uncounted.ROLE_LOST),
    ("a vote on another dossier", vote(dossier=ELSEWHERE), Uncounted.OTHER_DOSSIER),
    ("a vote on nothing", vote(dossier=""), Uncounted.OTHER_DOSSIER),
    ("a vote older than allowed", vote(at=AT - WEEK - timedelta(seconds=1)), Uncounted.EXPIRED),
    ("a vote from later than now", vote(at=AT + timedelta(seconds=1)), Uncounted.EXPIRED),
    ("nobody", vote(person=""), Uncounted.UNKNOWN_PERSON),
]


@pytest.mark.parametrize(("_what", "given_vote", "why"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_voice_that_does_not_count_says_why(_what, given_vote, why):
    count = counted(given_vote)
    assert count.counted == ()
    assert count.uncounted == ((given_vote, why),)
    assert not count.complete


def test_all_who_were_asked_have_spoken():
    count = counted(vote(), vote("ada", "owner"))
    assert count.complete
    assert count.missing == ()
    assert count.against == ()


def test_a_vote_exactly_as_old_as_allowed_still_counts():
    assert counted(vote(at=AT - WEEK)).spoken == {"qa-lead"}
    assert counted(vote(at=AT)).spoken == {"qa-lead"}


def test_without_a_limit_of_age_an_old_vote_counts():
    assert counted(vote(at=AT - 52 * WEEK), max_age=None).spoken == {"qa-lead"}


def test_one_person_in_two_roles_is_one_voice():
    count = counted(vote("mira", "qa-lead"), vote("mira", "owner", at=AT))
    assert count.spoken == {"qa-lead"}
    assert count.uncounted[0][1] is Uncounted.DUPLICATE_PERSON


def test_one_person_in_two_roles_is_two_voices_only_where_that_was_agreed():
    ask = Ask(("qa-lead", "owner"), distinct_people=False)
    assert counted(vote("mira", "qa-lead"), vote("mira", "owner"), ask=ask).complete


def test_the_one_who_holds_a_role_and_the_one_who_stands_in_are_one_voice():
    later = vote("dora", "qa-lead", holder="mira", at=AT)
    count = counted(vote("mira"), later)
    assert count.uncounted == ((later, Uncounted.DUPLICATE_SEAT),)


LENT = [
    ("who lent the seat", vote("owner", role="owner")),
    ("another whom the same person lent a seat", vote("stefan", role="owner", lender="owner")),
    ("who it was lent to", vote("anna", role="owner")),
]


@pytest.mark.parametrize(("_what", "second"), LENT, ids=[row[0] for row in LENT])
def test_a_lent_seat_is_a_word_of_its_lender_who_has_no_second_one(_what, second):
    lent = vote("anna", holder="owner", lender="owner", at=AT - timedelta(hours=2))
    count = counted(lent, second)
    assert (count.counted, count.uncounted) == ((lent,), ((second, Uncounted.DUPLICATE_PERSON),))
    assert counted(lent, second, ask=Ask(("qa-lead", "owner"), distinct_people=False)).complete


def test_the_earlier_of_two_voices_counts_in_whatever_order_they_are_told():
    early, late = vote("mira"), vote("dora", holder="mira", at=AT)
    assert counted(late, early).counted == (early,)


def test_some_of_those_asked_are_enough_where_that_was_agreed_but_never_without_the_required():
    ask = Ask(("owner", "qa-lead", "security"), needed=2, required=("qa-lead",))
    assert not counted(vote("ada", "owner"), vote("sam", "security"), ask=ask).complete
    assert counted(vote("ada", "owner"), vote("sam", "security"), ask=ask).missing == ("qa-lead",)
    assert counted(vote("ada", "owner"), vote("mira"), ask=ask).complete
    assert counted(vote("mira"), ask=ask).missing == ("owner", "security")


def test_nobody_asked_is_never_everybody_agreed():
    assert not counted(ask=Ask(())).complete
    assert not counted(ask=Ask((), needed=0)).complete
    assert not counted(vote(), ask=Ask((), needed=0)).complete


def test_a_required_role_that_was_forgotten_among_the_asked_is_asked_all_the_same():
    ask = Ask(("owner",), required=("qa-lead",))
    assert counted(vote("ada", "owner"), ask=ask).missing == ("qa-lead",)
    assert counted(vote("ada", "owner"), vote("mira"), ask=ask).complete


def test_more_voices_than_roles_can_never_be_reached():
    ask = Ask(("qa-lead", "owner"), needed=3)
    assert not counted(vote(), vote("ada", "owner"), ask=ask).complete


def test_a_no_go_and_a_word_that_nobody_knows_are_against():
    count = counted(vote(choice=Choice.NO_GO), vote("ada", "owner", choice="fine by me"))
    assert [one.role for one in count.against] == ["owner", "qa-lead"]


def test_conditions_are_gathered_once_each_in_the_order_of_the_votes():
    first = vote(choice=Choice.GO_WITH_CONDITIONS, conditions=("off-peak", "backup"))
    second = vote("ada", "owner", Choice.GO_WITH_CONDITIONS, conditions=("backup", "flag"), at=AT)
    assert counted(second, first).conditions == ("off-peak", "backup", "flag")


ROLES = ("qa-lead", "owner", "security")
votes = st.builds(
    Vote,
    person=st.sampled_from(["", "a", "b", "c", "d"]),
    role=st.sampled_from([*ROLES, "cto"]),
    holder=st.sampled_from(["a", "b", "c"]),
    choice=st.sampled_from([str(one) for one in Choice]),
    at=st.integers(-10, 200).map(lambda hours: AT - timedelta(hours=hours)),
    dossier=st.sampled_from([HERE, ELSEWHERE, ""]),
    conditions=st.sampled_from([(), ("off-peak",)]),
    eligible=st.booleans(),
)
asks = st.builds(
    Ask,
    roles=st.lists(st.sampled_from(ROLES), unique=True).map(tuple),
    needed=st.none() | st.integers(0, 4),
    required=st.lists(st.sampled_from(ROLES), unique=True, max_size=2).map(tuple),
    distinct_people=st.booleans(),
)


@given(asks, st.lists(votes, max_size=12))
def test_every_vote_is_counted_or_refused_and_the_order_of_telling_does_not_matter(ask, given_votes):
    count = tally(ask, given_votes, dossier=HERE, at=AT, max_age=WEEK)
    back = tally(ask, reversed(given_votes), dossier=HERE, at=AT, max_age=WEEK)
    assert len(count.counted) + len(count.uncounted) == len(given_votes)
    assert {(v.person, v.role) for v in count.counted} == {(v.person, v.role) for v in back.counted}


@given(asks, st.lists(votes, max_size=12))
def test_complete_means_enough_different_people_in_asked_roles_on_this_dossier(ask, given_votes):
    count = tally(ask, given_votes, dossier=HERE, at=AT, max_age=WEEK)
    asked = {*ask.roles, *ask.required}
    good = [v for v in count.counted if v.person and v.eligible and v.dossier == HERE and v.role in asked]
    assert len(good) == len(count.counted) == len({v.role for v in good})
    if ask.distinct_people:
        assert len({v.person for v in good}) == len(good)
    if count.complete:
        assert len(good) >= 1
        assert set(ask.required) <= {v.role for v in good}
        assert len(good) >= (len(ask.roles) if ask.needed is None else ask.needed)


@given(asks, st.lists(votes, max_size=8), votes)
def test_a_further_vote_takes_nobody_out_who_spoke_earlier(ask, given_votes, one_more):
    before = tally(ask, given_votes, dossier=HERE, at=AT, max_age=WEEK)
    latest = max([one.at for one in given_votes], default=AT - WEEK)
    later = Vote(
        one_more.person,
        one_more.role,
        one_more.holder,
        one_more.choice,
        max(latest, one_more.at) + timedelta(seconds=1),
        HERE,
    )
    after = tally(ask, [*given_votes, later], dossier=HERE, at=AT, max_age=WEEK)
    assert before.counted == after.counted[: len(before.counted)]


# --- words that stand in entries and answers, and edges that a small mistake would move


def test_the_words_are_those_of_the_record():
    assert [one.value for one in Choice] == ["go", "go-with-conditions", "no-go"]
    assert [one.value for one in Uncounted] == [
        "not_asked",
        "role_lost",
        "other_dossier",
        "expired",
        "duplicate_person",
        "duplicate_seat",
        "unknown_person",
    ]


def test_one_role_alone_can_be_asked_and_nobody_at_all_cannot():
    assert counted(vote(), ask=Ask(("qa-lead",), required=("qa-lead",))).complete
    assert Ask(("qa-lead", "owner"), needed=0).quorum == Ask(()).quorum == 1


def test_nobody_is_missing_once_the_number_is_reached():
    ask = Ask(("qa-lead", "owner", "cto"), needed=2)
    assert counted(vote(), ask=ask).missing == ("owner", "cto")
    assert counted(vote(), vote("ada", "owner"), ask=ask).missing == ()


def test_who_is_required_is_missing_first_though_not_in_the_list():
    assert counted(ask=Ask(("qa-lead", "owner"), required=("cto",))).missing == ("cto", "qa-lead", "owner")


def test_conditions_are_for_going():
    assert counted(vote(choice="go-with-conditions")).against == ()


def test_of_the_same_moment_the_order_does_not_hang_on_who_was_read_first():
    asked = Ask(("cto", "qa-lead"))
    both = vote("mira", "qa-lead"), vote("mira", "cto")
    assert [one.role for one in counted(*both, ask=asked).counted] == ["cto"]
    rivals = vote("zoe"), vote("ada")
    assert [one.person for one in counted(*rivals, ask=asked).counted] == ["ada"]


def test_on_an_empty_table_nothing_counts():
    found = tally(Ask(("qa-lead",)), [vote(dossier="")], dossier="", at=AT)
    assert [why for _, why in found.uncounted] == [Uncounted.OTHER_DOSSIER]
