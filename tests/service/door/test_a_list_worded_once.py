"""A list whose question is worded once gives what Django's own question gives, whatever is filled in."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from flightrules.service.door.listing import Listing
from flightrules.service.notices.models import Subscription

_COLUMNS = ("key", "product", "title", "kinds", "opened_at", "ended_at")
_AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_LISTING = Listing(Subscription, *_COLUMNS)
_HOSTILE = ("shop", "till", "it's", "100%s", "%(key)s", "a\\'b", "x' OR 1=1 --", "")


@pytest.fixture(autouse=True)
def _rows() -> None:
    for number in range(24):
        Subscription.objects.create(
            key=UUID(int=number * 7919 % 97),
            product=_HOSTILE[number % len(_HOSTILE)],
            title=f"Nº {number % 3}",
            channel="slack",
            kinds=["decision"] * (number % 2),
            opened_at=_AT + timedelta(microseconds=number),
            ended_at=_AT if number % 5 == 0 else None,
        )


def _own(given: dict[str, Any], after: UUID | None, limit: int) -> list[tuple[Any, ...]]:
    rows = Subscription.objects.filter(**given)
    rows = rows if after is None else rows.filter(key__gt=after)
    return list(rows.order_by("key").values_list(*_COLUMNS)[:limit])


@pytest.mark.parametrize("after", [None, UUID(int=0), UUID(int=40), UUID(int=2**128 - 1)])
@pytest.mark.parametrize("limit", [1, 3, 51])
def test_the_same_rows_in_the_same_order(after: UUID | None, limit: int) -> None:
    asked: list[dict[str, Any]] = [{}, *({"product": one} for one in _HOSTILE)]
    asked += [{"product": one, "title": "Nº 1"} for one in _HOSTILE]
    for given in asked:
        found = _LISTING.where(**given).of_page(after, limit)
        assert list(map(tuple, found)) == _own(given, after, limit)


def test_a_row_has_its_columns_by_name() -> None:
    row = _LISTING.where(product="shop").of_page(None, 1)[0]
    assert (row.product, row.opened_at.tzinfo, type(row.key)) == ("shop", UTC, UUID)


def test_it_is_one_question_and_values_are_never_part_of_its_words() -> None:
    with CaptureQueriesContext(connection) as asked:
        _LISTING.where(product="x' OR 1=1 --").of_page(None, 5)
    assert len(asked) == 1
    assert all("OR 1=1" not in str(words) for _, _, words, _ in _LISTING._known.__dict__.values())


def test_each_thread_asks_over_its_own_connection() -> None:
    elsewhere: list[Any] = []

    def word() -> None:
        elsewhere.append(_LISTING._worded(("product",), 6)[0].connection)
        connections.close_all()

    thread = threading.Thread(target=word)
    thread.start()
    thread.join()
    here = _LISTING._worded(("product",), 6)[0].connection
    assert elsewhere
    assert elsewhere[0] is not here


def test_pages_of_any_length_do_not_gather_without_end() -> None:
    for limit in range(1, 200):
        _LISTING.where(product="shop").of_page(None, limit)
    assert len(_LISTING._known.__dict__) <= 64
