"""What boards and meetings meet rarely: asked for what is not there, members who are gone, templates without a link."""

from __future__ import annotations

from uuid import uuid4

import pytest

from flightrules.service.board import lapsing, queries
from flightrules.service.board.meetings import Calling, call_meeting
from flightrules.service.board.minutes import acts_of, sentence
from flightrules.service.board.models import BoardAnswer, ChangeRequest, Meeting, Session
from flightrules.service.board.sessions import Sitting, call_session
from flightrules.service.board.standing import approval_of_change
from flightrules.service.board.voting import Rating, score_change
from flightrules.service.door.refusals import InvalidError
from flightrules.service.people.models import Person
from flightrules.service.records.tags import Tag
from people_stories import actor_of, now
from service.board.board_stories import CHANGE, LINK, code, made

AREAS = ("risk", "testing", "business-impact", "rollback", "operations")


@pytest.mark.parametrize("path", ["board-sessions", "meetings", "board-items"])
def test_what_is_not_there_is_not_there(board, path):
    assert code(board.shop.manager.get(f"/{path}/{uuid4()}")) == (404, "E_NO_SUCH")


def test_nobody_attends_a_session_that_was_never_called(board):
    answer = board.ops.post(f"/board-sessions/{uuid4()}/attendance", {"action": "join"})
    assert code(answer) == (404, "E_NO_SUCH")
    voted = board.vote(board.ops, str(uuid4()), shown="0" * 64)
    assert code(voted) == (404, "E_NO_SUCH")


def test_a_session_and_a_meeting_are_read_as_they_were_called(board):
    session = made(board.call(board.waiting()))
    read = made(board.shop.qa.get(f"/board-sessions/{session['key']}"))
    assert (read["key"], read["quorum"]) == (session["key"], session["quorum"])
    called = made(
        board.shop.manager.post(f"/releases/{board.release}/meetings", {"starts_at": now().isoformat()})
    )
    assert made(board.shop.qa.get(f"/meetings/{called['key']}"))["key"] == called["key"]


def test_a_time_without_a_zone_is_no_time(board):
    bare, who = now().replace(tzinfo=None), actor_of(board.shop.manager)
    with pytest.raises(InvalidError) as refused:
        call_meeting(release=board.release, calling=Calling(bare, 30, ()), by=who, at=now())
    assert refused.value.code == "E_TIME"
    sitting = Sitting("regular", bare, 30, (board.waiting(),))
    with pytest.raises(InvalidError) as refused:
        call_session(product="shop", sitting=sitting, by=who, at=now())
    assert refused.value.code == "E_TIME"
    assert not Session.objects.exists()


def test_a_meeting_that_never_began_has_no_acts(board):
    called = made(
        board.shop.manager.post(f"/releases/{board.release}/meetings", {"starts_at": now().isoformat()})
    )
    assert acts_of(Meeting.objects.get(pk=called["key"]), now()) == []


def test_minutes_tell_facts_of_every_shape():
    entry = {"tag": str(Tag.CHANGE_SCORED), "data": {"ratings": {"risk": "green", "testing": ["a", "b"]}}}
    assert sentence(entry) == "filled the scorecard: risk green, testing a, b"
    kept = {"tag": str(Tag.CHANGE_LAPSED), "data": {"reasons": {"commitment": "c" * 64}}}
    assert sentence(kept) == "voided the board's approval: (kept beside the ledger)"


def test_what_lapsed_meanwhile_and_what_stands_is_left_as_it_is(board):
    lapsing.lapse(str(uuid4()), now())
    board.approved()
    answer = BoardAnswer.objects.get()
    lapsing.lapse(str(answer.pk), now())
    answer.refresh_from_db()
    assert answer.lapsed_at is None


def test_nobody_meets_about_a_release_that_was_withdrawn(board):
    taken = board.shop.manager.post(f"/releases/{board.release}/withdrawal", {"reason": "No longer needed."})
    assert taken.status_code in (200, 201), taken.content
    called = board.shop.manager.post(f"/releases/{board.release}/meetings", {"starts_at": now().isoformat()})
    assert code(called) == (409, "E_RELEASE_STATE")


def test_a_member_who_left_the_office_has_no_voice_any_more(board):
    item = board.on_agenda(board.waiting())
    board.voted(item)
    Person.objects.filter(pk=board.ops.key).update(disabled_at=now())
    assert code(board.answer(item)) == (409, "E_QUORUM_LOST")


def test_a_chair_who_has_voted_is_not_counted_twice(board):
    item = board.on_agenda(board.waiting())
    for who in (board.shop.manager, board.ops, board.security):
        made(board.vote(who, item))
    assert code(board.answer(item)) == (409, "E_QUORUM_LOST")
    made(board.vote(board.business, item))
    made(board.answer(item))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rating": "blue"}, "testing is rated"),
        ({"rationale": "-"}, "nothing is said of why testing is green"),
    ],
)
def test_a_rating_says_which_and_why(board, changed, said):
    item = made(board.call(board.waiting()))["agenda"][0]["key"]
    one = {"rating": "green", "rationale": "Measured last night", "link": LINK}
    areas = {name: Rating(**(one | (changed if name == "testing" else {}))) for name in AREAS}
    with pytest.raises(InvalidError, match=said):
        score_change(item=item, areas=areas, by=actor_of(board.shop.qa), at=now())


def test_a_scorecard_rates_all_areas(board):
    item = made(board.call(board.waiting()))["agenda"][0]["key"]
    areas = {"risk": Rating("green", "Measured last night", LINK)}
    with pytest.raises(InvalidError, match="each once"):
        score_change(item=item, areas=areas, by=actor_of(board.shop.qa), at=now())


def test_a_template_shows_its_evidence_by_a_link(board):
    facts = {name: value for name, value in CHANGE.items() if name != "rollback"}
    template = made(
        board.shop.qa.post("/products/shop/change-templates", {**facts, "rollback": CHANGE["rollback"]})
    )
    for to in ("assess", "authorize"):
        made(board.move(template["key"], to))
    item = made(board.call(template["key"]))["agenda"][0]["key"]
    areas = {name: Rating("green", "Measured last night", "", "a" * 64) for name in AREAS}
    with pytest.raises(InvalidError, match="points to its evidence by a link"):
        score_change(item=item, areas=areas, by=actor_of(board.shop.qa), at=now())


def test_a_standard_change_whose_template_is_out_of_use_is_not_approved(board):
    template = made(board.shop.qa.post("/products/shop/change-templates", CHANGE))
    for to in ("assess", "authorize"):
        made(board.move(template["key"], to))
    item = board.on_agenda(template["key"])
    board.voted(item)
    made(board.answer(item))
    made(board.move(template["key"], "scheduled"))
    row = ChangeRequest(
        key=uuid4(), product_id="shop", release_id=board.release, type="standard",
        template=ChangeRequest.objects.get(pk=template["key"]),
    )  # fmt: skip
    ChangeRequest.objects.filter(pk=template["key"]).update(state="canceled")
    row.template.refresh_from_db()
    found = approval_of_change(row, now())
    assert (found.stands, found.reasons) == (
        False,
        ("its template is not approved as it stands, or not in use",),
    )


def test_only_who_may_read_reads_a_session(board):
    session = made(board.call(board.waiting()))
    assert code(board.shop.stranger.get(f"/board-sessions/{session['key']}")) == (404, "E_NO_SUCH")
    found = queries.session_of(session["key"], by=actor_of(board.shop.qa), at=now())
    assert str(found.key) == session["key"]
