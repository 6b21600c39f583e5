"""A change request from the first word to its closure; standard changes; who asks, approves and carries out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.board import lookups, queries
from flightrules.service.board.models import ChangeRequest
from flightrules.service.records.models import Entry
from flightrules.service.releases.models import Release
from people_stories import denied_codes, now, tags
from service.board.board_stories import CHANGE, LINK, code, made
from service.shop import junit


@pytest.fixture
def decided(monkeypatch):
    """The room of decisions lets every release go."""
    monkeypatch.setattr(lookups, "_asked", [])
    lookups.learn_decided(lambda _release, _at: "")


def step(who, key, path, body=None):
    return who.post(f"/change-requests/{key}/{path}", body)


def edited(board, key, **changes):
    tag = board.shop.qa.get(f"/change-requests/{key}")["ETag"]
    return board.shop.qa.patch(f"/change-requests/{key}", changes, If_Match=tag)


def test_a_change_goes_through_all_seven_states(board, decided):
    key = board.approved()
    made(board.move(key, "scheduled"))
    started = made(step(board.ops, key, "implementation"))
    assert (started["state"], started["implementer"]) == ("implement", board.ops.key)
    made(step(board.ops, key, "outcome", {"outcome": "successful", "notes": "Ten minutes"}))
    closed = made(step(board.shop.qa, key, "closure", {"review": "Nothing to add"}))
    assert (closed["state"], closed["moves"]) == ("closed", {})
    rows = Entry.objects.filter(subject=f"change-request/{key}", tag="board:change-request:moved")
    assert rows.count() == 6
    assert not any(b"Ten minutes" in bytes(row.body) for row in rows)


def test_each_step_says_what_it_still_needs(board):
    key = made(board.shop.qa.post(f"/releases/{board.release}/change-requests", {"title": "Vouchers"}))["key"]
    refused = board.move(key, "assess")
    assert code(refused) == (422, "E_CHANGE_LACKS")
    assert board.shop.qa.get(f"/change-requests/{key}").json()["moves"]["assess"] == ["its category"]
    made(edited(board, key, category="application"))
    made(board.move(key, "assess"))
    assert "security" in board.move(key, "authorize").json()["detail"]
    assert code(board.move(key, "scheduled")) == (409, "E_CHANGE_MOVE")


def test_nothing_is_scheduled_without_the_board(board):
    key = board.waiting()
    assert code(board.move(key, "scheduled")) == (409, "E_NOT_APPROVED")
    assert denied_codes() == ["E_NOT_APPROVED"]


def test_it_is_carried_out_only_after_the_decision_and_in_its_window(board, monkeypatch):
    key = board.approved()
    made(board.move(key, "scheduled"))
    monkeypatch.setattr(lookups, "_asked", [])
    assert code(step(board.ops, key, "implementation")) == (409, "E_NOT_DECIDED")
    lookups.learn_decided(lambda release, _at: f"{release.version} was decided NO-GO")
    assert "NO-GO" in step(board.ops, key, "implementation").json()["detail"]
    lookups.learn_decided(lambda _release, _at: "")
    ChangeRequest.objects.filter(pk=key).update(closes_at=now() - timedelta(minutes=1))
    refused = step(board.ops, key, "implementation")
    assert refused.status_code == 409
    assert ChangeRequest.objects.get(pk=key).state == "scheduled"


def test_the_chair_who_approved_and_the_requester_do_not_carry_it_out(board, decided):
    key = board.approved()
    made(board.move(key, "scheduled"))
    assert code(step(board.shop.manager, key, "implementation")) == (403, "E_FOUR_EYES")
    other = board.person("release-manager", product="shop")
    assert step(other, key, "implementation").status_code == 201


def test_a_change_that_is_carried_out_is_not_rewritten(board, decided):
    key = board.approved()
    board.move(key, "scheduled")
    step(board.ops, key, "implementation")
    assert code(edited(board, key, risk="None at all")) == (409, "E_CHANGE_STATE")
    assert code(board.move(key, "canceled")) == (409, "E_CHANGE_MOVE")


def test_an_edit_says_which_state_it_read(board):
    key = board.change()["key"]
    path = f"/change-requests/{key}"
    assert board.shop.qa.patch(path, {"risk": "Low"}).status_code == 428
    tag = board.shop.qa.get(path)["ETag"]
    made(board.shop.qa.patch(path, {"risk": "Low"}, If_Match=tag))
    assert board.shop.manager.patch(path, {"risk": "High"}, If_Match=tag).status_code == 412


def test_a_release_has_one_change_request_until_it_is_cancelled(board):
    key = board.change()["key"]
    again = board.shop.qa.post(f"/releases/{board.release}/change-requests", CHANGE)
    assert code(again) == (409, "E_CHANGE_EXISTS")
    made(board.move(key, "canceled"))
    other = board.change()["key"]
    assert str(queries.change_request_of(Release.objects.get(pk=board.release)).key) == other


def test_a_withdrawn_release_is_changed_no_more(board):
    Release.objects.filter(pk=board.release).update(state="withdrawn")
    answer = board.shop.qa.post(f"/releases/{board.release}/change-requests", CHANGE)
    assert code(answer) == (409, "E_RELEASE_STATE")


def test_the_rollback_was_tested_on_evidence(board):
    path = f"/releases/{board.release}/change-requests"
    unknown = {**CHANGE, "rollback": {"evidence_sha256": "c" * 64}}
    assert code(board.shop.qa.post(path, unknown)) == (422, "E_EVIDENCE_UNKNOWN")
    part = board.shop.bring(board.release, "CI pipeline", junit(10)).json()
    said = {**CHANGE, "rollback": {"evidence_sha256": part["sha256"]}}
    key = made(board.shop.qa.post(path, said))["key"]
    assert code(edited(board, key, rollback={"evidence_sha256": "d" * 64})) == (422, "E_EVIDENCE_UNKNOWN")


def test_a_change_has_the_window_of_its_release_unless_it_states_another(board):
    assert board.change()["zone"] == "Europe/Berlin"
    key = board.shop.qa.get("/products/shop/change-requests?state=new").json()["items"][0]["key"]
    assert code(edited(board, key, closes_at="2001-01-01T00:00:00Z")) == (422, "E_WINDOW")


def test_the_ledger_holds_no_text_of_a_change(board):
    board.change()
    body = bytes(Entry.objects.filter(tag="board:change-request:raised").last().body)
    assert b"Olga" not in body
    assert b"Vouchers" not in body
    assert b"commitment" in body


def test_strangers_see_no_change_requests(board):
    key = board.change()["key"]
    unknown = "00000000-0000-4000-8000-000000000000"
    assert board.shop.stranger.get(f"/change-requests/{key}").status_code == 404
    assert board.move(unknown, "assess").status_code == 404
    assert board.shop.qa.get(f"/change-requests/{unknown}").status_code == 404
    assert board.shop.ci.post(f"/releases/{board.release}/change-requests", CHANGE).status_code == 403


# --- standard changes


def templated(board):
    """A template that the board has approved, in use."""
    body = {name: value for name, value in CHANGE.items() if name != "rollback"}
    rollback = {**CHANGE["rollback"], "evidence": LINK}
    found = board.shop.qa.post("/products/shop/change-templates", {**body, "rollback": rollback})
    key = made(found)["key"]
    made(board.move(key, "assess"))
    made(board.move(key, "authorize"))
    item = board.on_agenda(key)
    board.voted(item)
    made(board.answer(item))
    made(board.move(key, "scheduled"))
    return key


def standard(board, template, **changed):
    body = {"title": "Rotate certificates", "type": "standard", "template": template, **changed}
    return board.shop.qa.post(f"/releases/{board.release}/change-requests", body)


def test_a_standard_change_goes_without_a_session_as_its_template_was_approved(board, decided):
    template = templated(board)
    change = made(standard(board, template, reason="Monthly", rollback={"owner": "Olga", "evidence": LINK}))
    assert (change["type"], change["deviates"], change["approval"]["outcome"]) == ("standard", [], "template")
    made(board.move(change["key"], "scheduled"))
    made(step(board.ops, change["key"], "implementation"))


def test_what_is_not_like_its_template_is_a_normal_change(board):
    template = templated(board)
    change = made(standard(board, template, risk="High this time"))
    assert (change["type"], change["deviates"]) == ("normal", ["risk"])
    assert code(board.move(change["key"], "scheduled")) == (409, "E_CHANGE_MOVE")


def test_a_later_deviation_demotes_it_and_takes_it_out_of_its_schedule(board):
    template = templated(board)
    said = {"reason": "Monthly", "rollback": {"owner": "Olga", "evidence": LINK}}
    key = made(standard(board, template, **said))["key"]
    made(board.move(key, "scheduled"))
    found = made(edited(board, key, implementation="By hand this time"))
    assert (found["type"], found["state"]) == ("normal", "assess")
    assert tags()[-1] == "board:change-request:edited"


def test_a_template_that_was_edited_after_its_approval_is_followed_no_more(board):
    template = templated(board)
    made(edited(board, template, risk="Higher than it was"))
    assert code(standard(board, template)) == (422, "E_TEMPLATE")


@pytest.mark.parametrize(
    "body", [{"type": "standard"}, {"template": "0" * 8 + "-0000-4000-8000-" + "0" * 12}]
)
def test_a_standard_change_and_only_that_has_a_template(board, body):
    path = f"/releases/{board.release}/change-requests"
    assert code(board.shop.qa.post(path, {"title": "X1", **body})) == (422, "E_TEMPLATE")


def test_a_template_that_nobody_approved_is_none(board):
    key = made(board.shop.qa.post("/products/shop/change-templates", CHANGE))["key"]
    assert code(standard(board, key)) == (422, "E_TEMPLATE")
    refused = board.shop.qa.post(
        "/products/shop/change-templates", {**CHANGE, "rollback": {"evidence_sha256": "c" * 64}}
    )
    assert code(refused) == (422, "E_EVIDENCE_NEEDED")


def test_a_standard_change_is_no_approval_for_a_class_that_the_board_must_see(board):
    made(standard(board, templated(board)))
    release = Release.objects.get(pk=board.release)
    assert "standard change" in queries.lacks_approval(release, now())
    release.release_class = "patch"
    assert queries.lacks_approval(release, now()) == ""


def test_a_standard_change_comes_on_no_agenda(board):
    key = made(standard(board, templated(board)))["key"]
    ChangeRequest.objects.filter(pk=key).update(state="authorize")
    assert code(board.call(key)) == (422, "E_AGENDA")


def test_lists_are_filtered(board):
    board.change()
    path = "/products/shop/change-requests"
    assert len(made(board.shop.qa.get(f"{path}?type=normal&template=false"))["items"]) == 1
    assert made(board.shop.qa.get(f"{path}?state=closed"))["items"] == []
    assert len(made(board.shop.qa.get(f"{path}?release={board.release}"))["items"]) == 1
    assert made(board.shop.qa.get("/products/shop/board-sessions?held=true"))["items"] == []
