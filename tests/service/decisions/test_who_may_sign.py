"""Who may sign, in which seat, and once: SOD-01, SOD-07, SOD-11, AUT-01, AUT-03, AUT-04, AUT-06, AUT-09, AUT-10, AUT-13.

Every refusal is on record, and nothing has changed by it.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from flightrules.service.decisions import decisions, jobs
from flightrules.service.decisions.models import SignOff
from flightrules.service.door.refusals import DeniedError
from flightrules.service.people.models import Account, ApiToken, Delegation, Deputy, Person, RoleGrant
from flightrules.service.people.powers import Power
from people_stories import denied_codes, now, prove_now
from service.decisions.deciding import case_of, code, entries, proved
from service.shop import RULEBOOK, junit


def second_account(caller, name="second"):
    """Another account of the same person, with a token of its own."""
    account = Account.objects.create(
        person_id=caller.key, email=f"{name}-{caller.key}@example.org", opened_at=now()
    )
    token = f"frt_{name}-{caller.key}"
    ApiToken.objects.create(
        account=account,
        digest=hashlib.sha256(token.encode()).hexdigest(),
        title=name,
        scopes=[power.value for power in Power],
        issued_at=now(),
        expires_at=now() + timedelta(days=1),
    )
    return type(caller)(caller.key, str(account.key), token, caller.client)


def grant(caller, role, **changes):
    return RoleGrant.objects.create(
        person_id=caller.key,
        role=role,
        **{
            "product": "shop",
            "granted_by": "setup",
            "granted_at": now(),
            "counts_from": now() - timedelta(days=1),
            **changes,
        },
    )


def refused(case, answer, status, said):
    """A refusal on record after which everything is as before."""
    assert (answer.status_code, code(answer)) == (status, said), answer.content
    assert denied_codes()[-1] == said
    assert case.release()["state"] == "ready"


# --- the requester, the attestor, the author


def test_who_opened_the_release_does_not_sign_it(shop, person):
    both = person("release-manager", "product-owner", product="shop")
    shop.manager = both
    case = case_of(shop)
    assert case.open().status_code == 201
    refused(case, case.vote(who=both), 403, "E_SELF_APPROVAL")
    assert case.now()["heard"] == []
    case.verdict()
    case.vote()
    refused(case, case.decide(who=both), 403, "E_SELF_APPROVAL")


def test_nor_through_a_second_account(shop, person):
    both = person("release-manager", "product-owner", product="shop")
    shop.manager = both
    case = case_of(shop)
    case.open()
    refused(case, case.vote(who=second_account(both)), 403, "E_SELF_APPROVAL")


def test_who_brought_evidence_by_hand_does_not_judge_it(case):
    prove_now(case.shop.qa)
    assert case.shop.bring(case.key, "CI pipeline", junit(101), who=case.shop.qa).status_code == 201
    case.judge()
    refused(case, case.verdict(), 403, "E_ATTESTOR_IS_SIGNER")


def test_who_ticked_the_checklist_afterwards_has_signed_for_nothing(case):
    case.voted()
    made = case.shop.qa.post(
        f"/releases/{case.key}/checklists", {"checklist": "our own", "items": ["look at the logs"]}
    )
    assert made.status_code == 201, made.content
    case.judge()
    answer = case.decide()
    assert code(answer) == "E_DOSSIER_STALE"


def test_a_poll_that_nobody_could_complete_is_not_opened(case):
    assert case.shop.bring(case.key, "CI pipeline", junit(101), who=case.shop.qa).status_code == 201
    case.judge()
    answer = case.open()
    assert (answer.status_code, code(answer)) == (409, "E_POLL_UNSATISFIABLE")
    assert answer.json()["detail"].endswith("is left for QA lead")
    assert answer.json()["hint"].startswith("grant qa-lead, or name a deputy")


def test_a_deputy_makes_the_poll_possible_again(case, person):
    assert case.shop.bring(case.key, "CI pipeline", junit(101), who=case.shop.qa).status_code == 201
    case.judge()
    deputy = person("viewer", product="shop", name="Kim Berg")
    Deputy.objects.create(
        holder_id=case.shop.qa.key,
        deputy_id=deputy.key,
        role="qa-lead",
        product="shop",
        named_by="setup",
        named_at=now(),
        counts_from=now() - timedelta(days=1),
    )
    assert case.open().status_code == 201
    signed = case.verdict(who=deputy)
    assert signed.status_code == 201, signed.content
    assert (signed.json()["through"], signed.json()["holder"]) == ("deputy", case.shop.qa.key)


# --- consulted, machines, administrators


def test_a_product_manager_is_heard_and_does_not_decide(case):
    case.voted()
    pm = case.shop.product_manager
    answer = case.decide("NO-GO", who=pm, reason="marketing is not ready")
    refused(case, answer, 403, "E_CONSULTED_ONLY")
    assert "consulted" in answer.json()["hint"]
    refused(case, case.vote(who=pm, role="product-manager"), 403, "E_CONSULTED_ONLY")
    refused(case, case.vote(who=pm, role="product-owner"), 403, "E_CONSULTED_ONLY")
    refused(case, case.verdict(who=pm), 403, "E_CONSULTED_ONLY")


def test_quality_does_not_vote_where_it_is_not_asked(case):
    case.open()
    refused(case, case.vote(who=case.shop.qa, role="qa-lead"), 403, "E_CONSULTED_ONLY")


def test_a_machine_signs_nothing(case):
    case.open()
    digest = case.dossier()
    ci = case.shop.ci
    body = {"choice": "go", "dossier": digest}
    assert ci.post(f"/polls/{case.poll}/votes", {**body, "role": "product-owner"}).status_code == 403
    assert ci.post(f"/releases/{case.key}/quality-verdict", body).status_code == 403
    decided = ci.post(f"/polls/{case.poll}/decision", {"outcome": "GO", "dossier": digest})
    assert decided.status_code == 403
    assert ci.post(f"/releases/{case.key}/polls", {"moment": "final"}).status_code == 403
    assert not SignOff.objects.exists()


def test_an_administrator_has_no_vote(case, person):
    admin = person("administrator", "viewer")
    case.open()
    digest = case.dossier()
    prove_now(admin)
    body = {"choice": "go", "dossier": digest}
    for role in ("product-owner", "administrator", "viewer"):
        answer = admin.post(f"/polls/{case.poll}/votes", {**body, "role": role})
        refused(case, answer, 403, "E_CONSULTED_ONLY")
    refused(case, admin.post(f"/releases/{case.key}/quality-verdict", body), 403, "E_CONSULTED_ONLY")


def test_a_lead_of_another_product_sees_nothing_here(case):
    case.open()
    assert case.vote(who=case.shop.stranger, dossier="a" * 64).status_code == 404
    assert case.shop.stranger.get(f"/polls/{case.poll}").status_code == 404
    assert case.shop.stranger.get(f"/dossiers/{case.dossier()}").status_code == 404


def test_the_service_itself_decides_nothing(case):
    from flightrules.service.records.actor import SYSTEM

    case.voted()
    said = decisions.Decided("GO", case.now()["dossier"])
    with pytest.raises(DeniedError):
        decisions.decide(poll=case.poll, said=said, by=SYSTEM, at=now())


# --- a proof of who signs


@pytest.mark.parametrize("what", ["vote", "verdict", "decision"])
def test_a_bare_token_signs_nothing(case, what):
    case.open()
    if what == "decision":
        case.verdict()
        case.vote()
    who = case.shop.qa if what == "verdict" else case.shop.owner
    digest = case.dossier(who)
    ApiToken.objects.filter(account__key=who.account_key).update(proved_at=None, proved_by=0)
    before = SignOff.objects.count()
    answers = {
        "vote": (f"/polls/{case.poll}/votes", {"choice": "go", "dossier": digest, "role": "product-owner"}),
        "verdict": (f"/releases/{case.key}/quality-verdict", {"choice": "go", "dossier": digest}),
        "decision": (f"/polls/{case.poll}/decision", {"outcome": "GO", "dossier": digest}),
    }
    refused(case, who.post(*answers[what]), 401, "E_REAUTH_REQUIRED")
    assert SignOff.objects.count() == before


def test_one_proof_signs_once(case):
    case.open()
    case.vote()
    digest = case.now()["dossier"]
    body = {"outcome": "NO-GO", "dossier": digest, "reason": "a supplier is down until Monday"}
    answer = case.shop.owner.post(f"/polls/{case.poll}/decision", body)
    assert (answer.status_code, code(answer)) == (401, "E_REAUTH_REQUIRED")


# --- one person, one seat


def test_one_person_is_one_voice_through_two_accounts(case):
    case.open()
    assert case.vote().status_code == 201
    refused(case, case.vote(who=second_account(case.shop.owner)), 409, "E_SIGNED_ALREADY")
    assert len(case.sign_offs(act="vote")) == 1


def test_one_person_does_not_sign_in_two_roles(case):
    grant(case.shop.qa, "product-owner")
    case.open()
    assert case.verdict().status_code == 201
    refused(case, case.vote(who=case.shop.qa), 409, "E_DISTINCT_PERSONS")
    refused(case, case.vote(who=second_account(case.shop.qa)), 409, "E_DISTINCT_PERSONS")


def test_nor_the_other_way_round_and_not_to_decide(case):
    grant(case.shop.owner, "qa-lead")
    case.open()
    assert case.vote().status_code == 201
    refused(case, case.verdict(who=case.shop.owner), 409, "E_DISTINCT_PERSONS")
    assert case.verdict().status_code == 201
    grant(case.shop.qa, "product-owner")
    refused(case, case.decide(who=case.shop.qa), 409, "E_DISTINCT_PERSONS")


def lend(holder, delegate, **changes):
    return Delegation.objects.create(
        holder_id=holder.key,
        delegate_id=delegate.key,
        **{
            "role": "product-owner",
            "product": "shop",
            "reason": "away",
            "made_at": now(),
            "starts_at": now() - timedelta(hours=1),
            "ends_at": now() + timedelta(hours=1),
            **changes,
        },
    )


@pytest.mark.parametrize("first", ["holder", "delegate"])
def test_holder_and_delegate_are_one_seat(case, person, first):
    delegate = person("viewer", product="shop")
    lend(case.shop.owner, delegate)
    case.open()
    pair = [case.shop.owner, delegate] if first == "holder" else [delegate, case.shop.owner]
    assert case.vote(who=pair[0]).status_code == 201
    refused(case, case.vote(who=pair[1]), 409, "E_DUPLICATE_SEAT")
    [vote] = case.sign_offs(act="vote")
    assert vote["holder"] == case.shop.owner.key
    assert vote["through"] == ("grant" if first == "holder" else "delegation")


def test_who_lent_a_seat_has_no_second_one_beside_it(case, person):
    delegate = person("viewer", product="shop")
    lend(case.shop.owner, delegate)
    grant(case.shop.owner, "qa-lead")
    case.open()
    assert case.vote(who=delegate).status_code == 201
    answer = case.verdict(who=case.shop.owner)
    refused(case, answer, 409, "E_DISTINCT_PERSONS")
    assert "product owner was signed in a seat that one of you lent" in answer.json()["detail"]
    assert case.verdict().status_code == 201


def test_nor_when_the_lender_was_first_and_of_two_lent_seats_one_speaks(case, person):
    one, other = person("viewer", product="shop"), person("viewer", product="shop")
    grant(case.shop.qa, "product-owner")
    lend(case.shop.qa, one)
    lend(case.shop.qa, other, role="qa-lead")
    case.open()
    assert case.verdict().status_code == 201
    refused(case, case.vote(who=one), 409, "E_DISTINCT_PERSONS")
    case.edit(build="4.3.0+18")  # the verdict was of another build
    case.judge()
    assert case.verdict(who=other).status_code == 201
    refused(case, case.vote(who=one), 409, "E_DISTINCT_PERSONS")
    assert case.vote().status_code == 201


def test_who_was_named_by_others_speaks_beside_whom_they_stand_in_for(case, person):
    deputy = person("viewer", product="shop")
    grant(case.shop.qa, "product-owner")
    stated = {"role": "product-owner", "product": "shop", "named_at": now(), "counts_from": now()}
    Deputy.objects.create(holder_id=case.shop.qa.key, deputy_id=deputy.key, **stated)
    case.open()
    assert case.verdict().status_code == 201
    assert case.vote(who=deputy).status_code == 201


def test_votes_that_became_one_voice_are_not_counted_as_two(case, person):
    """Whichever way they came to stand side by side, the decision looks again."""
    delegate = person("viewer", product="shop")
    lend(case.shop.owner, delegate)
    case.open()
    assert case.verdict().status_code == 201
    assert case.vote(who=delegate).status_code == 201
    SignOff.objects.filter(act="verdict").update(person=case.shop.owner.key)
    grant(case.shop.owner, "qa-lead")
    SignOff.objects.filter(act="verdict").update(holder=case.shop.owner.key)
    assert any(
        "one person speaks as QA lead and product owner" in one["text"] for one in case.now()["reasons"]
    )


def test_what_was_lent_ends(case, person):
    delegate = person("viewer", product="shop")
    lend(case.shop.owner, delegate, ends_at=now() - timedelta(minutes=1))
    case.open()
    refused(case, case.vote(who=delegate), 403, "E_DELEGATION_EXPIRED")


def test_a_requester_does_not_approve_through_whom_they_chose(shop, person):
    both = person("release-manager", "product-owner", product="shop")
    delegate = person("viewer", product="shop")
    shop.manager = both
    case = case_of(shop)
    lend(both, delegate)
    case.open()
    refused(case, case.vote(who=delegate), 403, "E_SELF_APPROVAL")


def test_a_new_role_does_not_count_for_what_is_under_way(case, person):
    someone = person("viewer", product="shop")
    case.open()
    refused(case, case.vote(who=someone), 403, "E_CONSULTED_ONLY")
    grant(someone, "product-owner", counts_from=now() + timedelta(hours=24))
    refused(case, case.vote(who=someone), 403, "E_ROLE_NOT_HELD")
    assert case.now()["heard"] == []  # nor does the vote of before count, now that the role is there


def test_roles_of_two_products_are_never_put_together(case, person):
    someone = person("viewer", product="shop")
    grant(someone, "product-owner", product="bank")
    case.open()
    refused(case, case.vote(who=someone), 403, "E_CONSULTED_ONLY")


# --- eligible at the vote, and at the decision


def revoke(caller, role):
    RoleGrant.objects.filter(person_id=caller.key, role=role).update(revoked_at=now())


@pytest.fixture
def two(shop, person):
    """A rulebook that asks two roles, so that one can be lost before the other decides."""
    book = RULEBOOK + (
        "  roles: {engineering_lead: {may_sign: yes}}\n"
        "  acts: {authorisation: {accountable: product_owner, signers: [product_owner, engineering_lead], quorum: 2}}\n"
    )
    case = case_of(shop, book)
    case.open()
    assert case.verdict().status_code == 201
    assert case.vote().status_code == 201
    assert case.vote(who=shop.engineering, role="engineering_lead").status_code == 201
    return case


def test_two_roles_are_heard_and_it_goes(two):
    assert two.now()["heard"] == ["engineering-lead", "product-owner"]
    assert two.decide().status_code == 201


def test_a_role_that_is_revoked_takes_its_vote_along(two):
    revoke(two.shop.engineering, "engineering-lead")
    refused_now = two.decide()
    assert (refused_now.status_code, code(refused_now)) == (409, "E_QUORUM_LOST")
    assert two.release()["state"] == "ready"
    gone = [one for one in two.sign_offs(act="vote") if one["voided_at"]]
    assert [one["role"] for one in gone] == ["engineering-lead"]
    assert gone[0]["voided_because"].startswith("role lost")
    assert entries("decision:sign-off:voided")[0]["because"].startswith("role lost")
    again = two.decide()
    assert code(again) == "E_QUORUM_LOST"  # it stays lost, until somebody who holds the role votes


def test_a_person_who_is_disabled_takes_the_vote_along(two):
    Person.objects.filter(pk=two.shop.engineering.key).update(disabled_at=now())
    assert code(two.decide()) == "E_QUORUM_LOST"


def test_a_delegation_that_ended_takes_the_vote_along(case, person):
    delegate = person("viewer", product="shop")
    lent = lend(case.shop.owner, delegate)
    case.open()
    case.verdict()
    assert case.vote(who=delegate).status_code == 201
    lent.ended_at = now()
    lent.save()
    assert code(case.decide()) == "E_QUORUM_LOST"


def test_the_sweep_voids_a_lost_vote_and_the_successor_is_heard(two, person):
    revoke(two.shop.engineering, "engineering-lead")
    jobs.refresh(two.poll, now())
    assert two.now()["missing"] == ["engineering-lead"]
    successor = person("engineering-lead", product="shop")
    assert two.vote(who=successor, role="engineering-lead").status_code == 201
    assert two.decide().status_code == 201


def test_a_verdict_of_who_lost_the_role_does_not_count(case):
    case.voted()
    revoke(case.shop.qa, "qa-lead")
    assert code(case.decide()) == "E_QUORUM_LOST"


# --- changing one's mind


def test_a_vote_is_changed_by_who_gave_it_and_both_stay(case):
    case.open()
    first = case.vote().json()["key"]
    prove_now(case.shop.owner)
    body = {
        "choice": "no-go",
        "dossier": case.now()["dossier"],
        "reason": "the supplier is down until Monday",
    }
    changed = case.shop.owner.post(f"/sign-offs/{first}/change", body)
    assert changed.status_code == 201, changed.content
    both = case.sign_offs(act="vote")
    assert sorted(one["choice"] for one in both) == ["go", "no-go"]
    assert len(entries("decision:sign-off:withdrawn")) == 1
    prove_now(case.shop.owner)
    again = case.shop.owner.post(f"/sign-offs/{first}/change", body)
    assert code(again) == "E_SIGN_OFF_VOID"
    case.verdict()
    assert code(case.decide()) == "E_NO_GO_SAID"


def test_nobody_changes_anothers_vote(case):
    case.open()
    first = case.vote().json()["key"]
    prove_now(case.shop.qa)
    body = {"choice": "no-go", "dossier": case.now()["dossier"], "reason": "I know better than they do"}
    refused(case, case.shop.qa.post(f"/sign-offs/{first}/change", body), 403, "E_NOT_YOURS")
    assert case.now()["heard"] == ["product-owner"]


def test_who_acts_later_with_a_proof_of_before_is_asked_again(case):
    case.voted()
    said = decisions.Decided("GO", case.now()["dossier"])
    from flightrules.service.door.refusals import UnauthenticatedError

    with pytest.raises(UnauthenticatedError):
        decisions.decide(
            poll=case.poll, said=said, by=proved(case.shop.owner, now() - timedelta(minutes=5)), at=now()
        )
