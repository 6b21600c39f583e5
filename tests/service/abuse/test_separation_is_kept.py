"""Nobody approves their own, or twice, or alone: SOD and its kin, by token, by session, by any account or spelling."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from flightrules.service.decisions.models import Decision, SignOff
from flightrules.service.people.models import Account, ApiToken, Delegation, Deputy, RoleGrant
from flightrules.service.people.powers import Power
from flightrules.service.releases.models import Release
from people_stories import equip, now, prove_now
from service.abuse.abusing import is_open, refused, ways_in
from service.decisions.deciding import case_of
from service.decisions.test_a_no_go_is_overridden import asked, cto, dissent, no_go, receive  # noqa: F401 -- fixtures
from service.decisions.test_who_may_sign import grant, lend, second_account
from service.shop import RULEBOOK, junit

LOOK_ALIKES = ("product-\u043ewner", "\uff50roduct-owner", "product-owner\u200b", "\u0441\u0442\u043e")
SPELLINGS = ("PRODUCT-OWNER", "Product Owner")


def token_for(caller, product):
    """A token of the caller that is bound to one product."""
    token = f"frt_{product}-{caller.key}"
    ApiToken.objects.create(
        account=Account.objects.get(key=caller.account_key),
        digest=hashlib.sha256(token.encode()).hexdigest(),
        title=product,
        scopes=[power.value for power in Power],
        product=product,
        issued_at=now(),
        expires_at=now() + timedelta(days=1),
        proved_at=now(),
        proved_by=2,
    )
    return type(caller)(caller.key, caller.account_key, token, caller.client)


def vote_of(case, digest, role="product-owner", **said):
    return f"/polls/{case.poll}/votes", {"choice": "go", "dossier": digest, "role": role, **said}


def test_sod_01_a_requester_approves_nothing_of_their_own_by_any_way(shop, person):
    both = person("release-manager", "product-owner", "qa-lead", product="shop")
    shop.manager = both
    case = case_of(shop)
    assert case.open().status_code == 201
    digest = case.dossier(both)
    equip(both)
    case.verdict()
    case.vote()
    delegate, other = person("viewer", product="shop"), second_account(both)
    lend(both, delegate)
    asks = [
        vote_of(case, digest),
        (f"/releases/{case.key}/quality-verdict", {"choice": "go", "dossier": digest}),
        (f"/polls/{case.poll}/decision", {"outcome": "GO", "dossier": digest}),
    ]
    for who in (*ways_in(both), other, token_for(both, "shop")):
        for path, body in asks:
            prove_now(both)
            refused(case, lambda who=who, path=path, body=body: who.post(path, body), 403, "E_SELF_APPROVAL")
    prove_now(delegate)
    refused(case, lambda: delegate.post(*vote_of(case, digest)), 403, "E_SELF_APPROVAL")
    for spelling in SPELLINGS:
        refused(case, lambda role=spelling: both.post(*vote_of(case, digest, role)), 403, "E_SELF_APPROVAL")
    assert case.now()["heard"] == ["product-owner"], "the other owner's voice, and nobody else's"


def test_sod_05_one_person_overrides_nothing_alone_by_any_way(no_go, person):  # noqa: F811 -- the fixture
    both = person("qa-lead", "cto", product="shop", name="Nora Both")
    equip(both)
    equip(no_go.shop.qa)
    override = asked(no_go)
    assert dissent(no_go, override).status_code == 201
    assert receive(no_go, override, who=both).status_code == 200
    digest = no_go.dossier(both)
    path = f"/overrides/{override['key']}/signatures"
    qa, again = no_go.shop.qa, {"role": "qa-lead", "choice": "agree", "dossier": digest}
    prove_now(both)
    refused(no_go, lambda: both.post(path, again), 409, "E_DUPLICATE_SEAT")
    prove_now(qa)
    grant(qa, "cto")
    assert receive(no_go, override, who=qa).status_code == 200
    for role in ("cto", "CTO", "cto_vp_eng"):
        body = {"role": role, "choice": "agree", "dossier": digest}
        for who in (*ways_in(qa), second_account(qa, role)):
            refused(no_go, lambda who=who, body=body: who.post(path, body), 409, "E_DISTINCT_PERSONS")
    body = {"role": "product-manager", "choice": "agree", "dossier": digest}
    refused(no_go, lambda: qa.post(path, body), 403, "E_CONSULTED_ONLY")
    assert no_go.release()["state"] == "in-test"


def test_an_override_is_signed_by_who_still_may_when_it_is_signed(no_go):  # noqa: F811 -- the fixture
    """The role that received the risk statement is revoked before the signature."""
    override = asked(no_go)
    assert dissent(no_go, override).status_code == 201
    assert receive(no_go, override).status_code == 200
    body = {"role": "cto", "choice": "agree", "dossier": no_go.dossier(no_go.cto)}
    RoleGrant.objects.filter(person_id=no_go.cto.key).update(revoked_at=now())
    grant(no_go.cto, "viewer")
    prove_now(no_go.cto)
    path = f"/overrides/{override['key']}/signatures"
    refused(no_go, lambda: no_go.cto.post(path, body), 403, "E_CONSULTED_ONLY")
    grant(no_go.cto, "cto", counts_from=now() + timedelta(hours=24))
    refused(no_go, lambda: no_go.cto.post(path, body), 403, "E_ROLE_NOT_HELD")


def test_sod_07_who_is_consulted_flips_nothing_by_any_way(case):
    case.open()
    assert case.verdict("no-go", reason="Ten tests fail on phones.").status_code == 201
    pm = case.shop.product_manager
    equip(pm)
    digest = case.dossier(pm)
    asks = [
        (f"/polls/{case.poll}/decision", {"outcome": "GO", "dossier": digest}),
        (
            f"/polls/{case.poll}/decision",
            {"outcome": "CANCELLED", "dossier": digest, "reason": "No time for it."},
        ),
        (f"/releases/{case.key}/quality-verdict", {"choice": "go", "dossier": digest}),
        *(vote_of(case, digest, role) for role in ("product-manager", *SPELLINGS)),
    ]
    for path, body in asks:
        for who in ways_in(pm):
            prove_now(pm)
            answer = refused(
                case, lambda who=who, path=path, body=body: who.post(path, body), 403, "E_CONSULTED_ONLY"
            )
            assert "you are consulted" in answer.json()["hint"]


def test_a_role_that_only_looks_like_one_is_none(case, person):
    """Other letters of the same shape never get as far as a seat, whether voted in or granted."""
    case.open()
    owner, admin, someone = case.shop.owner, person("administrator"), person("viewer", product="shop")
    digest = case.dossier(owner)
    prove_now(owner)
    for role in LOOK_ALIKES:
        body = vote_of(case, digest, role)
        if role.replace("-", "").isalpha():
            refused(case, lambda body=body: owner.post(*body), 403, "E_CONSULTED_ONLY")
        else:
            refused(case, lambda body=body: owner.post(*body), 422, "E_INVALID_BODY", denials=0)
        given = {"role": role, "product": "shop"}
        path = f"/people/{someone.key}/roles"
        refused(case, lambda path=path, given=given: admin.post(path, given), 422, "E_ROLE", denials=0)


def test_the_same_role_in_another_spelling_is_the_same_seat(case, person):
    case.open()
    assert case.vote(role="Product Owner").status_code == 201
    second = person("product-owner", product="shop")
    digest = case.dossier(second)
    prove_now(second)
    for role in SPELLINGS:
        refused(case, lambda role=role: second.post(*vote_of(case, digest, role)), 409, "E_DUPLICATE_SEAT")
    prove_now(case.shop.owner)
    mine = vote_of(case, digest, "PRODUCT_OWNER")
    refused(case, lambda: case.shop.owner.post(*mine), 409, "E_SIGNED_ALREADY")


@pytest.mark.parametrize("header", ["X-Act-As", "X-Remote-User", "Flightrules-Person", "X-Forwarded-User"])
def test_sod_09_nobody_signs_as_somebody_else(case, person, header):
    admin = person("administrator", "viewer")
    case.open()
    digest = case.dossier()
    prove_now(admin)
    path, body = vote_of(case, digest)
    owner = case.shop.owner
    named = {header.replace("-", "_"): owner.key}
    refused(case, lambda: admin.post(path, body, **named), 403, "E_CONSULTED_ONLY")
    as_field = {**body, "person": owner.key, "by": owner.key}
    refused(case, lambda: admin.post(path, as_field), 422, "E_INVALID_BODY", denials=0)


def test_sod_10_who_alone_signed_deploys_nothing_by_any_way(shop, person):
    """One person holds every role that the rulebook asks; asking with another token of theirs is no second person."""
    case = case_of(shop)
    case.gone()
    owner = shop.owner
    grant(owner, "release-manager")
    Release.objects.filter(pk=case.key).update(opens_at=now() - timedelta(hours=1))
    SignOff.objects.update(person=owner.key, holder=owner.key)
    Decision.objects.update(by=owner.key)
    for who in (owner, second_account(owner), token_for(owner, "shop")):
        answer = who.get(f"/clearance?artefact={'a' * 64}&environment=prod")
        assert answer.json()["open"] is False
        assert "four_eyes" in {one["code"] for one in answer.json()["reasons"]}
        assert not is_open(who)


def test_sod_11_who_attested_signs_nothing_by_any_way(shop, person):
    case = case_of(shop, RULEBOOK)
    qa, other = shop.qa, person("qa-lead", product="shop")
    equip(qa)
    assert case.shop.bring(case.key, "CI pipeline", junit(101), who=qa).status_code == 201
    case.judge()
    assert case.open().status_code == 201
    digest = case.dossier(qa)
    path, body = f"/releases/{case.key}/quality-verdict", {"choice": "go", "dossier": digest}
    for who in (*ways_in(qa), second_account(qa)):
        prove_now(qa)
        refused(case, lambda who=who: who.post(path, body), 403, "E_ATTESTOR_IS_SIGNER")
    delegate = person("viewer", product="shop")
    Delegation.objects.filter(pk=lend(qa, delegate).pk).update(role="qa-lead")
    prove_now(delegate)
    refused(case, lambda: delegate.post(path, body), 403, "E_ATTESTOR_IS_SIGNER")
    Deputy.objects.create(
        holder_id=other.key,
        deputy_id=qa.key,
        role="qa-lead",
        product="shop",
        named_by="setup",
        named_at=now(),
        counts_from=now() - timedelta(days=1),
    )
    prove_now(qa)
    refused(case, lambda: qa.post(path, body), 403, "E_ATTESTOR_IS_SIGNER")
    assert case.sign_offs() == []
