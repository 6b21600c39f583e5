"""Two at the same moment: one answer, one voice a seat, one set of minutes; the other one is told so."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connections

from flightrules.service.board.models import BoardAnswer, BoardVote, ChangeRequest, Meeting
from flightrules.service.records.models import Entry
from people_stories import now, prove_now
from service.board.board_stories import CHANGE, made

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = {"addressed_first": ["The voucher defect"]}


def all_at_once(*asks):
    """Status codes of what is asked at one moment, sorted.

    A database in memory, as SQLite has it here, does not wait for its tables: who is told 503 asks again.
    """
    together, answers = threading.Barrier(len(asks)), []

    def one(ask) -> None:
        try:
            together.wait()
            until = time.monotonic() + 30
            answer = ask()
            while answer.status_code == 503 and time.monotonic() < until:
                time.sleep(0.02)
                answer = ask()
            answers.append(answer)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(ask,)) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answer.status_code for answer in answers)


def test_two_chairs_answer_at_once_and_one_answer_stands(board):
    item = board.on_agenda(board.waiting())
    board.voted(item)
    chairs = [board.shop.manager, board.person("release-manager", product="shop")]
    body = {"outcome": "approved", "rationale": "As agreed", "shown_sha256": board.shown(item)}
    for who in chairs:
        prove_now(who)
    asks = [lambda who=who: who.post(f"/board-items/{item}/answer", body) for who in chairs]
    assert all_at_once(*asks) == [201, 409]
    assert BoardAnswer.objects.count() == 1
    assert Entry.objects.filter(tag="board:change-request:authorised").count() == 1


def test_a_seat_speaks_once_however_many_speak_in_it_at_once(board):
    item = board.on_agenda(board.waiting())
    body = {"choice": "approve", "shown_sha256": board.shown(item)}
    seats = [board.ops, *(board.person("operations", product="shop") for _ in range(3))]
    for who in seats:
        prove_now(who)
    asks = [lambda who=who: who.post(f"/board-items/{item}/votes", body) for who in seats]
    assert all_at_once(*asks) == [201, 409, 409, 409]
    assert BoardVote.objects.count() == 1


def test_a_meeting_is_called_once_and_closed_once(board):
    path = f"/releases/{board.release}/meetings"
    managers = [board.shop.manager, board.person("release-manager", product="shop")]
    calls = [lambda who=who: who.post(path, {"starts_at": now().isoformat()}) for who in managers]
    assert all_at_once(*calls) == [201, 409]
    key = Meeting.objects.get().pk
    made(board.ops.post(f"/meetings/{key}/attendance", {"action": "join"}))
    closes = [lambda who=who: who.post(f"/meetings/{key}/closure", FIRST) for who in managers]
    assert all_at_once(*closes) == [201, 409]
    assert Entry.objects.filter(tag="board:meeting:closed").count() == 1


def test_a_session_is_closed_once_and_takes_no_answer_behind_its_back(board):
    item = board.on_agenda(board.waiting())
    board.voted(item)
    session = made(board.shop.qa.get(f"/board-items/{item}"))["session"]
    body = {"outcome": "approved", "rationale": "As agreed", "shown_sha256": board.shown(item)}
    prove_now(board.shop.manager)
    other = board.person("release-manager", product="shop")
    codes = all_at_once(
        lambda: board.shop.manager.post(f"/board-items/{item}/answer", body),
        lambda: other.post(f"/board-sessions/{session}/closure"),
    )
    answered = BoardAnswer.objects.count()
    assert codes == ([201, 201] if answered else [201, 409])


def test_a_release_gets_one_change_request(board):
    path = f"/releases/{board.release}/change-requests"
    leads = [board.shop.qa, *(board.person("qa-lead", product="shop") for _ in range(3))]
    assert all_at_once(*[lambda who=who: who.post(path, CHANGE) for who in leads]) == [201, 409, 409, 409]
    assert ChangeRequest.objects.count() == 1
