"""An emergency at the door of decisions: what it lacks stops it, a P1 in it is lifted by nobody, a GO leaves debts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.emergencies import history
from flightrules.service.obligations.models import Obligation
from people_stories import denied_codes
from service.decisions.deciding import Case, code
from service.emergencies.conftest import proved
from service.emergencies.test_the_list import confirm_all, green
from service.shop import DIGEST, now


@pytest.fixture
def case(emergency):
    """A classified hotfix of which everything was stated, with a diff that keeps to its lock."""
    key = emergency.classified()
    case = Case(emergency.shop, key)
    opens = now() + timedelta(hours=1)
    case.edit(
        justification="Orders fail.",
        scope_in=["payments"],
        target="prod",
        opens_at=opens.isoformat(),
        closes_at=(opens + timedelta(hours=4)).isoformat(),
        zone="Europe/Berlin",
    )
    made = emergency.shop.manager.post(f"/releases/{key}/artefacts", {"name": "image", "sha256": DIGEST})
    assert made.status_code == 201
    emergency.bring_diff(key, "src/pay/tax.py")
    return case


def test_a_hotfix_without_its_list_does_not_go_and_with_it_leaves_its_debts(emergency, case):
    green(emergency, case.key)
    case.shop.run(case.key, "entry")
    assert case.open().status_code == 201
    assert case.verdict().status_code == 201
    assert case.vote(who=emergency.cto, role="cto").status_code == 201
    assert code(case.decide(who=emergency.cto)) == "E_DECISION_LACKS"
    confirm_all(emergency, case.key)
    answer = case.decide(who=emergency.cto)
    assert answer.status_code == 201, answer.content
    owed = {row.event: row for row in Obligation.objects.all()}
    assert set(owed) == {"verbal-sign-off", "decision", "emergency-release"}
    assert all(row.emergency for row in owed.values())
    Obligation.objects.filter(event="emergency-release").update(due_at=now() - timedelta(hours=1))
    emergency.past(30, 0)
    assert code(emergency.classify(emergency.hotfix("4.2.2"))) == "E_EMERGENCY_DEBTS"


def test_what_was_decided_as_an_emergency_counts_as_one(emergency, case):
    history.learn_decided(history_of_the_room())
    green(emergency, case.key)
    case.shop.run(case.key, "entry")
    confirm_all(emergency, case.key)
    for answer in (case.open(), case.verdict(), case.vote(who=emergency.cto, role="cto")):
        assert answer.status_code == 201, answer.content
    assert case.decide(who=emergency.cto).status_code == 201
    found = emergency.cto.get("/products/shop/emergencies").json()
    assert (found["emergencies"], found["releases"], found["exceeded"]) == (2, 2, True)
    _is_nowhere_left(emergency, case)


def _is_nowhere_left(emergency, case):
    """Opened again it may not be taken off the track, and withdrawn it still counts: it may have gone."""
    reason = {"reason": "The window closed before it went."}
    reopened = proved(emergency.shop.manager).post(f"/releases/{case.key}/reopening", reason)
    assert reopened.status_code == 201, reopened.content
    ended = proved(emergency.cto).post(f"/releases/{case.key}/emergency/end", reason)
    assert (ended.status_code, code(ended)) == (409, "E_EMERGENCY_STATE")
    assert emergency.shop.manager.post(f"/releases/{case.key}/withdrawal", reason).status_code == 201
    assert code(emergency.classify(emergency.hotfix("4.2.2"))) == "E_THROTTLE_EXCEEDED"


def history_of_the_room():
    from flightrules.service.decisions.history import once_let_go

    return lambda product: [(str(one.release_id), one.at, one.environment) for one in once_let_go(product)]


def test_a_p1_in_the_hotfix_is_overridden_by_nobody(emergency, case):
    run = green(emergency, case.key, defects=[("PROJ-7", "P1")])
    assert run["outcome"] == "NO-GO"
    case.shop.run(case.key, "entry")
    confirm_all(emergency, case.key)
    assert case.open().status_code == 201
    assert case.verdict("no-go", reason="Orders still vanish in this build.").status_code == 201
    decided = case.decide("NO-GO", who=emergency.cto, reason="The P1 is in the hotfix itself.")
    assert decided.status_code == 201, decided.content
    draft = emergency.cto.get(f"/releases/{case.key}/override-draft").json()
    assert "always blocks" in draft["forbidden"]
    body = {"accepts": draft["criteria"] + draft["defects"], "reason": "It loses money every minute."}
    answer = emergency.cto.post(f"/releases/{case.key}/overrides", body)
    assert (answer.status_code, code(answer)) == (403, "E_OVERRIDE_FORBIDDEN")
    assert "E_OVERRIDE_FORBIDDEN" in denied_codes()
    assert case.release()["state"] != "decided"
