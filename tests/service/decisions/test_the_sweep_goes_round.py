"""A sweep looks at so many open dossiers and no more; each has its turn, and news comes before the rest."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from flightrules.service.decisions.rounds import AT_ONCE, Round
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.services import OFFICE, append, product_stream
from flightrules.service.records.tags import Tag
from people_stories import now


def _news(stream):
    with transaction.atomic():
        append(stream=stream, tag=Tag.ACT_DENIED, by=SYSTEM, at=now(), subject="person/x")


def _looks(one, open_ones, minute):
    """What is looked at in the sweep of this minute."""
    seen = []
    one.due(open_ones, lambda keys: seen.extend(keys) or [], now() + timedelta(minutes=minute))
    return seen


def test_few_are_looked_at_in_every_sweep(db):
    few = {f"shop-{n}": "shop" for n in range(AT_ONCE)}
    one = Round()
    assert [sorted(_looks(one, few, minute)) for minute in range(3)] == [sorted(few)] * 3


def test_many_are_looked_at_in_turn_and_each_has_its_turn(db):
    many = {f"shop-{n}": "shop" for n in range(12)}
    one = Round(4)
    rounds = [_looks(one, many, minute) for minute in range(6)]
    assert all(len(looked) == 4 for looked in rounds)
    assert sorted(rounds[0] + rounds[1] + rounds[2]) == sorted(many)
    assert rounds[3:] == rounds[:3]  # time alone changes things too, so it begins again


def test_what_is_due_is_handed_on(db):
    one = Round(4)
    assert one.due({"a": "shop", "b": "shop"}, lambda keys: [key for key in keys if key == "b"], now()) == [
        "b"
    ]


def test_where_something_happened_is_looked_at_first(db):
    many = {**{f"shop-{n}": "shop" for n in range(8)}, **{f"till-{n}": "till" for n in range(3)}}
    one = Round(4)
    for minute in range(3):
        _looks(one, many, minute)
    last = _looks(one, many, 3)
    _news(product_stream("till"))
    assert set(_looks(one, many, 4)) >= {key for key in many if key.startswith("till")} - set(last)


def test_news_of_people_is_news_to_all(db):
    many = {f"shop-{n}": "shop" for n in range(8)}
    one = Round(4)
    first, second = _looks(one, many, 0), _looks(one, many, 1)
    _news(OFFICE)
    _looks(one, first_seen := dict.fromkeys(first, "shop"), 2)
    assert set(_looks(one, {**first_seen, **dict.fromkeys(second, "shop")}, 3)) >= set(second[:3])


def test_a_busy_product_does_not_keep_the_others_from_their_turn(db):
    many = {**{f"shop-{n}": "shop" for n in range(8)}, **{f"till-{n}": "till" for n in range(4)}}
    one = Round(4)
    for minute in range(3):
        _looks(one, many, minute)
    seen = set()
    for minute in range(3, 9):
        _news(product_stream("shop"))
        seen |= {key for key in _looks(one, many, minute) if key.startswith("till")}
    assert len(seen) == 4


def test_a_sweep_asks_as_many_questions_for_ten_thousand_as_for_ten(db):
    counts = []
    for size in (10, 10_000):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            _looks(Round(), {f"shop-{n}": "shop" for n in range(size)}, 0)
        counts.append(len(asked))
    assert counts == [1, 1]


def test_what_is_closed_is_forgotten(db):
    one = Round(2)
    _looks(one, {f"shop-{n}": "shop" for n in range(6)}, 0)
    _looks(one, {"shop-5": "shop"}, 1)
    assert list(one._looks) == ["shop-5"]
