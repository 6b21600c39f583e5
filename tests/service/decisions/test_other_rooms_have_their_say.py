"""What must come first is asked of the rooms that know it: the board's approval, and an emergency's list."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.decisions.standing import why_undecided
from flightrules.service.releases.models import Release
from people_stories import now
from service.board.board_stories import BOARD, Board
from service.decisions.deciding import Case, case_of, code, entries
from service.emergencies.conftest import emergency  # noqa: F401 -- a fixture
from service.shop import RULEBOOK, junit, tracker


@pytest.fixture
def board(shop, person):
    return Board(shop, person)


def on_its_way(shop, key) -> Case:
    """The release of another room's story, with everything that a poll takes."""
    case = Case(shop, key)
    opens = now() + timedelta(hours=1)
    case.edit(
        justification="Customers wait for it.",
        scope_in=["till"],
        target="prod",
        opens_at=opens.isoformat(),
        closes_at=(opens + timedelta(hours=6)).isoformat(),
        zone="Europe/Berlin",
    )
    return case


PATH = "  escalation: {L1: {contacts: [engineering_lead], respond_within: 1h}}\n"


def agree_on_a_path(shop):
    number = shop.propose(RULEBOOK + PATH + BOARD).json()["number"]
    for who, role in shop.parties():
        assert shop.sign(who, role, number).status_code == 201


def test_much_at_stake_needs_an_agreed_path_and_then_the_board(board):
    case = on_its_way(board.shop, board.release)
    board.shop.all_green(case.key)
    case.judge()
    assert code(case.open()) == "E_ESCALATION_PATH"
    agree_on_a_path(board.shop)
    case.judge()
    case.voted()
    answer = case.decide()
    assert code(answer) == "E_DECISION_LACKS"
    assert {one["kind"] for one in answer.json()["reasons"]} == {"lacking"}
    board.approved()
    assert case.decide().status_code == 201


@pytest.mark.parametrize("path", ["", "  escalation: {L1: {respond_within: 1h}}\n"])
def test_what_the_rulebook_calls_high_stakes_needs_somebody_to_go_to(shop, path):
    """Whatever the class of the release; a level without contacts leads to nobody."""
    case = case_of(shop, RULEBOOK + path + "release: {high_stakes: yes}\n")
    assert code(case.open()) == "E_ESCALATION_PATH"


@pytest.fixture
def hotfix(emergency):  # noqa: F811 -- as above
    """A classified hotfix with its whole list confirmed, the QA lead's word spoken."""
    from service.emergencies.test_the_list import confirm_all

    key = emergency.classified()
    case = on_its_way(emergency.shop, key)
    emergency.shop.manager.post(f"/releases/{key}/artefacts", {"name": "image", "sha256": "a" * 64})
    emergency.bring_diff(key, "src/pay/tax.py")
    for method, data in (
        ("smoke run", junit(20, suite="smoke")),
        ("coverage report", b"TN:\nSF:a.py\nDA:1,1\nDA:2,1\nLF:2\nLH:2\nend_of_record\n"),
        ("issue tracker", tracker()),
    ):
        assert emergency.shop.bring(key, method, data).status_code == 201
    emergency.shop.run(key, "entry")
    emergency.shop.run(key, "hotfix")
    confirm_all(emergency, key)
    return emergency, case


def test_an_emergency_is_approved_by_who_answers_for_it(hotfix):
    emergency, case = hotfix  # noqa: F811 -- as above
    opened = case.open()
    assert opened.status_code == 201, opened.content
    asked = opened.json()["asked"]
    assert (asked["roles"], asked["decider"], asked["gates"]) == (["cto-vp-eng"], "cto-vp-eng", ["hotfix"])
    assert code(case.decide(who=emergency.shop.owner)) == "E_CONSULTED_ONLY"
    refused = case.vote(who=emergency.cto, role="cto")
    if refused.status_code == 403:  # who classified it may not be the requester; then another authority votes
        pytest.fail(refused.content)
    assert case.now()["verdict"] == "go"  # the word that was spoken, owed in writing
    answer = case.decide(who=emergency.cto)
    assert answer.status_code == 201, answer.content
    owed = {one["rule"] for one in entries("obligation:obligation:owed")}
    assert len(owed) >= 2  # the written sign-off, and what follows the release


def test_without_its_list_an_emergency_does_not_go(hotfix):
    emergency, case = hotfix  # noqa: F811 -- as above
    case.open()
    case.vote(who=emergency.cto, role="cto")
    emergency.bring_diff(case.key, "src/pay/tax.py", "src/other.py")
    emergency.shop.run(case.key, "hotfix")
    case.shop.manager.post(f"/polls/{case.poll}/refresh")
    answer = case.decide(who=emergency.cto)
    assert answer.status_code == 409
    assert "lacking" in {one["kind"] for one in answer.json()["reasons"]}


def test_the_board_is_told_whether_a_release_may_go(case):
    row = Release.objects.get(pk=case.key)
    assert why_undecided(row, now()) == "nobody has decided that it may go"
    case.gone()
    assert why_undecided(row, now()) == ""
