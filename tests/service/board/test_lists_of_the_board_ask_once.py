"""Lists of blockers, changes, sessions and meetings ask the database as often for one row as for many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people_stories import now
from service.board.board_stories import LINK, made

OBJECTION = {"title": "Vouchers are taken twice", "business_impact": "EUR 900 a day", "evidence": LINK}


def questions(who, path):
    who.get(path)  # the first one also notes that the token was used
    with CaptureQueriesContext(connection) as asked:
        answer = who.get(path)
    return len(made(answer)["items"]), len(asked)


def grow(board, number):
    """Another of everything that is listed; sessions of one change each, meetings of the first release."""
    release = board.new_release(f"5.{number}.0")
    made(board.shop.engineering.post(f"/releases/{board.release}/blockers", OBJECTION))
    session = made(board.call(board.waiting(release)))["key"]
    made(board.ops.post(f"/board-sessions/{session}/attendance", {"action": "join"}))
    calling = {"starts_at": now().isoformat()}
    meeting = made(board.shop.manager.post(f"/releases/{board.release}/meetings", calling))["key"]
    made(board.ops.post(f"/meetings/{meeting}/attendance", {"action": "join"}))
    made(board.shop.manager.post(f"/meetings/{meeting}/closure", {"addressed_first": ["Vouchers"]}))


@pytest.mark.parametrize(
    "path",
    [
        "/releases/{}/blockers",
        "/products/shop/change-requests",
        "/products/shop/board-sessions",
        "/releases/{}/meetings",
    ],
)
def test_a_list_asks_no_more_for_more_rows(board, path):
    path = path.format(board.release)
    grow(board, 1)
    rows, asked = questions(board.shop.qa, path)
    for number in (2, 3):
        grow(board, number)
    assert questions(board.shop.qa, path) == (rows + 2, asked)
