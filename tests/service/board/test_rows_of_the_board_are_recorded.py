"""Every row of these rooms is told of by an entry, and one that was slipped in is not."""

from __future__ import annotations

from django.apps import apps

from flightrules.service.board.models import BoardVote
from flightrules.service.records.recorded import Recorded, unrecorded
from people_stories import now
from service.board.board_stories import LINK, made

OBJECTION = {"title": "Vouchers are taken twice", "business_impact": "EUR 900 a day", "evidence": LINK}


def lost(model):
    ways = model.recorded_as
    return list(unrecorded(model, (ways,) if isinstance(ways, Recorded) else ways))


def models():
    return [*apps.get_app_config("board").get_models(), *apps.get_app_config("blockers").get_models()]


def everything(board):
    """At least one row of each kind, made as people make it."""
    board.approved()
    made(board.shop.engineering.post(f"/releases/{board.release}/blockers", OBJECTION))
    session = made(board.call(board.waiting(board.new_release("5.0.0"))))["key"]
    made(board.ops.post(f"/board-sessions/{session}/attendance", {"action": "join"}))
    calling = {"starts_at": now().isoformat()}
    meeting = made(board.shop.manager.post(f"/releases/{board.release}/meetings", calling))["key"]
    made(board.ops.post(f"/meetings/{meeting}/attendance", {"action": "join"}))
    made(board.ops.post(f"/meetings/{meeting}/attendance", {"action": "leave"}))
    made(board.ops.post(f"/meetings/{meeting}/attendance", {"action": "join"}))


def test_what_people_do_leaves_no_row_without_an_entry(board):
    everything(board)
    for model in models():
        assert model.objects.exists(), model
        assert lost(model) == [], model


def test_a_vote_that_was_slipped_in_is_named(board):
    everything(board)
    vote = BoardVote.objects.first()
    vote.pk, vote.person, vote.role = None, board.shop.qa.key, "qa-lead"
    vote.save(force_insert=True)
    assert [key for key, _subject in lost(BoardVote)] == [vote.pk]
