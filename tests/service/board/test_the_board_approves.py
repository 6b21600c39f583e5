"""The board weighs a change on evidence, each seat with one voice, and its chair gives the answer."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from flightrules.service.board import queries
from flightrules.service.board.models import BoardAnswer, BoardVote
from flightrules.service.people.models import Account
from flightrules.service.records import blobs
from flightrules.service.records.models import Entry
from flightrules.service.releases.models import Release
from people_stories import denied_codes, now, prove_now, tags
from service.board.board_stories import BOARD, CHANGE, LINK, code, made
from service.decisions.test_who_may_sign import grant, lend
from service.shop import OTHER_DIGEST, RULEBOOK, junit


def lacks(board):
    return queries.lacks_approval(Release.objects.get(pk=board.release), now())


def approval(board):
    return queries.approval_of(Release.objects.get(pk=board.release), now())


def test_four_of_six_seats_and_the_chair_approve_a_change(board):
    assert "it has not answered" in lacks(board)
    key = board.waiting()
    item = board.on_agenda(key)
    board.voted(item)
    said = made(board.answer(item))
    assert said["answer"]["outcome"] == "approved"
    assert [one["role"] for one in said["answer"]["voters"]][-1] == "release-manager"
    assert tags()[-1] == "board:change-request:authorised"
    assert lacks(board) == ""
    assert approval(board).stands
    assert board.shop.qa.get(f"/change-requests/{key}").json()["state"] == "authorize"


def test_what_was_shown_can_be_laid_on_the_table_again(board):
    board.approved()
    answer = BoardAnswer.objects.get()
    data = blobs.intact_bytes(answer.shown)
    assert hashlib.sha256(data).hexdigest() == answer.shown
    shown = json.loads(data)
    assert shown["artefacts"] == [{"name": "shop.whl", "sha256": "a" * 64}]
    assert shown["target"]["environment"] == "prod"
    assert b"Olga" not in data


def test_who_lends_a_seat_and_speaks_in_another_has_one_voice(board):
    """Each way round, and where the chair lent the seat that was spoken in."""
    friend = board.person("viewer", product="shop")
    for holder, role in ((board.ops, "security"), (board.shop.manager, "business-owner")):
        grant(holder, role)
        lend(holder, friend, role=role)
    item = board.on_agenda(board.waiting())
    made(board.vote(board.ops, item, role="operations"))
    assert code(board.vote(friend, item, role="security-compliance")) == (409, "E_DISTINCT_PERSONS")
    made(board.vote(friend, item, role="business-owner"))
    made(board.vote(board.security, item))
    assert code(board.answer(item)) == (409, "E_QUORUM_LOST"), "the chair has spoken through the friend"


def test_who_wrote_the_change_has_no_voice_on_it_nor_keeps_one(board):
    item = board.on_agenda(board.waiting())
    made(board.vote(board.ops, item))
    stated = {"base": "b" * 40, "head": "c" * 40, "commits": 1}
    for who in (board.ops, board.security):
        address = Account.objects.get(key=who.account_key).email
        said = board.shop.ci.post(
            f"/releases/{board.release}/change-authors", {**stated, "authors": [address]}
        )
        made(said)
    assert code(board.vote(board.security, item)) == (403, "E_SELF_APPROVAL")
    made(board.vote(board.shop.product_manager, item))
    answer = board.answer(item)
    assert code(answer) == (409, "E_QUORUM_LOST")
    assert "2 of 4 voices" in answer.json()["detail"], "product and the chair"


def test_the_approval_is_not_the_decision(board):
    board.approved()
    assert Release.objects.get(pk=board.release).state != "decided"
    assert not Entry.objects.filter(tag__startswith="decision:").exists()


def test_a_new_artefact_makes_the_approval_stale(board):
    key = board.approved()
    board.name_artefact(board.release, OTHER_DIGEST)
    found = approval(board)
    assert not found.stands
    assert "artefacts" in found.reasons[0]
    assert "artefacts" in lacks(board)
    assert code(board.move(key, "scheduled")) == (409, "E_DOSSIER_STALE")
    assert denied_codes()[-1] == "E_DOSSIER_STALE"


@pytest.mark.parametrize("changed", [{"risk": "High after all"}, {"rollback": {"minutes": 90}}])
def test_an_edit_makes_the_approval_stale(board, changed):
    key = board.approved()
    tag = board.shop.qa.get(f"/change-requests/{key}")["ETag"]
    made(board.shop.qa.patch(f"/change-requests/{key}", changed, If_Match=tag))
    assert not approval(board).stands


def test_another_target_and_another_edition_make_it_stale(board):
    board.approved()
    tag = board.shop.manager.get(f"/releases/{board.release}")["ETag"]
    board.shop.manager.patch(f"/releases/{board.release}", {"target": "uat"}, If_Match=tag)
    assert "target" in lacks(board)
    number = board.shop.propose((RULEBOOK + BOARD).replace("97%", "98%")).json()["number"]
    for who, role in board.shop.parties():
        board.shop.sign(who, role, number)
    assert "rulebook" in " ".join(approval(board).reasons)


def test_a_member_is_counted_once_and_a_seat_too(board, person):
    item = board.on_agenda(board.waiting())
    made(board.vote(board.ops, item))
    assert code(board.vote(board.ops, item)) == (409, "E_SIGNED_ALREADY")
    second = person("operations", product="shop")
    assert code(board.vote(second, item)) == (409, "E_DUPLICATE_SEAT")
    both = person("product-manager", "security", product="shop")
    made(board.vote(both, item, role="security-compliance"))
    assert code(board.vote(both, item, role="product-manager")) == (409, "E_SIGNED_ALREADY")
    assert BoardVote.objects.count() == 2


def test_three_voices_are_no_quorum_of_six(board):
    item = board.on_agenda(board.waiting())
    made(board.vote(board.ops, item))
    made(board.vote(board.security, item))
    assert code(board.answer(item)) == (409, "E_QUORUM_LOST")
    made(board.vote(board.business, item, "abstain"))
    made(board.answer(item))


def test_a_voice_from_a_lost_seat_counts_no_more(board):
    from flightrules.service.people.models import RoleGrant

    item = board.on_agenda(board.waiting())
    board.voted(item)
    RoleGrant.objects.filter(person_id=board.ops.key).update(revoked_at=now() - timedelta(seconds=1))
    assert code(board.answer(item)) == (409, "E_QUORUM_LOST")


def test_voices_on_what_has_changed_are_asked_for_again(board):
    item = board.on_agenda(board.waiting())
    board.voted(item)
    before = board.shown(item)
    board.name_artefact(board.release, OTHER_DIGEST)
    assert code(board.answer(item, shown=before)) == (409, "E_DOSSIER_STALE")
    assert code(board.answer(item)) == (409, "E_QUORUM_LOST")
    board.voted(item)
    made(board.answer(item))
    votes = made(board.shop.qa.get(f"/board-items/{item}"))["votes"]
    assert [one["counts"] for one in votes] == [False] * 3 + [True] * 3


def test_as_many_against_it_as_for_it_defer_it(board):
    item = board.on_agenda(board.waiting())
    made(board.vote(board.ops, item, "reject", reason="The runbook names the old host"))
    made(board.vote(board.security, item, "reject", reason="Keys are not rotated"))
    made(board.vote(board.business, item))
    assert code(board.answer(item)) == (409, "E_NO_CONSENSUS")
    made(board.answer(item, "rejected", rationale="First the runbook and the keys"))
    assert tags()[-1] == "board:change-request:rejected"
    assert not approval(board).stands


def test_a_rejected_change_goes_back_to_work_and_comes_again(board):
    key = board.waiting()
    item = board.on_agenda(key)
    board.voted(item)
    made(board.answer(item, "rejected"))
    assert board.shop.qa.get(f"/change-requests/{key}").json()["state"] == "assess"
    assert code(board.answer(item)) == (409, "E_BOARD_ANSWERED")
    made(board.move(key, "authorize"))
    again = board.on_agenda(key)
    board.voted(again)
    made(board.answer(again))
    assert lacks(board) == ""


def test_who_rejects_says_why(board):
    item = board.on_agenda(board.waiting())
    assert code(board.vote(board.ops, item, "reject", reason="-")) == (422, "E_RATIONALE")
    board.voted(item)
    assert code(board.answer(item, rationale="tbd")) == (422, "E_RATIONALE")


def test_the_chair_does_not_approve_their_own_request(board):
    path = f"/releases/{board.release}/change-requests"
    key = made(board.shop.manager.post(path, CHANGE))["key"]
    board.move(key, "assess")
    board.move(key, "authorize")
    item = board.on_agenda(key)
    board.voted(item)
    made(board.vote(board.shop.qa, item))
    assert code(board.vote(board.shop.manager, item)) == (403, "E_SELF_APPROVAL")
    assert code(board.answer(item)) == (403, "E_SELF_APPROVAL")
    assert denied_codes()[-1] == "E_SELF_APPROVAL"
    other = board.person("release-manager", product="shop")
    made(board.answer(item, who=other))


def test_a_delegate_of_the_requester_has_no_voice_on_the_request(board):
    from flightrules.service.people.models import Delegation

    lent = board.person(product="shop")
    Delegation.objects.create(
        holder_id=board.shop.qa.key,
        delegate_id=lent.key,
        role="qa-lead",
        product="shop",
        starts_at=now() - timedelta(days=1),
        ends_at=now() + timedelta(days=1),
        reason="away",
        made_at=now() - timedelta(days=1),
    )
    item = board.on_agenda(board.waiting())
    assert code(board.vote(lent, item)) == (403, "E_SELF_APPROVAL")


def test_who_does_not_sit_on_the_board_is_heard_elsewhere(board):
    item = board.on_agenda(board.waiting())
    refused = board.vote(board.shop.engineering, item)
    assert code(refused) == (403, "E_CONSULTED_ONLY")
    assert "blocker" in refused.json()["hint"]
    assert code(board.answer(item, who=board.ops)) == (403, "E_CONSULTED_ONLY")
    assert board.vote(board.shop.stranger, item, shown="a" * 64).status_code == 404
    assert board.shop.ci.post(f"/board-items/{item}/votes", {}).status_code in (403, 422)


def test_voices_and_answers_are_proved(board):
    item = board.on_agenda(board.waiting())
    body = {"choice": "approve", "shown_sha256": board.shown(item)}
    assert code(board.ops.post(f"/board-items/{item}/votes", body)) == (401, "E_REAUTH_REQUIRED")
    board.voted(item)
    said = {"outcome": "approved", "rationale": "As agreed", "shown_sha256": board.shown(item)}
    assert code(board.shop.manager.post(f"/board-items/{item}/answer", said)) == (401, "E_REAUTH_REQUIRED")


def test_a_scorecard_is_whole_and_rests_on_evidence(board):
    item = made(board.call(board.waiting()))["agenda"][0]["key"]
    assert code(board.vote(board.ops, item)) == (409, "E_SCORECARD")
    area = {"rating": "green", "rationale": "They said that it works", "evidence": LINK}
    assert code(board.score(item, testing={**area, "evidence": None})) == (422, "E_EVIDENCE_NEEDED")
    assert code(board.score(item, testing={**area, "rationale": "tbd"})) == (422, "E_SCORECARD")
    assert board.score(item, testing={**area, "rating": "blue"}).status_code == 422
    unknown = {**area, "evidence": None, "evidence_sha256": "c" * 64}
    assert code(board.score(item, testing=unknown)) == (422, "E_EVIDENCE_UNKNOWN")
    part = board.shop.bring(board.release, "CI pipeline", junit(100)).json()
    filled = made(board.score(item, testing={**unknown, "evidence_sha256": part["sha256"]}))
    assert filled["scorecard"]["testing"]["sha256"] == part["sha256"]
    assert tags()[-1] == "board:scorecard:filled"


def test_another_scorecard_asks_for_the_voices_again(board):
    item = board.on_agenda(board.waiting())
    board.voted(item)
    amber = {"rating": "amber", "rationale": "One host is slow", "evidence": LINK}
    made(board.score(item, operations=amber))
    assert code(board.answer(item)) == (409, "E_QUORUM_LOST")


def test_a_patch_needs_no_board_and_a_release_without_class_does(board):
    release = Release.objects.get(pk=board.release)
    release.release_class = "patch"
    assert queries.lacks_approval(release, now()) == ""
    release.release_class = ""
    assert "states no known class" in queries.lacks_approval(release, now())


def test_a_product_led_by_its_board_needs_it_for_every_release(shop):
    shop.adopt(RULEBOOK.replace("preset: qa-led", "preset: cab-led"))
    release = Release.objects.get(pk=shop.release()["key"])
    assert "every release" in queries.lacks_approval(release, now())


def test_without_an_agreement_nothing_asks_for_the_board(shop):
    assert queries.lacks_approval(Release.objects.get(pk=shop.release()["key"]), now()) == ""


# --- sessions


def test_members_are_invited_and_attendance_is_their_own_word(board):
    from flightrules.service.notices.models import Outbox

    called = made(board.call(board.waiting(), minutes=90))
    assert (called["quorum"], called["chair"], called["agenda"][0]["minutes"]) == (4, "release-manager", 90)
    invited = set(Outbox.objects.filter(about__startswith="board-session/").values_list("person", flat=True))
    assert {board.ops.key, board.security.key, board.business.key, board.shop.manager.key} <= invited
    path = f"/board-sessions/{called['key']}/attendance"
    assert code(board.ops.post(path, {"action": "leave"})) == (409, "E_ATTENDANCE")
    came = made(board.ops.post(path, {"action": "join"}))["attendance"]
    assert [(one["person"], one["roles"]) for one in came] == [(board.ops.key, ["operations"])]
    assert code(board.ops.post(path, {"action": "join"})) == (409, "E_ATTENDANCE")
    assert made(board.ops.post(path, {"action": "leave"}))["attendance"][0]["left_at"]


def test_what_a_session_did_not_answer_is_deferred_to_the_next(board):
    key = board.waiting()
    item = board.on_agenda(key)
    session = made(board.shop.qa.get(f"/board-items/{item}"))["session"]
    assert code(board.call(key)) == (422, "E_AGENDA")
    path = f"/board-sessions/{session}/closure"
    made(board.shop.manager.post(path))
    assert code(board.shop.manager.post(path)) == (409, "E_SESSION_HELD")
    assert code(board.vote(board.ops, item)) == (409, "E_SESSION_HELD")
    last = json.loads(bytes(Entry.objects.filter(tag="board:session:held").last().body))
    assert last["data"]["deferred"] == [key]
    made(board.call(key))


@pytest.mark.parametrize("agenda", [[], ["00000000-0000-4000-8000-000000000000"]])
def test_an_agenda_names_change_requests(board, agenda):
    assert board.call(*agenda).status_code == 422


def test_only_what_waits_for_the_board_comes_to_it(board):
    key = board.change()["key"]
    assert code(board.call(key)) == (422, "E_AGENDA")
    board.move(key, "assess")
    board.move(key, "authorize")
    assert code(board.call(key, kind="emergency")) == (422, "E_AGENDA")
    assert code(board.call(key, starts_at="2026-11-21T09:00:00")) == (422, "E_TIME")
    made(board.call(key))


def test_an_emergency_board_has_the_smaller_quorum_of_the_emergency_act(board):
    cto = board.person("cto", product="shop", name="Rosa Lind")
    path = f"/releases/{board.release}/change-requests"
    refused = board.shop.qa.post(path, {**CHANGE, "type": "emergency"})
    assert code(refused) == (403, "E_CLASSIFICATION_REQUIRED")
    Release.objects.filter(pk=board.release).update(emergency="c" * 32)  # as a classification engages it
    key = board.waiting(type="emergency")
    called = made(board.call(key, kind="emergency"))
    assert (called["quorum"], called["chair"]) == (1, "cto-vp-eng")
    item = called["agenda"][0]["key"]
    made(board.score(item))
    assert code(board.answer(item)) == (403, "E_CONSULTED_ONLY")
    Release.objects.filter(pk=board.release).update(emergency="")
    assert code(board.answer(item, who=cto)) == (403, "E_CLASSIFICATION_REQUIRED")
    Release.objects.filter(pk=board.release).update(emergency="c" * 32)
    said = made(board.answer(item, who=cto))
    assert said["answer"]["voters"] == [{"person": cto.key, "role": "cto-vp-eng", "choice": "approve"}]


def test_two_chairs_who_answer_give_one_answer(board):
    other = board.person("release-manager", product="shop")
    item = board.on_agenda(board.waiting())
    board.voted(item)
    shown = board.shown(item)
    made(board.answer(item, shown=shown))
    assert code(board.answer(item, "rejected", who=other, shown=shown)) in (
        (409, "E_BOARD_ANSWERED"),
        (409, "E_DOSSIER_STALE"),
    )
    assert BoardAnswer.objects.count() == 1


def test_the_requester_hears_the_answer(board):
    from flightrules.service.notices.models import Outbox

    key = board.approved()
    told = Outbox.objects.filter(about=f"change-request/{key}").values_list("person", flat=True)
    assert list(told) == [board.shop.qa.key]
    prove_now(board.shop.qa)


# --- approvals that went stale


def swept():
    """What the sweep does every few seconds."""
    from flightrules.service.board.jobs import lapse, to_lapse

    for key in to_lapse(now(), 10):
        lapse(key, now())
        lapse(key, now())


def test_a_stale_approval_is_voided_for_good_and_told(board):
    from flightrules.service.notices.models import Outbox

    key = board.approved()
    swept()
    assert approval(board).stands
    board.name_artefact(board.release, OTHER_DIGEST)
    swept()
    swept()
    assert tags().count("board:change-request:lapsed") == 1
    told = set(Outbox.objects.filter(about=f"change-request/{key}").values_list("person", flat=True))
    assert {board.shop.qa.key, board.shop.manager.key, board.ops.key} <= told
    board.name_artefact(board.release, "a" * 64)
    assert not approval(board).stands
    assert "artefacts" in lacks(board)
    assert code(board.move(key, "scheduled")) == (409, "E_DOSSIER_STALE")


def test_a_change_that_was_cancelled_or_answered_anew_is_not_voided(board):
    key = board.approved()
    board.name_artefact(board.release, OTHER_DIGEST)
    made(board.move(key, "assess"))
    swept()
    made(board.move(key, "authorize"))
    item = board.on_agenda(key)
    board.voted(item)
    made(board.answer(item))
    swept()
    assert "board:change-request:lapsed" not in tags()
    assert approval(board).stands


# --- approvals that were not used in time


def moved_back(**span) -> None:
    BoardAnswer.objects.update(at=now() - timedelta(**span))


def test_an_approval_ends_with_the_window_that_it_was_given_for(board):
    key = board.approved()
    told = board.shop.qa.get(f"/change-requests/{key}").json()["approval"]
    closes = Release.objects.get(pk=board.release).closes_at
    assert told["stands"]
    assert told["valid_until"][:19] == closes.isoformat()[:19]
    later = closes + timedelta(seconds=1)
    found = queries.approval_of(Release.objects.get(pk=board.release), later)
    assert not found.stands
    assert found.reasons == (f"the approval was valid until {closes:%Y-%m-%d %H:%M} UTC",)
    assert "was valid until" in queries.lacks_approval(Release.objects.get(pk=board.release), later)


def test_an_approval_ends_after_thirty_days_whatever_the_window(board):
    board.approved()
    moved_back(days=30)
    assert "was valid until" in lacks(board)
    swept()
    lapsed = BoardAnswer.objects.get()
    assert lapsed.lapsed_at is not None
    assert "was valid until" in lapsed.lapsed_because
    assert tags()[-1] == "board:change-request:lapsed"


def test_a_rulebook_may_agree_on_another_age(shop, person):
    from service.board.board_stories import Board

    times = "  decisions: {board_counts_for: 2 days, template_counts_for: 90 days}\n"
    shop.adopt(RULEBOOK + BOARD + times)
    board = Board.__new__(Board)
    board.shop, board.person = shop, person
    board.ops = person("operations", product="shop")
    board.security = person("security", product="shop")
    board.business = person("business-owner", product="shop")
    board.release = board.new_release("4.3.0")
    board.approved()
    moved_back(days=2, seconds=-60)
    assert approval(board).stands
    moved_back(days=2)
    assert not approval(board).stands


def test_an_approval_of_what_is_under_way_does_not_end(board):
    """The window may close while people are still at work; what was begun in time was approved."""
    from flightrules.service.board.models import ChangeRequest

    board.approved()
    moved_back(days=31)
    assert not approval(board).stands
    ChangeRequest.objects.update(state="implement")
    assert approval(board).stands
    swept()
    assert BoardAnswer.objects.get().lapsed_at is None
