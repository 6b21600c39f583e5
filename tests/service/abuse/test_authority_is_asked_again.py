"""Who may is asked at the vote and at the decision, of this very person, product, token and moment: AUT and its kin."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from flightrules.ledger.signed_terms import terms_digest
from flightrules.service.people import services
from flightrules.service.people.models import Account, ApiToken, Delegation, Person, RoleGrant
from flightrules.service.people.services.roles import checked_role
from people_stories import PASSWORD, actor_of, code_now, equip, now, prove_now
from service.abuse.abusing import VOIDED, Browser, changed, leaves_nothing, refused, rows, ways_in
from service.abuse.test_separation_is_kept import token_for, vote_of
from service.decisions.deciding import case_of, code
from service.decisions.test_who_may_sign import grant, lend, second_account
from service.shop import RULEBOOK


def decide(case, who=None, outcome="GO", **said):
    who = who or case.shop.owner
    digest = case.now()["dossier"]
    prove_now(who)
    return who.post(f"/polls/{case.poll}/decision", {"outcome": outcome, "dossier": digest, **said})


def test_aut_01_whoever_lost_the_seat_is_not_counted_however_it_was_lost(case, person):
    """Revoked, expired, disabled: the word of before does not count at the decision, nor when it is asked again."""
    case.voted()
    qa = case.shop.qa
    refused(case, lost(case, revoked_at=now()), 409, "E_QUORUM_LOST", may=VOIDED)
    RoleGrant.objects.filter(person_id=qa.key).update(revoked_at=None)
    refused(case, lambda: decide(case), 409, "E_DOSSIER_STALE", may=VOIDED)  # a void word is void for good
    assert case.verdict().status_code == 201
    refused(case, lost(case, expires_at=now()), 409, "E_QUORUM_LOST", may=VOIDED)
    RoleGrant.objects.filter(person_id=qa.key).update(expires_at=None)
    assert case.verdict().status_code == 201
    Person.objects.filter(pk=qa.key).update(disabled_at=now())
    refused(case, lambda: decide(case), 409, "E_QUORUM_LOST", may=VOIDED)
    assert case.release()["state"] == "ready"


def lost(case, **how):
    """A decision that is asked right after the QA lead lost the role in this way."""
    RoleGrant.objects.filter(person_id=case.shop.qa.key).update(**how)
    return lambda: decide(case)


def test_aut_02_a_disabled_account_signs_through_no_door_and_confirms_nothing(case, person):
    """Token, session, and the browser in which a confirmation waits."""
    case.open()
    owner, admin = case.shop.owner, person("administrator")
    equip(owner)
    digest = case.dossier(owner)
    asked = owner.post("/confirmations", _vote_to_confirm(case, digest))
    assert asked.status_code == 201, asked.content
    browser = Browser(owner)
    page = f"/confirm/{asked.json()['key']}"
    assert browser.client.get(page).status_code == 200
    services.disable_account(account=owner.account_key, reason="left", by=actor_of(admin), at=now())
    path, body = vote_of(case, digest)
    prove_now(owner)
    answer, said = leaves_nothing(case, lambda: owner.post(path, body))
    assert (answer.status_code, said) == (401, ["E_TOKEN_REFUSED"])
    answer, _ = leaves_nothing(case, lambda: browser.post(path, body), denials=0)
    assert answer.status_code == 401
    for sent in ({"confirm": "", "password": PASSWORD, "code": "000000"}, {"confirm": ""}):
        answer, _ = leaves_nothing(case, lambda sent=sent: browser.client.post(page, sent), denials=0)
        assert (answer.status_code, "/accounts/login/" in answer["Location"]) == (302, True)
    assert owner.get(f"/confirmations/{asked.json()['key']}").status_code == 401
    again = Client()
    email = Account.objects.get(key=owner.account_key).email
    leaves_nothing(
        case, lambda: again.post("/accounts/login/", {"login": email, "password": PASSWORD}), denials=0
    )
    assert "_auth_user_id" not in again.session


def _vote_to_confirm(case, digest):
    about = f"poll/{case.poll}"
    terms = {"dossier": digest, "role": "product-owner", "reason": "", "conditions": ""}
    said = terms_digest("vote:go", about, terms)
    return {"act": "vote:go", "about": about, "digest": said, "terms": terms}


def test_what_was_confirmed_before_the_role_went_signs_nothing_after(case):
    """The confirmation was given by somebody who might; the signature is asked for by somebody who may not."""
    case.open()
    owner = case.shop.owner
    secret = equip(owner)
    digest = case.dossier(owner)
    asked = owner.post("/confirmations", _vote_to_confirm(case, digest)).json()
    browser = Browser(owner)
    given = {"confirm": "", "password": PASSWORD, "code": code_now(secret)}
    assert (
        "Go back to your terminal" in browser.client.post(f"/confirm/{asked['key']}", given).content.decode()
    )
    RoleGrant.objects.filter(person_id=owner.key).update(revoked_at=now())
    grant(owner, "viewer")
    refused(case, lambda: owner.post(*vote_of(case, digest)), 403, "E_CONSULTED_ONLY")
    assert owner.get(f"/confirmations/{asked['key']}").json()["state"] == "confirmed"
    RoleGrant.objects.filter(person_id=owner.key).update(revoked_at=None)
    for other in (
        {"choice": "no-go", "reason": "A supplier is down until Monday."},
        {"choice": "go-with-conditions"},
    ):
        path, body = vote_of(case, digest, **other)
        if other["choice"] == "go-with-conditions":
            body |= {"conditions": ["flag new-checkout <= 20 %"], "reason": "Staff first, then the rest."}
        refused(case, lambda path=path, body=body: owner.post(path, body), 401, "E_REAUTH_REQUIRED")
    other_token = second_account(owner)
    refused(case, lambda: other_token.post(*vote_of(case, digest)), 401, "E_REAUTH_REQUIRED")


def test_aut_03_what_was_refused_is_not_counted_once_the_role_is_there(case, person):
    someone = person("viewer", product="shop")
    case.open()
    digest = case.dossier(someone)
    prove_now(someone)
    refused(case, lambda: someone.post(*vote_of(case, digest)), 403, "E_CONSULTED_ONLY")
    grant(someone, "product-owner")
    assert case.verdict().status_code == 201
    assert case.now()["heard"] == []
    refused(case, lambda: decide(case), 409, "E_QUORUM_MISSING")


def test_aut_04_a_role_given_to_oneself_or_just_now_signs_nothing(shop, person):
    """The way round by a second administrator is on record, cools down, and the requester stays the requester."""
    case = case_of(shop)
    case.open()
    admin, helper = person("administrator", "viewer"), person("administrator")
    path, role = f"/people/{admin.key}/roles", {"role": "product-owner", "product": "shop"}
    prove_now(admin)
    refused(case, lambda: admin.post(path, role), 403, "E_SELF_GRANT")
    refused(
        case, lambda: second_account(admin, "other").post(path, role), 403, "E_SELF_GRANT", may=TWO_ACCOUNTS
    )
    prove_now(helper)
    granted = helper.post(path, role)
    assert granted.status_code == 201, granted.content
    digest = case.dossier(admin)
    prove_now(admin)
    refused(case, lambda: admin.post(*vote_of(case, digest)), 403, "E_ROLE_NOT_HELD")
    manager = shop.manager
    grant(manager, "product-owner")
    prove_now(manager)
    refused(case, lambda: manager.post(*vote_of(case, digest)), 403, "E_SELF_APPROVAL")


TWO_ACCOUNTS = frozenset({"people.Account +", "people.ApiToken +"})
"""The account that the abuse itself begins with."""


def test_aut_06_seats_and_tokens_of_elsewhere_are_none_here(case, person):
    """A role of another product, a role of the whole office for looking, a token that is bound to the other product."""
    case.shop.manager.post("/products", {"key": "bank", "name": "Bank"})
    someone = person("viewer", product="shop")
    grant(someone, "product-owner", product="bank")
    case.open()
    digest = case.dossier(someone)
    equip(someone)
    for who in ways_in(someone):
        prove_now(someone)
        refused(case, lambda who=who: who.post(*vote_of(case, digest)), 403, "E_CONSULTED_ONLY")
    bound = token_for(case.shop.owner, "bank")
    refused(case, lambda: bound.post(*vote_of(case, digest)), 404, "E_NO_SUCH", denials=0)
    path = f"/releases/{case.key}/quality-verdict"
    lead = token_for(case.shop.qa, "bank")
    body = {"choice": "go", "dossier": digest}
    refused(case, lambda: lead.post(path, body), 404, "E_NO_SUCH", denials=0)
    assert lead.get(f"/clearance?artefact={'a' * 64}&environment=prod").json()["open"] is False


def test_aut_09_a_delegation_that_was_renewed_revives_no_word_of_before(case, person):
    """Refused after the end, voided in the gap: only what is said under the new delegation counts."""
    delegate, third = person("viewer", product="shop"), person("viewer", product="shop")
    owner = case.shop.owner
    lend(owner, delegate, ends_at=now() - timedelta(minutes=1))
    case.open()
    digest = case.dossier(delegate)
    prove_now(delegate)
    refused(case, lambda: delegate.post(*vote_of(case, digest)), 403, "E_DELEGATION_EXPIRED")
    lend(owner, delegate)
    assert case.now()["heard"] == []
    assert case.vote(who=delegate).status_code == 201
    Delegation.objects.update(ended_at=now())
    case.verdict()
    refused(case, lambda: decide(case, outcome="GO"), 409, "E_QUORUM_LOST", may=VOIDED)
    lend(owner, delegate)
    assert case.now()["heard"] == []
    onward = {
        "delegate": third.key,
        "role": "product-owner",
        "product": "shop",
        "ends_at": (now() + timedelta(hours=1)).isoformat(),
        "reason": "I am away too",
    }
    prove_now(delegate)
    refused(case, lambda: delegate.post("/delegations", onward), 403, "E_DELEGATION_DEPTH")


def test_aut_10_one_seat_is_one_voice_in_whatever_order_and_spelling(case, person):
    first, second = person("viewer", product="shop"), person("viewer", product="shop")
    owner = case.shop.owner
    lend(owner, first)
    lend(owner, second)
    case.open()
    assert case.vote(who=first).status_code == 201
    digest = case.dossier(second)
    for who in (second, owner):
        for role in ("product-owner", "Product_Owner"):
            prove_now(who)
            refused(
                case,
                lambda who=who, role=role: who.post(*vote_of(case, digest, role)),
                409,
                "E_DUPLICATE_SEAT",
            )
    prove_now(first)
    refused(case, lambda: first.post(*vote_of(case, digest)), 409, "E_SIGNED_ALREADY")
    assert len(case.sign_offs(act="vote")) == 1


def test_aut_13_no_path_signs_without_a_proof_of_its_own(shop):
    """Vote, verdict, decision, change of a vote, waiver, acceptance: by token, by session, with a proof that was used."""
    case = case_of(shop)
    case.open()
    owner, qa = shop.owner, shop.qa
    digest = case.dossier(owner)
    first = case.vote()
    assert first.status_code == 201
    equip(owner)
    equip(qa)
    defect = shop.qa.post(
        "/products/shop/defects", {"number": "PROJ-9", "title": "Two vouchers", "severity": "P2"}
    )
    assert defect.status_code == 201
    digest = case.now()["current_dossier"]
    asks = [
        (owner, f"/polls/{case.poll}/votes", {"choice": "go", "dossier": digest, "role": "product-owner"}),
        (
            qa,
            f"/releases/{case.key}/quality-verdict",
            {"choice": "no-go", "dossier": digest, "reason": "It fails on phones."},
        ),
        (
            qa,
            f"/releases/{case.key}/waivers",
            WAIVER | {"expires_at": (now() + timedelta(days=1)).isoformat()},
        ),
        (
            owner,
            f"/polls/{case.poll}/decision",
            {"outcome": "NO-GO", "dossier": digest, "reason": "It fails on phones."},
        ),
    ]
    ApiToken.objects.update(proved_at=now() - timedelta(minutes=6), proved_by=2)
    for who, path, body in asks:
        for door in ways_in(who):
            before = rows()
            answer = door.post(path, body)
            assert (answer.status_code, code(answer)) == (401, "E_REAUTH_REQUIRED"), (path, answer.content)
            assert changed(before, rows()) <= VOIDED, path
    wrong = Browser(owner)
    for number in range(6):
        answer = wrong.post(*asks[0][1:], Flightrules_Proof="000000")
        assert answer.status_code == (401 if number < 5 else 429), (number, answer.content)
    assert owner.post("/me/proof", {"code": "000000"}).status_code == 429


WAIVER = {
    "criterion": "coverage",
    "role": "qa-lead",
    "reason": "legacy import is left out",
    "compensating_control": "manual check of the import",
}


def test_pre_04_a_crafted_key_turns_no_act_into_another(case):
    """Keys of what is signed are the service's own; what is no key of that form is no route at all."""
    case.open()
    owner = case.shop.owner
    digest = case.dossier(owner)
    body = {"choice": "go", "dossier": digest, "role": "product-owner"}
    for key in (
        "../../people/1",
        "..%2f..%2fpeople%2f1",
        f"{case.poll}/../decision",
        f"{case.poll}%00",
        "%2e%2e",
        f"{case.poll}?x=",
    ):
        prove_now(owner)
        answer, _ = leaves_nothing(case, lambda key=key: owner.post(f"/polls/{key}/votes", body), denials=0)
        assert answer.status_code in (404, 405, 422), (key, answer.content)


def test_pre_02_a_name_that_looks_like_anothers_signs_under_its_own_key(case, person):
    """Who signs is told by the account's key and the role that the office granted; the name is flagged."""
    case.open()
    forged = person("viewer", product="shop", name="Ad\u0430 Novak")
    digest = case.dossier(forged)
    prove_now(forged)
    refused(case, lambda: forged.post(*vote_of(case, digest)), 403, "E_CONSULTED_ONLY")
    people = case.shop.qa.get("/products/shop/people?limit=100").json()["items"]
    [badge] = [one for one in people if one["key"] == forged.key]
    assert set(badge["flags"]) >= {"mixed-script", "looks-like-another"}
    assert (badge["key"], badge["roles"]) == (forged.key, ["viewer"])


def test_a_role_in_one_other_script_is_named_as_it_is():
    """Not every foreign letter is a forgery: only what looks like another role is refused."""
    assert checked_role("Leiterin Qualit\u00e4t") == "leiterin-qualit\u00e4t"
    assert (
        checked_role("\u0432\u0435\u0434\u0443\u0449\u0438\u0439")
        == "\u0432\u0435\u0434\u0443\u0449\u0438\u0439"
    )


def test_a_role_with_letters_of_its_language_votes(shop, person):
    """What a rulebook may name can be voted in as well."""
    book = RULEBOOK + (
        "  roles: {leiterin-qualit\u00e4t: {may_sign: yes}}\n"
        "  acts: {authorisation: {accountable: product_owner, signers: [product_owner, leiterin-qualit\u00e4t], quorum: 2}}\n"
    )
    lead = person("leiterin-qualit\u00e4t", product="shop")
    case = case_of(shop, book)
    assert case.open().status_code == 201
    assert case.vote(who=lead, role="Leiterin-Qualit\u00e4t").status_code == 201
