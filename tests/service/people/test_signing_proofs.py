"""21 CFR 11.200 in stories: all components for the first signing of a session, one later, and each proof once."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from flightrules.service.door.refusals import DeniedError, UnauthenticatedError
from flightrules.service.notices.models import Outbox
from flightrules.service.people.authentication import require_signing_proof
from flightrules.service.people.models import Account, ApiToken, SigningSession
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.models import Entry
from flightrules.service.records.services import act
from people_stories import PASSWORD, actor_of, code_now, denied_codes, equip, now, prove_now, tags

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def sign(by, at, **what):
    with transaction.atomic():
        return require_signing_proof(by, at=at, **what)


def refused(by, at, **what) -> str:
    with pytest.raises(UnauthenticatedError) as caught:
        sign(by, at, **what)
    assert caught.value.code == "E_REAUTH_REQUIRED"
    assert caught.value.hint
    return caught.value.message


@pytest.fixture
def signer(person, at):
    """A person with a token: ``signer(proved=at, components=2)``."""
    someone = person("qa-lead")
    token = str(ApiToken.objects.get(account__key=someone.account_key).key)

    def by(proved=None, components=0, token_key=token):
        return actor_of(someone, via="token", token_key=token_key, proved_at=proved, components=components)

    return by


# --- the rule


def test_the_first_signing_takes_all_components_and_says_so(signer, at):
    proof = sign(signer(at, 2), at)
    assert (proof.components, proof.first, proof.proved_at) == (2, True, at)


@pytest.mark.parametrize("components", [0, 1])
def test_the_first_signing_takes_no_less(signer, at, components):
    assert refused(signer(at, components), at)


def test_a_bare_token_never_signs(signer, at):
    assert refused(signer(), at)
    sign(signer(at, 2), at)
    assert refused(signer(), at + SECOND)


def test_a_later_signing_takes_one_component(signer, at):
    sign(signer(at, 2), at)
    proof = sign(signer(at + MINUTE, 1), at + MINUTE)
    assert (proof.components, proof.first) == (1, False)


def test_a_proof_signs_once(signer, at):
    by = signer(at, 2)
    sign(by, at)
    assert "signed already" in refused(by, at)
    assert "signed already" in refused(by, at + SECOND)
    assert "signed already" in refused(signer(at - SECOND, 2), at + SECOND)


def test_a_proof_whose_act_fails_has_not_signed(signer, at):
    by = signer(at, 2)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        require_signing_proof(by, at=at)
        raise ZeroDivisionError
    assert sign(by, at).first


@pytest.mark.parametrize(("age", "good"), [(0, True), (60, True), (60.000001, False), (-0.000001, False)])
def test_a_proof_signs_for_a_minute(signer, at, age, good):
    by = signer(at - timedelta(seconds=age), 2)
    if good:
        assert sign(by, at)
    else:
        assert refused(by, at)


@pytest.mark.parametrize(
    ("idle", "later"),
    [(timedelta(minutes=15), True), (timedelta(minutes=15, microseconds=1), False)],
)
def test_after_the_idle_limit_all_components_are_asked_for_again(signer, at, idle, later):
    sign(signer(at, 2), at)
    then = at + idle
    if later:
        assert not sign(signer(then, 1), then).first
    else:
        assert "all components" in refused(signer(then, 1), then)
        assert sign(signer(then, 2), then).first


def test_each_signing_keeps_the_session_going(signer, at):
    sign(signer(at, 2), at)
    for minutes in (10, 20, 30):
        then = at + timedelta(minutes=minutes)
        assert not sign(signer(then, 1), then).first


def test_the_idle_limit_is_a_setting(signer, at, settings):
    settings.FLIGHTRULES_SIGNING_IDLE_MINUTES = 1
    sign(signer(at, 2), at)
    assert refused(signer(at + 2 * MINUTE, 1), at + 2 * MINUTE)


def test_a_session_is_one_token_or_one_browser_session(signer, person, at):
    sign(signer(at, 2), at)
    then = at + MINUTE
    other = person("qa-lead")
    issued = ApiToken.objects.get(account__key=other.account_key)
    ApiToken.objects.filter(pk=issued.pk).update(account=Account.objects.get(key=signer().account_key))
    assert refused(signer(then, 1, token_key=str(issued.key)), then)
    browser = replace(signer(then, 1), token_key=None, via="session", session="aa" * 32)
    assert refused(browser, then)
    assert refused(replace(browser, session="bb" * 32), then)


def test_a_machine_never_signs(machine, at):
    made = machine("shop")
    by = Actor(made.key, Kind.MACHINE, made.key, "token", proved_at=at, components=2)
    with pytest.raises(DeniedError) as caught:
        sign(by, at)
    assert caught.value.code == "E_PROOF_OF_MACHINE"


@pytest.mark.django_db(transaction=True)
def test_a_proof_is_taken_in_the_transaction_of_the_act(signer, at):
    with pytest.raises(RuntimeError):
        require_signing_proof(signer(at, 2), at=at)


def test_signing_without_a_proof_is_on_record(signer, at):
    @act
    def signed(*, by, at):
        require_signing_proof(by, at=at)

    with pytest.raises(UnauthenticatedError):
        signed(by=signer(), at=at)
    assert denied_codes() == ["E_REAUTH_REQUIRED"]
    assert not SigningSession.objects.exists()


# --- how the proof is given


def test_code_and_password_over_rest_are_all_components(person):
    someone = person("qa-lead")
    secret = equip(someone)
    answer = json.loads(someone.post("/me/proof", {"code": code_now(secret), "password": PASSWORD}).content)
    assert answer["components"] == 2
    assert answer["signs_until"] > answer["proved_at"]
    me = json.loads(someone.get("/me").content)
    assert (me["components"], me["proved_at"][:19]) == (2, answer["proved_at"][:19])


@pytest.mark.parametrize("which", ["code", "password"])
def test_one_of_them_is_one_component(person, which):
    someone = person("qa-lead")
    secret = equip(someone)
    sent = {"code": code_now(secret)} if which == "code" else {"password": PASSWORD}
    assert json.loads(someone.post("/me/proof", sent).content)["components"] == 1


def test_a_code_with_the_request_is_one_component_and_leaves_the_token_as_it_was(person):
    someone = person("qa-lead")
    secret = equip(someone)
    prove_now(someone)
    assert json.loads(someone.get("/me", Flightrules_Proof=code_now(secret)).content)["components"] == 1
    assert json.loads(someone.get("/me").content)["components"] == 2


def test_an_empty_proof_is_none(person):
    someone = person("qa-lead")
    equip(someone)
    answer = someone.post("/me/proof", {})
    assert (answer.status_code, json.loads(answer.content)["code"]) == (422, "E_PROOF_EMPTY")
    assert Account.objects.get(key=someone.account_key).wrong_proofs == 0


def test_a_wrong_password_alone_counts_as_a_try(person):
    someone = person("qa-lead")
    equip(someone)
    assert someone.post("/me/proof", {"password": "wrong"}).status_code == 401
    assert Account.objects.get(key=someone.account_key).wrong_proofs == 1


# --- 11.300(d): who answers for security hears of it


def test_the_fifth_wrong_proof_locks_and_the_security_role_is_told(person):
    guard, admin, lead = person("security", product="shop"), person("administrator"), person("qa-lead")
    equip(lead)
    for _ in range(4):
        lead.post("/me/proof", {"code": "000000", "password": "wrong"})
    assert not Outbox.objects.exists()
    lead.post("/me/proof", {"code": "000000", "password": "wrong"})
    rows = Outbox.objects.filter(kind="alarm")
    assert {row.person for row in rows} == {guard.key, admin.key}
    assert {row.about for row in rows} == {f"account/{lead.account_key}"}
    assert tags()[-2:] == ["office:act:denied", "people:identity:locked"]
    said = json.loads(bytes(Entry.objects.get(tag="people:identity:locked").body))["data"]
    assert said["told"] == sorted([guard.key, admin.key])


def test_tries_while_it_is_locked_send_no_second_letter(person):
    person("security")
    lead = person("qa-lead")
    equip(lead)
    for _ in range(8):
        lead.post("/me/proof", {"code": "000000"})
    assert Outbox.objects.filter(kind="alarm").count() == 1
    assert now() < Account.objects.get(key=lead.account_key).locked_until


def test_the_letter_can_be_read(person):
    from flightrules.service.notices.delivery import mail_text
    from flightrules.service.notices.kinds import Kind, written

    person("security")
    lead = person("qa-lead")
    equip(lead)
    for _ in range(5):
        lead.post("/me/proof", {"code": "000000"})
    text = mail_text(written(Kind.ALARM, Outbox.objects.get(kind="alarm").context, base_url="https://x"))
    assert text.startswith(f"Somebody may be guessing the proofs of person {lead.key}\n")
    assert "5 wrong proofs in a row" in text


# --- at the same moment


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite writes one at a time; in memory not even that"
)
@pytest.mark.django_db(transaction=True)
def test_one_proof_never_signs_twice_however_many_ask_at_once(person):
    someone = person("qa-lead")
    token = str(ApiToken.objects.get(account__key=someone.account_key).key)
    for _ in range(10):
        proved = now()
        by = actor_of(someone, via="token", token_key=token, proved_at=proved)
        signed = list(_all_at_once(by, 4))
        assert signed.count(True) == 1, signed


def _all_at_once(by, hands):
    """Whether each of several threads could sign with the same proof."""
    together, found = threading.Barrier(hands), []

    def one() -> None:
        try:
            together.wait()
            sign(by, now())
            found.append(True)
        except UnauthenticatedError:
            found.append(False)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
