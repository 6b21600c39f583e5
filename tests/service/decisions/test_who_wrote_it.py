"""Authors, testers and deployers are kept apart from who signs, as far as the rulebook asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.people.models import Account
from flightrules.service.records.models import Entry
from people_stories import denied_codes, now
from service.decisions.deciding import case_of, code
from service.shop import DIGEST, RULEBOOK, junit

HEAD = "c" * 40


def apart(first, second, *, unknown=False):
    """The shop's rulebook with one separation more."""
    return RULEBOOK + (
        f"  separations:\n    ours: {{first: {first}, second: {second}, unknown_refuses: {'yes' if unknown else 'no'}}}\n"
    )


def address(caller):
    return Account.objects.get(key=caller.account_key).email


def wrote(case, *addresses, who=None, head=HEAD):
    body = {"base": "b" * 40, "head": head, "commits": 3, "authors": list(addresses)}
    return (who or case.shop.ci).post(f"/releases/{case.key}/change-authors", body)


def test_who_wrote_the_change_does_not_sign_it(case):
    """SOD-02, for an ordinary release: CI states the authors from git, and the service knows whose address it is."""
    case.open()
    made = wrote(case, address(case.shop.owner).upper(), "stranger@example.org")
    assert made.status_code == 201, made.content
    assert (made.json()["authors"], made.json()["unknown"]) == ([case.shop.owner.key], 1)
    case.verdict()
    assert code(case.vote()) == "E_AUTHOR_IS_SIGNER"
    assert denied_codes()[-1] == "E_AUTHOR_IS_SIGNER"


def test_the_entry_holds_no_address(case):
    wrote(case, address(case.shop.owner), "stranger@example.org")
    entry = Entry.objects.get(tag="release:change-authors:stated")
    assert b"example.org" not in bytes(entry.body)


def test_an_author_who_is_told_of_later_blocks_the_decision(case):
    """Asked at the vote and again at the decision."""
    case.voted()
    wrote(case, address(case.shop.owner))
    answer = case.decide()
    assert answer.status_code in (403, 409), answer.content
    assert "author" in str(answer.json()).casefold()


def test_without_a_word_of_the_rulebook_unknown_authors_block_nobody(case):
    wrote(case, "stranger@example.org")
    assert case.gone()["outcome"] == "GO"


def test_where_the_rulebook_asks_an_unknown_author_lets_nobody_sign(shop):
    case = case_of(shop, apart("change_author", "signer", unknown=True))
    case.open()
    assert code(case.verdict()) == "E_PART_UNKNOWN"
    wrote(case, "stranger@example.org")
    assert code(case.verdict()) == "E_PART_UNKNOWN"


def test_where_everybody_is_known_the_same_rulebook_lets_others_sign(shop):
    case = case_of(shop, apart("change_author", "signer", unknown=True))
    wrote(case, address(shop.engineering))
    assert case.gone()["outcome"] == "GO"


def test_what_was_stated_can_only_be_added_to(shop):
    """Nobody makes an author unknown, or known, by another statement."""
    case = case_of(shop, apart("change_author", "signer", unknown=True))
    wrote(case, "stranger@example.org")
    wrote(case, address(shop.engineering), head="d" * 40)
    case.open()
    assert code(case.verdict()) == "E_PART_UNKNOWN"
    rows = shop.qa.get(f"/releases/{case.key}/change-authors").json()["items"]
    assert sorted(one["unknown"] for one in rows) == [0, 1]


def test_an_account_that_nobody_vouched_for_is_nobodys(case):
    Account.objects.filter(key=case.shop.owner.account_key).update(awaits_vouching=True)
    made = wrote(case, address(case.shop.owner))
    assert (made.json()["authors"], made.json()["unknown"]) == ([], 1)


def test_who_wrote_it_does_not_test_it_where_the_rulebook_says_so(shop):
    """The engineer brings a run of the tests of what they wrote: the votes count, the decision is refused."""
    case = case_of(shop, apart("change_author", "tester"))
    assert shop.bring(case.key, "CI pipeline", junit(200), who=shop.engineering).status_code == 201
    case.judge()
    wrote(case, address(shop.engineering))
    case.voted()
    answer = case.decide()
    assert answer.status_code == 409, answer.content
    assert "author is tester" in str(answer.json())


@pytest.mark.parametrize("unknown", [False, True])
def test_who_asked_for_it_does_not_deploy_it_where_the_rulebook_says_so(shop, unknown):
    case = case_of(
        shop,
        apart("requester", "deployer", unknown=unknown),
        opens_at=(now() - timedelta(minutes=1)).isoformat(),
    )
    case.gone()
    asked = f"/clearance?artefact={DIGEST}&environment=prod"
    assert [one["code"] for one in shop.manager.get(asked).json()["reasons"]] == ["separation"]
    assert shop.engineering.get(asked).json()["open"] is True
    assert shop.ci.get(asked).json()["open"] is True


def test_a_machine_that_deploys_is_nobody_where_deployers_have_to_be_known(shop):
    case = case_of(
        shop,
        apart("deployer", "requester", unknown=True),
        opens_at=(now() - timedelta(minutes=1)).isoformat(),
    )
    case.gone()
    asked = f"/clearance?artefact={DIGEST}&environment=prod"
    assert [one["code"] for one in shop.ci.get(asked).json()["reasons"]] == ["separation_unknown"]
    assert shop.engineering.get(asked).json()["open"] is True


def test_who_may_not_bring_evidence_states_no_authors(case):
    assert wrote(case, "a@example.org", who=case.shop.stranger).status_code == 404
    assert wrote(case, "a@example.org", who=case.shop.owner).status_code == 403


def test_nothing_is_stated_of_nobody(case):
    for body in (
        {"head": HEAD, "commits": 1, "authors": []},
        {"head": "main", "commits": 1, "authors": ["a@example.org"]},
        {"head": HEAD, "commits": 0, "authors": ["a@example.org"]},
    ):
        assert case.shop.ci.post(f"/releases/{case.key}/change-authors", body).status_code == 422


def test_where_testers_have_to_be_known_a_machines_run_lets_nobody_decide(shop):
    """Nobody can show that who wrote it did not test it: the votes count, and it says UNKNOWN at the decision."""
    case = case_of(shop, apart("tester", "change_author", unknown=True))
    wrote(case, address(shop.engineering))
    case.voted()
    answer = case.decide()
    assert code(answer) == "E_SEPARATION"
    assert "tester is change author UNKNOWN, not everybody is known" in str(answer.json())
