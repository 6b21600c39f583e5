"""A voice on the board and its answer are confirmed in the browser for that choice, on what was shown, alone."""

from __future__ import annotations

from service.confirming import REFUSED, confirmed_under, outcome


def test_a_yes_that_was_confirmed_is_no_no(board):
    change = board.waiting()
    item = board.on_agenda(change)
    about, shown = f"change-request/{change}", board.shown(item)
    path, said = f"/board-items/{item}/votes", {"shown_sha256": shown}
    confirmed_under(board.ops, "board-vote:approve", about, shown)
    rejected = said | {"choice": "reject", "reason": "The till is untested."}
    assert outcome(board.ops.post(path, rejected)) == REFUSED
    assert outcome(board.ops.post(path, said | {"choice": "approve"})) == 201


def test_the_chair_answers_with_what_was_confirmed(board):
    change = board.waiting()
    item = board.on_agenda(change)
    board.voted(item)
    about, shown, chair = f"change-request/{change}", board.shown(item), board.shop.manager
    body = {"outcome": "approved", "rationale": "Tested twice", "shown_sha256": shown}
    confirmed_under(chair, "board-answer:rejected", about, shown)
    assert outcome(chair.post(f"/board-items/{item}/answer", body)) == REFUSED
    confirmed_under(chair, "board-answer:approved", about, shown)
    assert outcome(chair.post(f"/board-items/{item}/answer", body)) == 201
