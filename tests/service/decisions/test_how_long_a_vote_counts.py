"""How long a vote of the final poll counts is agreed in the rulebook; where it says nothing, seven days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.rules.digest import canonical
from flightrules.rules.loading import load_rulebook
from flightrules.service.decisions.asking import max_age
from flightrules.service.decisions.models import Decision, Moment, SignOff
from people_stories import now, prove_now
from service.decisions.deciding import case_of, code
from service.shop import RULEBOOK

TWO_HOURS = f"{RULEBOOK}governance: {{decisions: {{final_counts_for: 2h}}}}\n"


@pytest.mark.parametrize(
    ("said", "moment", "age"),
    [
        ("", Moment.FINAL, timedelta(days=7)),
        ("final_counts_for: 2h", Moment.FINAL, timedelta(hours=2)),
        ("final_counts_for: 2h", Moment.AUTHORISATION, timedelta(days=14)),
        ("authorise_earliest: 21 days", Moment.AUTHORISATION, timedelta(days=21)),
        ("authorise_earliest: 21 days", Moment.FINAL, timedelta(days=7)),
    ],
)
def test_the_rulebook_says_how_long(said, moment, age):
    book = load_rulebook(f"flightrules: 1\ngovernance: {{decisions: {{{said}}}}}\n".encode(), "book")
    assert max_age(book, moment) == age


def test_a_rulebook_that_says_nothing_of_it_means_what_it_meant_before():
    one = load_rulebook(b"flightrules: 1\n", "book")
    other = load_rulebook(b"flightrules: 1\ngovernance: {decisions: {final_counts_for: 2h}}\n", "book")
    assert b"counts_for" not in canonical(one)
    assert one.digest != other.digest


def test_a_vote_that_is_older_is_asked_for_again(shop):
    shop.adopt(TWO_HOURS)
    case = case_of(shop, adopted=False)
    case.open()
    case.verdict()
    case.vote()
    SignOff.objects.filter(act="vote").update(at=now() - timedelta(hours=2, minutes=1))
    assert code(case.decide("GO")) == "E_APPROVAL_EXPIRED"
    assert SignOff.objects.get(act="vote").voided_because == "expired: it was given more than 2 hours ago"
    case.vote()
    prove_now(shop.owner)
    assert case.decide("GO").status_code == 201
    made = Decision.objects.get()
    assert made.valid_until - made.at <= timedelta(hours=2)
