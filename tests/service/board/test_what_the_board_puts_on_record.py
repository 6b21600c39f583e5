"""Each step of a change before the board is on record as it was; and who sits there is what the house agreed on."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from flightrules.service.board import lapsing
from flightrules.service.board.bodies import composed, invited_of
from flightrules.service.board.models import AgendaItem, BoardAnswer, BoardVote, Scorecard
from flightrules.service.board.standing import valid_until
from flightrules.service.board.voting import AREAS
from flightrules.service.people.models import RoleGrant
from people_stories import now
from service.board.board_stories import BOARD, LINK, code, made
from service.board.test_a_change_goes_its_way import templated
from service.decisions.deciding import entries
from service.decisions.test_what_an_override_puts_on_record import meant
from service.shop import OTHER_DIGEST, RULEBOOK

SEATS = [
    "release-manager",
    "product-manager",
    "qa-lead",
    "operations",
    "security-compliance",
    "business-owner",
]
EMERGENCY = """\
tracks:
  emergency: {title: Emergency, classified_in_writing: yes, approver: [cto_vp_eng, product_manager], quorum: 2}
"""
ACT = """\
  acts:
    emergency: {accountable: qa_lead, signers: [qa_lead, cto_vp_eng, product_manager], quorum: 3}
"""


def test_what_was_called_scored_said_and_answered(board):
    key = board.approved()
    item, answer = AgendaItem.objects.get(), BoardAnswer.objects.get()
    about = {"session": str(item.session_id), "release": board.release}
    called = entries("board:session:called")[-1]
    assert called.pop("starts_at") == item.session.starts_at.isoformat()
    assert called == {
        "product": "shop",
        "body": "cab",
        "kind": "regular",
        "members": SEATS,
        "chair": "release-manager",
        "quorum": 4,
        "agenda": [key],
        "releases": [board.release],
    }
    [scored] = entries("board:scorecard:filled")
    green = dict.fromkeys(AREAS, "green")
    assert scored == about | {"ratings": green, "evidence": [], "digest": Scorecard.objects.get().digest}
    signed = {"components": 2, "through": "grant", "shown": answer.shown}
    roles = ("operations", "security-compliance", "business-owner")
    people = [board.ops.key, board.security.key, board.business.key]
    voices = [
        {"person": who, "role": role, "choice": "approve"} for who, role in zip(people, roles, strict=True)
    ]
    assert entries("board:change-request:voted") == [
        about | signed | voice | {"holder": voice["person"]} for voice in voices
    ]
    [told] = entries("board:change-request:authorised")
    assert meant(told.pop("rationale")).startswith("Tested twice")
    chair = {"person": board.shop.manager.key, "role": "release-manager", "choice": "approve"}
    outcome = {"outcome": "approved", "state": "authorize", "voters": [*voices, chair]}
    assert told == about | signed | outcome | {"role": "release-manager", "holder": board.shop.manager.key}


def test_what_was_raised_edited_moved_and_closed(board):
    key = board.waiting()
    [raised] = entries("board:change-request:raised")
    assert meant(raised.pop("texts")).startswith("title: Vouchers in the till\ncategory: application")
    assert {name: raised[name] for name in ("product", "release", "type")} == {
        "product": "shop",
        "release": board.release,
        "type": "normal",
    }
    moves = [(one["from"], one["to"], one["revision"]) for one in entries("board:change-request:moved")]
    assert [one[:2] for one in moves] == [("new", "assess"), ("assess", "authorize")]
    assert moves[1][2] == moves[0][2] + 1
    tag = board.shop.qa.get(f"/change-requests/{key}")["ETag"]
    made(board.shop.qa.patch(f"/change-requests/{key}", {"risk": "None", "impact": "The till"}, If_Match=tag))
    [edited] = entries("board:change-request:edited")
    assert (edited["changed"], edited["revision"]) == (["impact", "risk"], moves[1][2] + 1)
    item = board.on_agenda(key)
    session = made(board.shop.qa.get(f"/board-items/{item}"))["session"]
    board.ops.post(f"/board-sessions/{session}/attendance", {"action": "join"})
    assert entries("board:session:attended") == [
        {"person": board.ops.key, "roles": ["operations"], "joins": True}
    ]
    made(board.shop.manager.post(f"/board-sessions/{session}/closure"))
    assert entries("board:session:held") == [{"deferred": [key], "attended": [board.ops.key]}]


def test_an_approval_that_lapsed_says_of_what_it_was(board):
    board.approved()
    answer = BoardAnswer.objects.get()
    board.name_artefact(board.release, OTHER_DIGEST)
    assert lapsing.to_lapse(now(), 9) == [str(answer.key)]
    lapsing.lapse(str(answer.key), now())
    [told] = entries("board:change-request:lapsed")
    assert (told["release"], told["shown"]) == (board.release, answer.shown)
    assert "artefacts" in told["reasons"][0]
    assert lapsing.to_lapse(now(), 9) == []


def test_voices_on_one_change_are_none_on_another(board):
    first = board.waiting()
    second = board.waiting(board.new_release("5.0.0"))
    items = made(board.call(first, second, minutes=61))["agenda"]
    assert [one["minutes"] for one in items] == [30, 30]
    assert list(AgendaItem.objects.order_by("place").values_list("change", "place")) == [
        (UUID(first), 1),
        (UUID(second), 2),
    ]
    for one in items:
        made(board.score(one["key"]))
    board.voted(items[0]["key"])
    made(board.vote(board.ops, items[1]["key"]))
    assert code(board.answer(items[1]["key"])) == (409, "E_QUORUM_LOST")
    made(board.answer(items[0]["key"]))
    assert BoardVote.objects.filter(voided_at__isnull=True).count() == 4


def test_an_approval_ends_at_the_very_moment(board):
    from flightrules.service.board import queries
    from flightrules.service.releases.models import Release

    board.approved()
    row = Release.objects.get(pk=board.release)
    stands = lambda at: queries.approval_of(row, at).stands  # noqa: E731 -- one question
    assert stands(row.closes_at - timedelta(microseconds=1))
    assert not stands(row.closes_at)


@pytest.mark.parametrize(
    ("more", "kind", "chair", "quorum", "added"),
    [
        ("", "regular", "release-manager", 4, []),
        ("", "emergency", "cto-vp-eng", 1, ["cto-vp-eng"]),
        (EMERGENCY, "emergency", "cto-vp-eng", 2, ["cto-vp-eng"]),
        (EMERGENCY.replace("quorum: 2", "quorum: 1"), "regular", "release-manager", 4, []),
        (ACT, "emergency", "qa-lead", 3, ["cto-vp-eng"]),
    ],
)  # fmt: skip
def test_who_sits_on_a_board_and_how_many_have_to_speak(shop, more, kind, chair, quorum, added):
    shop.adopt(RULEBOOK + more)
    board = composed("shop", kind)
    assert (board.chair, board.quorum) == (chair, quorum)
    assert list(board.members) == [*SEATS, *added]


def test_a_body_of_the_rulebook_is_composed_as_it_says(shop):
    small = "      members: [qa_lead, operations]\n      chair: qa_lead\n"
    bodies = f"    small:\n{small}    go-no-go:\n      members: [qa_lead, cto_vp_eng]\n"
    shop.adopt(RULEBOOK + BOARD + bodies)
    board = composed("shop", "regular", "Small")
    assert (board.members, board.chair, board.quorum) == (("qa-lead", "operations"), "qa-lead", 2)
    assert composed("shop", "regular", "nobody knows").quorum == 4
    assert invited_of("shop") == ("qa-lead", "cto-vp-eng")
    assert invited_of("bank") == ("release-manager", "qa-lead", "business-owner", "operations")
    assert composed("bank", "emergency").quorum == 2


def test_a_template_counts_for_a_year_or_for_as_long_as_was_agreed(board):
    templated(board)
    answer = BoardAnswer.objects.get()
    assert valid_until(answer) == answer.at + timedelta(days=365)
    text = RULEBOOK + BOARD + "  decisions: {template_counts_for: 90 days}\n"
    number = board.shop.propose(text).json()["number"]
    for who, role in board.shop.parties():
        made(board.shop.sign(who, role, number))
    assert valid_until(answer) == answer.at + timedelta(days=90)


def test_an_area_may_be_red_and_its_entry_says_so(board):
    item = board.on_agenda(board.waiting())
    red = {"rating": "red", "rationale": "The runbook names the old host", "evidence": LINK}
    made(board.score(item, operations=red, risk=red | {"rating": "amber"}))
    told = entries("board:scorecard:filled")[-1]["ratings"]
    assert (told["operations"], told["risk"], told["testing"]) == ("red", "amber", "green")
    assert Scorecard.objects.filter(voided_at__isnull=True).count() == 1


def test_a_voice_of_a_seat_that_was_lost_gives_way_to_who_has_it_now(board, person):
    item = board.on_agenda(board.waiting())
    made(board.vote(board.ops, item))
    made(board.vote(board.security, item))
    RoleGrant.objects.filter(person_id=board.ops.key).update(revoked_at=now())
    made(board.vote(person("operations", product="shop"), item, "reject", reason="The runbook is old."))
    assert meant(entries("board:change-request:voted")[-1]["reason"]) == "The runbook is old."
    votes = [(one.role, one.voided_at is None) for one in BoardVote.objects.order_by("at")]
    assert votes == [("operations", False), ("security-compliance", True), ("operations", True)]
