"""How many questions a request puts to the database: they are most of what it costs, and none is put twice."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from service.decisions.deciding import case_of
from service.shop import RULEBOOK

CHANNEL = {"title": "Trial", "channel": "slack", "address": "https://hooks.slack.com/services/T0/B0/x"}


def questions(ask, status=200):
    """Those of one request, without what marks a transaction."""
    with CaptureQueriesContext(connection) as asked:
        answer = ask()
    assert answer.status_code == status, answer.content
    return [
        one["sql"]
        for one in asked
        if not one["sql"].startswith(("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK"))
    ]


def test_a_list_asks_who_it_is_what_they_may_and_for_the_rows(shop):
    shop.manager.get("/products/shop/channels")  # the first use of a token in a minute is noted
    for path in ("/products/shop/channels", "/products/shop/notices?limit=20"):
        assert len(questions(lambda path=path: shop.manager.get(path))) == 3


def test_a_change_reads_its_row_and_writes_its_row_its_entry_and_the_tip(shop):
    channel = shop.manager.post("/products/shop/channels", CHANNEL).json()["key"]
    asked = questions(lambda: shop.manager.post(f"/products/shop/channels/{channel}/trial"), 202)
    on_sqlite = (
        connection.vendor == "sqlite"
    )  # elsewhere the tip moves with the entry, and the work is queued
    assert len(asked) <= (7 if on_sqlite else 9), asked


@pytest.fixture
def case(shop):
    found = case_of(shop, RULEBOOK)
    assert found.open().status_code == 201
    return found


def test_a_decision_reads_each_row_once(case):
    assert case.verdict().status_code == 201
    shown = case.dossier()
    vote = len(questions(lambda: case.vote(dossier=shown), 201))
    decision = len(questions(lambda: case.decide(dossier=shown), 201))
    assert vote <= 46, (vote, decision)
    assert decision <= 87, (vote, decision)


def test_releases_whose_way_back_is_not_stated_cost_no_question_each(shop):
    shop.adopt()
    counts = []
    for number in range(2):
        shop.release(f"9.{number}.0", rollback_method="", rollback_owner="")
        counts.append(len(questions(lambda: shop.manager.get("/releases?limit=100"))))
    assert counts[0] == counts[1]
