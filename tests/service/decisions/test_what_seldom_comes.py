"""Ways to a decision that few releases take: each of them ends where the rules say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flightrules.service.catalogue.models import Edition
from flightrules.service.decisions import decisions, jobs, overrides, polls, standing, votes
from flightrules.service.decisions.documents import paper
from flightrules.service.decisions.models import Decision, Poll, SignOff
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError
from flightrules.service.people.models import RoleGrant
from flightrules.service.releases.models import Release
from people_stories import actor_of, now
from service.decisions.deciding import case_of, code, entries
from service.decisions.test_a_no_go_is_overridden import ask, dissent, overridden, receive, sign
from service.decisions.test_what_is_not_there import NOBODY
from service.readiness.test_registers import TERMS, accept, record
from service.shop import OTHER_DIGEST, RULEBOOK, junit, tracker

pytestmark = [pytest.mark.slow, pytest.mark.seldom]

BOTH_ASKED = RULEBOOK + (
    "  roles: {engineering_lead: {may_sign: yes}}\n"
    "  acts: {authorisation: {accountable: product_owner, signers: [product_owner, engineering_lead], quorum: 2}}\n"
)


def signers(*roles, quorum=1):
    """A rulebook that asks these roles."""
    named = ", ".join(roles)
    act = f"{{accountable: product_owner, signers: [{named}], quorum: {quorum}}}"
    return f"{RULEBOOK}  acts: {{authorisation: {act}}}\n"


def far(days=5):
    """A window that closes in so many days."""
    return {"closes_at": (now() + timedelta(days=days)).isoformat()}


def agree_on(shop, text):
    number = shop.propose(text).json()["number"]
    for who, role in shop.parties():
        assert shop.sign(who, role, number).status_code == 201


@pytest.fixture
def cto(person):
    return person("cto", product="shop", name="Carla Ruiz")


def refused_by(shop, cto, text=RULEBOOK, **facts):
    """A release that does not pass, decided NO-GO."""
    case = case_of(shop, text, **facts)
    case.cto = cto
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    case.judge()
    assert case.open().status_code == 201
    assert case.decide("NO-GO", reason="Ten of a hundred tests fail.").status_code == 201
    return case


# -- who is asked, and who can be


def test_quality_may_be_asked_to_vote_as_well(shop):
    case = case_of(shop, signers("qa_lead", "product_owner", quorum=2))
    case.open()
    assert case.vote(who=shop.qa, role="qa-lead").status_code == 201
    assert case.vote().status_code == 201
    assert case.verdict().status_code == 201
    assert case.decide().status_code == 201


def test_a_role_without_the_power_is_no_seat_for_who_has_it_elsewhere(shop, person):
    engineers = signers("product_owner", "engineer").replace(
        "  acts:", "  roles: {engineer: {title: Engineer}}\n  acts:"
    )
    case = case_of(shop, engineers)
    case.open()
    both = person("product-owner", "engineer", product="shop")
    assert code(case.vote(who=both, role="engineer")) == "E_POWER"
    assert case.vote(who=both, role="product-owner").status_code == 201


def test_a_token_without_the_scope_signs_in_no_seat(case):
    case.open()
    narrow = actor_of(case.shop.owner, via="token", scopes=frozenset({"read"}), proved_at=now())
    said = votes.Said("go", case.dossier())
    with pytest.raises(DeniedError) as refused:
        votes.vote(poll=case.poll, role="product-owner", said=said, by=narrow, at=now())
    assert refused.value.code == "E_POWER"


def test_one_person_for_two_roles_cannot_complete_a_poll(case, person):
    person("qa-lead", "product-owner", product="shop")
    keys = [case.shop.qa.key, case.shop.owner.key]
    RoleGrant.objects.filter(person_id__in=keys).update(revoked_at=now())
    answer = case.open()
    assert code(answer) == "E_POLL_UNSATISFIABLE"
    assert "product owner, QA lead" in answer.json()["detail"]


def test_of_three_roles_two_have_nobody(shop):
    case = case_of(shop, signers("product_owner", "operations", "security_compliance", quorum=2))
    answer = case.open()
    assert code(answer) == "E_POLL_UNSATISFIABLE"
    assert "operations, security compliance" in answer.json()["detail"]


def test_whom_the_new_rulebook_does_not_ask_has_no_vote(shop):
    case = case_of(shop, BOTH_ASKED)
    case.open()
    case.vote(who=shop.engineering, role="engineering_lead")
    agree_on(
        shop,
        signers("product_owner").replace("  acts:", "  roles: {engineering_lead: {may_sign: yes}}\n  acts:"),
    )
    assert case.shop.manager.post(f"/polls/{case.poll}/refresh").status_code in (200, 201)
    [gone] = [one for one in case.sign_offs(act="vote") if one["voided_at"]]
    assert gone["voided_because"] == "not asked: the rulebook in force does not ask engineering lead"


def test_nobody_goes_where_it_is_unknown_who_opened_it(case):
    Release.objects.filter(pk=case.key).update(opened_by="")
    case.voted()
    answer = case.decide()
    assert code(answer) == "E_SEPARATION"
    assert "self approval" in answer.json()["detail"]


def test_the_record_says_of_each_vote_why_it_did_not_count(shop):
    case = case_of(shop, BOTH_ASKED)
    case.voted()
    assert case.vote(who=shop.engineering, role="engineering_lead").status_code == 201
    RoleGrant.objects.filter(person_id=shop.engineering.key).update(revoked_at=now())
    case.edit(build="4.3.0+18")
    answer = case.decide("NO-GO", reason="Another build came in between.")
    assert answer.status_code == 201, answer.content
    record = case.shop.owner.get(f"/decisions/{answer.json()['key']}/record.json").json()
    said = {one["role"]: one["why_not"] for one in record["votes"]}
    assert said == {"product-owner": "other_dossier", "engineering-lead": "role_lost"}


# -- two moments


def ahead(case):
    """Authorised, by the owner."""
    assert case.open("authorisation").status_code == 201
    for answer in (case.verdict(), case.vote(), case.decide()):
        assert answer.status_code in (201, 409), answer.content
    return answer.json()["key"]


def test_an_authorisation_is_superseded_by_the_next_one(case):
    first = ahead(case)
    second = ahead(case)
    assert case.decision(first)["voided_because"] == "superseded by another decision"
    assert case.decision(second)["stands"]
    assert case.release()["state"] == "ready"


def test_an_authorisation_of_something_else_is_voided_and_leaves_the_release_alone(case):
    key = ahead(case)
    case.shop.manager.post(f"/releases/{case.key}/artefacts", {"name": "image", "sha256": OTHER_DIGEST})
    assert list(jobs.to_void(now(), 10)) == [key]
    jobs.void(key, now())
    assert case.decision(key)["voided_because"].startswith("artefacts changed")
    assert case.release()["state"] == "ready"


def test_one_person_in_two_roles_across_the_two_moments_does_not_go(case, person):
    both = person("qa-lead", "product-owner", product="shop")
    case.open("authorisation")
    assert case.verdict().status_code == 201
    assert case.vote(who=both).status_code == 201
    assert case.decide().status_code == 201
    SignOff.objects.filter(act="verdict").update(voided_at=now(), voided_because="superseded")
    assert case.verdict(who=both).status_code == 201
    assert case.open().status_code == 201
    answer = case.decide()
    assert code(answer) == "E_SEPARATION"
    assert "one person speaks as QA lead and product owner" in answer.json()["detail"]


def test_an_authorisation_that_was_refused_is_overridden_as_one(shop, cto):
    case = case_of(shop)
    case.cto = cto
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    case.judge()
    assert case.open("authorisation").status_code == 201
    assert case.decide("NO-GO", reason="Ten of a hundred tests fail.").status_code == 201
    overridden(case)
    made = Decision.objects.get(outcome="GO BY OVERRIDE")
    assert (made.moment, case.release()["state"]) == ("authorisation", "in-test")


# -- overrides


def test_a_side_signs_once(shop, cto):
    case = refused_by(shop, cto)
    override = ask(case).json()
    assert dissent(case, override).status_code == 201
    assert code(dissent(case, override)) == "E_DUPLICATE_SEAT"


def test_nothing_is_overridden_before_testing_began(shop, cto):
    """A poll opens once testing began; a rulebook that asks for an entry gate afterwards has it judged first."""
    lines = RULEBOOK.splitlines(keepends=True)
    case = case_of(shop, "".join(line for line in lines if "kind: entry" not in line), gates=())
    case.cto = cto
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    shop.run(case.key, "exit")
    assert case.open().status_code == 201
    assert case.decide("NO-GO", reason="It is too early.").status_code == 201
    agree_on(shop, RULEBOOK)
    assert code(ask(case)) == "E_RELEASE_STATE"


def test_a_no_go_that_nothing_stands_for_is_decided_again_and_not_overridden(case, cto):
    case.cto = cto
    case.open()
    assert case.decide("NO-GO", reason="It rains.").status_code == 201
    answer = ask(case)
    assert (code(answer), "nothing stands against going" in answer.json()["detail"]) == (
        "E_OVERRIDE_NAMES",
        True,
    )


def test_nobody_signs_an_override_that_is_not_there(case, cto):
    body = {"key": NOBODY, "dossier": case.dossier()}
    assert code(sign(case, body, cto, "cto", dossier=body["dossier"])) == "E_NO_SUCH"
    assert code(receive(case, {**body, "statement": "0" * 64}, who=cto)) == "E_NO_SUCH"


def test_a_release_without_an_entry_gate_goes_by_override_from_its_draft(shop, cto):
    lines = RULEBOOK.splitlines(keepends=True)
    case = case_of(shop, "".join(line for line in lines if "kind: entry" not in line), gates=())
    case.cto = cto
    shop.bring(case.key, "CI pipeline", junit(90, 10))
    shop.run(case.key, "exit")
    case.open()
    assert case.decide("NO-GO", reason="Ten of a hundred tests fail.").status_code == 201
    overridden(case)
    assert case.release()["state"] == "decided"


def test_what_was_accepted_and_who_is_affected_is_in_the_risk_statement(shop, cto):
    case = case_of(shop)
    case.cto = cto
    facts = {
        "number": "PROJ-7",
        "title": "Orders vanish",
        "severity": "P1",
        "affected_users": "3 % of orders",
    }
    assert shop.qa.post("/products/shop/defects", facts).status_code == 201
    mild = {"number": "PROJ-8", "title": "A cent is lost", "severity": "P3"}
    assert shop.qa.post("/products/shop/defects", mild).status_code == 201
    shop.bring(case.key, "issue tracker", tracker(("PROJ-9", "P1"), ("PROJ-10", "P3")))
    case.judge()
    case.open()
    assert case.decide("NO-GO", reason="An order can vanish.").status_code == 201
    draft = cto.get(f"/releases/{case.key}/override-draft").json()
    assert draft["defects"] == ["PROJ-7", "PROJ-9"]
    answer = ask(case, accepts=["p1-open", "PROJ-7", "PROJ-9"])
    assert answer.status_code == 201, answer.content
    statement = cto.get(f"/overrides/{answer.json()['key']}/statement").json()
    assert "3 % of orders" in str(statement["defects"])


def test_a_gate_that_nobody_judged_is_not_overridden(shop, cto):
    extra = "  extra: {title: Extra, kind: stage, criteria: [smoke], blocks: promotion to nowhere}\nevidence:"
    more = RULEBOOK.replace("evidence:", extra, 1) + "classes:\n  careful: {gates: [exit, extra]}\n"
    case = refused_by(shop, cto, more)
    case.edit(release_class="careful")
    case.judge()
    assert code(ask(case)) == "E_RUN_STALE", "nobody knows what it would name"
    assert shop.run(case.key, "extra")["outcome"] == "GO"
    overridden(case)


def test_a_defect_that_became_worse_after_it_was_accepted_is_named_with_what_was_said_of_it(shop, cto):
    case = case_of(shop)
    case.cto = cto
    known = record(shop, "PROJ-9", "P2")
    for who, role, terms in ((shop.product_manager, "product-manager", TERMS), (shop.qa, "qa-lead", None)):
        assert accept(who, known, case.key, role, terms).status_code == 201
    other = record(shop, "PROJ-8", "P2")
    for who, role, terms in ((shop.product_manager, "product-manager", TERMS), (shop.qa, "qa-lead", None)):
        assert accept(who, other, case.key, role, terms).status_code == 201
    shop.bring(case.key, "issue tracker", tracker(("PROJ-9", "P1")))
    case.judge()
    case.open()
    assert case.decide("NO-GO", reason="It is a P1 by now.").status_code == 201
    draft = cto.get(f"/releases/{case.key}/override-draft").json()
    assert draft["defects"] == ["PROJ-9"]
    answer = ask(case, accepts=["p1-open", "PROJ-9"])
    assert answer.status_code == 201, answer.content
    statement = cto.get(f"/overrides/{answer.json()['key']}/statement").json()
    assert TERMS["mitigation"] in str(statement["defects"])


def test_an_override_ends_with_the_evidence_that_it_rests_on(shop, cto):
    case = refused_by(shop, cto, **far())
    overridden(case)
    made = Decision.objects.get(outcome="GO BY OVERRIDE")
    assert standing.standing_of_decision(made, now())[0]
    stands, because = standing.standing_of_decision(made, now() + timedelta(hours=25))
    assert not stands
    assert any("what the gate exit rests on expired" in one for one in because)


# -- what is looked at again


def test_evidence_that_expired_before_the_decision_decides_nothing(shop):
    case = case_of(shop, **far())
    case.voted()
    later = now() + timedelta(hours=25)
    said = decisions.Decided("GO", case.dossier())
    with pytest.raises(ConflictError) as refused:
        decisions.decide(poll=case.poll, said=said, by=actor_of(shop.owner, proved_at=later), at=later)
    assert refused.value.code == "E_RUN_STALE"
    assert "expired" in refused.value.message


def test_without_a_rulebook_in_force_nothing_stands(case):
    key = case.gone()["key"]
    Edition.objects.update(state="proposed")
    found = standing.standing_of_decision(Decision.objects.get(pk=key), now())
    assert found == (False, ("no rulebook is in force",))
    assert list(jobs.to_void(now(), 10)) == [key]


def test_a_release_whose_entry_has_failed_meanwhile_does_not_start_its_clock_again(case):
    case.gone()
    Release.objects.filter(pk=case.key).update(entry="failed", entry_failing=["smoke"])
    assert case.shop.manager.post(f"/releases/{case.key}/reopening", {"reason": "x y z"}).status_code == 201
    assert case.release()["state"] == "in-test"
    started = [one for one in entries("release:clock:started") if "opened again" in str(one)]
    assert started == []


def test_papers_exist_of_decisions_in_known_forms_and_by_known_names(case):
    key, by = case.gone()["key"], actor_of(case.shop.owner)
    for wrong in ((NOBODY, "record", "md"), (key, "poem", "md"), (key, "record", "odt")):
        with pytest.raises(ForeignError):
            paper(*wrong, by=by, at=now())


def test_what_is_swept_twice_is_as_it_was(case):
    case.voted()
    polls.sweep_poll(case.poll, now())
    assert Poll.objects.get(pk=case.poll).closed_at is None
    with pytest.raises(ForeignError):
        overrides.end_override(key=NOBODY, reason="x", by=actor_of(case.shop.qa), at=now())
