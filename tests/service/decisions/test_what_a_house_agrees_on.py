"""What a house may agree on for itself: fewer roles, never fewer people (decision 0038); a time to mend in."""

from __future__ import annotations

from datetime import datetime, timedelta

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


REMEDIATION = """\
obligations:
  remediation:
    what: What blocks is mended, and the release is back in test.
    after: no-go
    within: 5 days
    owner: release_manager
"""


def test_a_no_go_opens_the_window_in_which_it_is_mended_where_one_was_agreed(shop):
    case = case_of(shop, RULEBOOK + REMEDIATION)
    case.open()
    assert case.decide("NO-GO", reason="Payments fail on one phone in five.").status_code == 201
    owed = shop.manager.get("/products/shop/obligations").json()["items"]
    [debt] = [one for one in owed if one["event"] == "no-go"]
    due = datetime.fromisoformat(debt["due_at"]) - datetime.fromisoformat(debt["started_at"])
    assert (debt["rule"], debt["owner"], due) == ("remediation", "release-manager", timedelta(days=5))


def test_a_rulebook_that_counts_one_person_twice_is_not_proposed(shop):
    answer = shop.propose(RULEBOOK + ONE_ROLE.replace("]}", "], distinct_people: no}"))
    assert (answer.status_code, code(answer)) == (422, "E_FLOOR")
