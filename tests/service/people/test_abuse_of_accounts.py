"""Abuse of accounts, tokens and proofs: AUT-02, AUT-13, AUT-14, SOD-09 and their kin, as they happen."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from flightrules.service.door.refusals import UnauthenticatedError
from flightrules.service.people import services
from flightrules.service.people.access import still_known
from flightrules.service.people.authentication import require_fresh_proof
from flightrules.service.people.models import Account, ApiToken, Machine, Person
from flightrules.service.people.one_time import digest_of
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.records.models import Entry
from people_stories import PASSWORD, actor_of, code_now, denied_codes, equip, now, prove_now, tags


def issue(caller, secret, **changes):
    body = {"title": "pipeline", "scopes": ["read"], "days": 10, **changes}
    return caller.post("/tokens", body, Flightrules_Proof=code_now(secret))


# --- AUT-02: a disabled person is out, everywhere, with the next request


def test_a_disabled_persons_token_session_and_stream_end(person):
    admin, leaver = person("administrator"), person("qa-lead")
    equip(leaver)
    browser = Client()
    browser.force_login(Account.objects.get(key=leaver.account_key))
    assert leaver.get("/me").status_code == 200
    assert browser.get("/security").status_code == 200
    stream = actor_of(leaver)
    assert still_known(stream, now())
    assert admin.post(f"/people/{leaver.key}/disable", {"reason": "left"}).status_code == 200
    assert leaver.get("/me").status_code == 401
    assert browser.get("/api/v1/me").status_code == 401
    assert browser.get("/security")["Location"].startswith("/accounts/login/")
    assert not still_known(stream, now())


def test_a_disabled_account_ends_while_the_persons_other_account_goes_on(person, at):
    admin, someone = person("administrator"), person("qa-lead")
    other = Account.objects.create(person_id=someone.key, email="other@example.org", opened_at=at)
    assert admin.post(f"/accounts/{someone.account_key}/disable", {"reason": "lost"}).status_code == 200
    assert someone.get("/me").status_code == 401
    assert still_known(actor_of(someone, account_key=str(other.key)), now())
    prove_now(admin)
    assert admin.post(f"/accounts/{someone.account_key}/enable").status_code == 200
    assert someone.get("/me").status_code == 200


def test_the_use_of_a_dead_token_is_recorded_once_a_minute(person):
    admin, leaver = person("administrator"), person("viewer")
    admin.post(f"/people/{leaver.key}/disable", {"reason": "left"})
    for _ in range(5):
        assert leaver.get("/me").status_code == 401
    assert denied_codes() == ["E_TOKEN_REFUSED"]
    ApiToken.objects.filter(account__key=leaver.account_key).update(denied_at=now() - timedelta(minutes=2))
    leaver.get("/me")
    assert denied_codes() == ["E_TOKEN_REFUSED"] * 2


def test_a_token_that_nobody_issued_is_no_entry(person):
    stranger = person()
    stranger.token = "frt_made-up"  # noqa: S105 -- nobody issued it
    assert stranger.get("/me").status_code == 401
    assert tags() == []


@pytest.mark.parametrize("change", [{"expires_at": now()}, {"revoked_at": now()}])
def test_an_expired_or_revoked_token_is_nobody(person, change):
    someone = person("viewer")
    stream = actor_of(
        someone, via="token", token_key=str(ApiToken.objects.get(account__key=someone.account_key).key)
    )
    assert still_known(stream, now())
    ApiToken.objects.filter(account__key=someone.account_key).update(**change)
    assert someone.get("/me").status_code == 401
    assert not still_known(stream, now())


def test_the_office_itself_is_always_known(at):
    assert still_known(SYSTEM, at)


# --- tokens


def test_a_token_is_shown_once_and_kept_as_a_digest(person):
    someone = person("qa-lead")
    answer = issue(someone, equip(someone))
    assert answer.status_code == 201
    secret = json.loads(answer.content)["token"]
    assert secret.startswith("frt_")
    kept = ApiToken.objects.get(digest=digest_of(secret))
    assert secret not in str(list(ApiToken.objects.values()))
    assert secret not in someone.get("/tokens").content.decode()
    assert secret.encode() not in b"".join(bytes(entry.body) for entry in Entry.objects.all())
    someone.token = secret
    assert json.loads(someone.get("/me").content)["scopes"] == ["read"]
    kept.refresh_from_db()
    assert kept.last_used_at is not None


def test_a_repeated_request_gets_the_answer_without_the_secret(person):
    someone = person("qa-lead")
    secret, key = equip(someone), {"Idempotency_Key": "one"}
    body = {"title": "ci", "scopes": ["read"], "days": 1}
    first = someone.post("/tokens", body, Flightrules_Proof=code_now(secret), **key)
    again = someone.post("/tokens", body, **key)
    assert json.loads(first.content)["token"].startswith("frt_")
    assert json.loads(again.content)["token"] == ""
    assert ApiToken.objects.filter(title="ci").count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"days": 91}, 422, "E_TOKEN_DAYS"),
        ({"days": 0}, 422, "E_INVALID_BODY"),
        ({"scopes": []}, 422, "E_INVALID_BODY"),
        ({"scopes": ["everything"]}, 422, "E_SCOPE"),
        ({"title": ""}, 422, "E_INVALID_BODY"),
        ({"owner": "somebody"}, 422, "E_INVALID_BODY"),
    ],
)
def test_a_token_has_limits(person, changes, status, code):
    someone = person("qa-lead")
    answer = issue(someone, equip(someone), **changes)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (status, code)


def test_a_token_issues_no_token_that_may_do_more(person):
    someone = person("qa-lead")
    secret = equip(someone)
    ApiToken.objects.update(scopes=["read"])
    answer = issue(someone, secret, scopes=["sign"])
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "E_SCOPE")


def test_a_token_without_the_scope_may_not_though_its_owner_may(person):
    admin = person("administrator")
    ApiToken.objects.update(scopes=["read"])
    answer = admin.get("/people")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "E_POWER")


def test_nobody_ends_or_sees_another_persons_token_but_who_manages_people(person):
    admin, mine, other = person("administrator"), person("viewer"), person("qa-lead")
    token = ApiToken.objects.get(account__key=mine.account_key)
    assert other.delete(f"/tokens/{token.key}").status_code == 404
    assert str(token.key) not in other.get("/tokens").content.decode()
    assert admin.delete(f"/tokens/{token.key}").status_code == 200
    assert mine.get("/me").status_code == 401


# --- machines bring evidence and never sign


@pytest.fixture
def machine(person):
    """A machine of shop, with a token that was issued for it."""
    admin = person("administrator")
    key = json.loads(admin.post("/machines", {"name": "ci", "product": "shop"}).content)["key"]
    answer = admin.post(
        f"/machines/{key}/tokens", {"title": "ci", "scopes": ["read", "bring-evidence"], "days": 9}
    )
    robot = person()
    robot.key, robot.token = key, json.loads(answer.content)["token"]
    return robot


def test_a_machine_reads_its_own_product_and_no_other(machine):
    assert machine.get("/products/shop/people").status_code == 200
    assert machine.get("/products/bank/people").status_code == 404


@pytest.mark.parametrize("scope", ["sign", "accept", "manage-people", "waive"])
def test_a_machine_never_gets_a_scope_to_sign(person, machine, scope):
    answer = person("administrator").post(
        f"/machines/{machine.key}/tokens", {"title": "x", "scopes": [scope], "days": 1}
    )
    assert json.loads(answer.content)["code"] == "E_SCOPE"


def test_a_machine_that_was_smuggled_a_scope_still_cannot_use_it(machine):
    ApiToken.objects.filter(machine__key=machine.key).update(scopes=["read", "sign", "manage-people"])
    assert machine.get("/people").status_code == 403
    assert machine.post("/machines", {"name": "x", "product": "shop"}).status_code == 403


def test_a_machine_issues_no_tokens_proves_nothing_and_lends_nothing(machine, at):
    assert (
        json.loads(machine.post("/tokens", {"title": "x", "scopes": ["read"]}).content)["code"]
        == "E_TOKEN_OWNER"
    )
    assert json.loads(machine.post("/me/proof", {"code": "123456"}).content)["code"] == "E_PROOF_OF_MACHINE"
    assert json.loads(machine.get("/me").content)["powers"] == {"shop": ["bring-evidence", "read"]}
    body = {
        "delegate": str(Person.objects.first().key),
        "role": "qa-lead",
        "ends_at": (now() + timedelta(days=1)).isoformat(),
        "reason": "x",
    }
    assert json.loads(machine.post("/delegations", body).content)["code"] == "E_ROLE_NOT_HELD"


def test_a_disabled_machine_is_out_with_all_its_tokens(person, machine):
    admin = person("administrator")
    actor = Actor(machine.key, Kind.MACHINE, machine.key, "token")
    assert still_known(actor, now())
    assert admin.post(f"/machines/{machine.key}/disable").status_code == 200
    assert machine.get("/products/shop/people").status_code == 401
    assert not still_known(actor, now())
    assert admin.post(f"/machines/{machine.key}/disable").status_code == 409
    more = admin.post(f"/machines/{machine.key}/tokens", {"title": "x", "scopes": ["read"], "days": 1})
    assert json.loads(more.content)["code"] == "E_MACHINE_DISABLED"


def test_a_machines_token_is_revoked_alone(person, machine):
    admin = person("administrator")
    token = ApiToken.objects.get(machine__key=machine.key)
    assert admin.delete(f"/machines/{machine.key}/tokens/{token.key}").status_code == 200
    assert machine.get("/products/shop/people").status_code == 401
    assert admin.delete(f"/machines/{machine.key}/tokens/{token.key}").status_code == 404
    assert Machine.objects.get(key=machine.key).disabled_at is None


# --- AUT-13, AUT-14: a fresh proof, or nothing


def test_without_a_fresh_proof_nothing_binding_is_done(person):
    someone = person("qa-lead")
    equip(someone)
    answer = someone.post("/tokens", {"title": "x", "scopes": ["read"]})
    assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "E_REAUTH_REQUIRED")
    assert not Entry.objects.filter(tag="people:token:issued").exists()


def test_a_proof_holds_for_a_while_and_only_for_the_token_that_gave_it(person, at):
    someone = person("qa-lead")
    secret = equip(someone)
    assert someone.post("/me/proof", {"code": code_now(secret), "password": PASSWORD}).status_code == 200
    assert someone.post("/tokens", {"title": "x", "scopes": ["read"]}).status_code == 201
    ApiToken.objects.filter(proved_at__isnull=False).update(proved_at=now() - timedelta(hours=1))
    assert someone.post("/tokens", {"title": "x", "scopes": ["read"]}).status_code == 401


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=5)])
def test_a_proof_is_fresh_up_to_its_age(at, person, age):
    by = actor_of(person("viewer"), proved_at=at - age)
    require_fresh_proof(by, at=at, max_age=timedelta(minutes=5))


@pytest.mark.parametrize("proved", [None, timedelta(minutes=5, microseconds=1), timedelta(seconds=-1)])
def test_no_old_or_future_proof_is_fresh(at, person, proved):
    by = actor_of(person("viewer"), proved_at=None if proved is None else at - proved)
    with pytest.raises(UnauthenticatedError) as caught:
        require_fresh_proof(by, at=at, max_age=timedelta(minutes=5))
    assert caught.value.code == "E_REAUTH_REQUIRED"


def test_a_code_is_taken_once_however_it_is_written(person):
    someone = person("qa-lead")
    code = code_now(equip(someone))
    assert someone.get("/me", Flightrules_Proof=code).status_code == 200
    for written in (code, f"{code[:3]} {code[3:]}", f" {code}"):
        answer = someone.get("/me", Flightrules_Proof=written)
        assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "E_PROOF_WRONG")


@pytest.mark.parametrize(
    "code", ["", " ", "000000x", "\u0661\u0662\u0663\u0664\u0665\u0666", "1234567890", "abcdef"]
)
def test_odd_codes_prove_nothing(person, code):
    someone = person("qa-lead")
    equip(someone)
    answer = someone.post("/me/proof", {"code": code})
    assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "E_PROOF_WRONG")


def test_a_right_code_with_a_wrong_password_proves_nothing(person):
    someone = person("qa-lead")
    secret = equip(someone)
    answer = someone.post("/me/proof", {"code": code_now(secret), "password": "wrong"})
    assert json.loads(answer.content)["code"] == "E_PROOF_WRONG"


def test_a_password_alone_is_no_proof(person):
    someone = person("qa-lead")
    account = Account.objects.get(key=someone.account_key)
    account.set_password(PASSWORD)
    account.save()
    answer = someone.post("/me/proof", {"code": "123456", "password": PASSWORD})
    assert json.loads(answer.content)["code"] == "E_PROOF_WRONG"


def test_five_wrong_proofs_lock_every_way_in_and_are_on_record(person):
    someone = person("qa-lead")
    secret = equip(someone)
    for _ in range(3):
        assert someone.get("/me", Flightrules_Proof="nonsense").status_code == 401
    for _ in range(2):
        assert someone.post("/me/proof", {"code": "nonsense"}).status_code == 401
    locked = someone.get("/me", Flightrules_Proof=code_now(secret))
    assert (locked.status_code, json.loads(locked.content)["code"]) == (429, "E_PROOF_LOCKED")
    assert int(locked["Retry-After"]) > 800
    assert someone.post("/me/proof", {"code": code_now(secret)}).status_code == 429
    assert denied_codes() == ["E_PROOF_WRONG"] * 5
    Account.objects.filter(key=someone.account_key).update(locked_until=now())
    assert someone.get("/me", Flightrules_Proof=code_now(secret)).status_code == 200


def test_a_right_proof_forgives_the_wrong_ones_before(person):
    someone = person("qa-lead")
    secret = equip(someone)
    for _ in range(4):
        someone.get("/me", Flightrules_Proof="nonsense")
    assert someone.get("/me", Flightrules_Proof=code_now(secret)).status_code == 200
    assert Account.objects.get(key=someone.account_key).wrong_proofs == 0


def test_the_secret_of_an_authenticator_app_is_kept_encrypted(person):
    from allauth.mfa.models import Authenticator

    from flightrules.service.people.sign_in import SecondFactorAdapter

    secret = equip(person("qa-lead"))
    assert secret not in str(list(Authenticator.objects.values()))
    assert SecondFactorAdapter().decrypt("not ours") == ""


# --- SOD-09: nobody acts as another


@pytest.mark.parametrize(
    "header", ["X_Act_As", "X_Impersonate_User", "X_Forwarded_User", "Remote_User", "Sudo"]
)
def test_no_header_makes_one_person_another(person, header):
    admin, victim = person("administrator"), person("qa-lead")
    answer = admin.get("/me", **{header: victim.key})
    assert json.loads(answer.content)["key"] == admin.key


@pytest.mark.parametrize("name", ["as", "act_as", "user", "person", "actor", "impersonate"])
def test_no_parameter_makes_one_person_another(person, name):
    admin, victim = person("administrator"), person("qa-lead")
    assert json.loads(admin.get(f"/me?{name}={victim.key}").content)["key"] == admin.key


def test_sessions_without_a_second_factor_may_not_use_powers(person):
    someone = person("qa-lead")
    browser = Client()
    browser.force_login(Account.objects.get(key=someone.account_key))
    answer = browser.get("/api/v1/me")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "E_SECOND_FACTOR")
    assert "second factor" in browser.get("/security").content.decode()
    equip(someone)
    assert browser.get("/api/v1/me").status_code in (200, 401)  # the password was changed: sign in again


def test_a_session_without_a_second_factor_makes_no_token_to_get_around_it(person):
    browser = Client()
    browser.force_login(Account.objects.get(key=person("qa-lead").account_key))
    answer = browser.post("/security/tokens", {"title": "x", "days": 1, "scopes": ["sign"]})
    assert answer.status_code == 403
    assert ApiToken.objects.count() == 1  # the one that the person came with


def test_an_office_on_one_laptop_may_do_without_second_factors(person, settings):
    settings.FLIGHTRULES_SECOND_FACTOR_OPTIONAL = True
    browser = Client()
    browser.force_login(Account.objects.get(key=person("qa-lead").account_key))
    assert browser.get("/api/v1/me").status_code == 200


def test_a_session_remembers_a_proof_that_was_given_over_rest(person):
    viewer = person("viewer")
    secret = equip(viewer)
    browser = Client()
    browser.force_login(Account.objects.get(key=viewer.account_key))
    before = json.loads(browser.get("/api/v1/me").content)["proved_at"]
    answer = browser.post("/api/v1/me/proof", {"code": code_now(secret)}, content_type="application/json")
    assert answer.status_code == 200
    assert before is None
    assert json.loads(browser.get("/api/v1/me").content)["proved_at"] is not None


def test_a_viewer_needs_no_second_factor(person):
    viewer = person("viewer")
    browser = Client()
    browser.force_login(Account.objects.get(key=viewer.account_key))
    told = json.loads(browser.get("/api/v1/me").content)
    assert (told["via"], told["scopes"]) == ("session", None)


def test_a_session_changes_nothing_without_its_csrf_token(person):
    viewer = person("viewer")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(Account.objects.get(key=viewer.account_key))
    assert browser.post("/api/v1/me/proof", {"code": "1"}, content_type="application/json").status_code == 403
    assert browser.post("/security/tokens", {"title": "x"}).status_code == 403


# --- lawful erasure


def test_an_erased_person_is_nobody_and_what_they_did_stays(person):
    admin = person("administrator")
    prove_now(admin)
    answer = admin.post("/people", {"name": "Bea Grün", "email": "bea@example.org"})
    key = json.loads(answer.content)["person"]
    early = admin.post(f"/people/{key}/erase", {"ground": "request 7"})
    assert (early.status_code, json.loads(early.content)["code"]) == (409, "E_NOT_DISABLED")
    services.accept_invitation(
        code=json.loads(answer.content)["code"], password=PASSWORD, by=SYSTEM, at=now()
    )
    admin.post(f"/people/{key}/disable", {"reason": "left"})
    prove_now(admin)
    assert admin.post(f"/people/{key}/erase", {"ground": "request 7"}).status_code == 200
    assert admin.post(f"/people/{key}/erase", {"ground": "request 7"}).status_code == 409
    assert admin.post(f"/people/{key}/enable").status_code == 409
    told = Person.objects.get(key=key)
    assert (told.name, told.email) == ("", "")
    account = told.accounts.get()
    assert not account.is_active
    assert not account.has_usable_password()
    assert "bea" not in account.email
    assert Entry.objects.filter(subject=f"person/{key}").count() >= 3
    assert tags()[-1] != "people:account:disabled"
