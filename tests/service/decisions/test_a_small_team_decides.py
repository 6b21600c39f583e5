"""A small team has fewer roles, never fewer people behind a signature: decision 0038."""

from __future__ import annotations

from service.decisions.deciding import case_of, code
from service.shop import RULEBOOK

ONE_ROLE = """\
  acts:
    authorisation: {accountable: qa_lead, signers: [qa_lead]}
"""


def test_one_role_may_answer_for_verdict_vote_and_decision(shop):
    case = case_of(shop, RULEBOOK + ONE_ROLE)
    assert case.open().status_code == 201
    for answer in (case.verdict(), case.vote(who=shop.qa, role="qa-lead"), case.decide(who=shop.qa)):
        assert answer.status_code == 201, answer.content
    assert case.release()["state"] == "decided"


def test_a_rulebook_that_counts_one_person_twice_is_not_proposed(shop):
    answer = shop.propose(RULEBOOK + ONE_ROLE.replace("]}", "], distinct_people: no}"))
    assert (answer.status_code, code(answer)) == (422, "E_FLOOR")
