"""Abuse of roles, deputies, delegations and names: AUT-01, AUT-03 to AUT-11, SOD-01, SOD-02, SOD-05, PRE-02."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction

from flightrules.engine.separation import Involved, Voice, count_voices, violations
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError, InvalidError
from flightrules.service.people import access, services
from flightrules.service.people.access import has_power, require, roles_of
from flightrules.service.people.models import Account, Delegation, Deputy, Person, RoleGrant
from flightrules.service.people.powers import Power
from flightrules.service.people.queries import badge
from flightrules.service.people.seats import seats_of
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.services import append, product_stream
from flightrules.service.records.tags import Tag
from people_stories import PASSWORD, actor_of, code_now, denied_codes, equip, now, prove_now, signing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def under_way(at):
    """A release of the shop was opened, so that a new voice has something to be kept from."""
    with transaction.atomic():
        append(stream=product_stream("shop"), tag=Tag.RELEASE_OPENED, by=SYSTEM, at=at, subject="release/1")


def grant(admin, someone, role, at, product=""):
    return services.grant_role(person=someone.key, role=role, product=product, by=signing(admin, at), at=at)


def lend(holder, delegate, at, *, role="cto", product="shop", ends=DAY, **changes):
    told = {
        "delegate": delegate.key,
        "role": role,
        "product": product,
        "ends_at": at + ends,
        "reason": "away",
    }
    return services.delegate_role(by=signing(holder, at), at=at, **{**told, **changes})


def refusal(action) -> str:
    with pytest.raises((DeniedError, ConflictError, InvalidError, ForeignError)) as caught:
        action()
    return caught.value.code


# --- AUT-01, AUT-03: eligibility is a question of the moment


def test_a_revoked_role_counts_for_nothing_from_that_moment(person, at):
    admin, lead = person("administrator"), person("qa-lead", product="shop")
    held = RoleGrant.objects.get(person_id=lead.key)
    assert has_power(actor_of(lead), Power.SIGN, product="shop", at=at)
    services.revoke_role(person=lead.key, grant=str(held.key), by=actor_of(admin), at=at)
    assert not has_power(actor_of(lead), Power.SIGN, product="shop", at=at)
    assert roles_of(lead.key, "shop", at - HOUR) == {
        "qa-lead"
    }  # what held when the vote was cast can be told


def test_a_role_that_is_granted_later_says_nothing_about_earlier(person, at):
    admin, someone = person("administrator"), person()
    grant(admin, someone, "qa-lead", at, "shop")
    assert roles_of(someone.key, "shop", at - HOUR) == frozenset()


def test_an_expiring_role_ends_by_itself(person, at):
    admin, someone = person("administrator"), person()
    services.grant_role(
        person=someone.key, role="viewer", product="shop", expires_at=at + DAY, by=signing(admin, at), at=at
    )
    assert roles_of(someone.key, "shop", at + DAY - HOUR) == {"viewer"}
    assert roles_of(someone.key, "shop", at + DAY) == frozenset()


# --- AUT-04: nobody gives themselves power, and new power cools down


@pytest.mark.parametrize("product", ["", "shop"])
def test_nobody_grants_themselves_a_role_through_any_account(person, at, product):
    admin = person("administrator")
    other = Account.objects.create(person_id=admin.key, email="second@example.org", opened_at=at)
    by = actor_of(admin, account_key=str(other.key))
    code = refusal(
        lambda: services.grant_role(person=admin.key, role="qa-lead", product=product, by=by, at=at)
    )
    assert code == "E_SELF_GRANT"
    assert denied_codes() == ["E_SELF_GRANT"]
    assert not RoleGrant.objects.filter(role="qa-lead").exists()


def test_who_manages_one_product_grants_nothing_elsewhere(person, at):
    local, someone = person("administrator", product="shop"), person()
    grant(local, someone, "viewer", at, "shop")
    assert refusal(lambda: grant(local, someone, "viewer", at, "bank")) == "E_NO_SUCH"
    assert refusal(lambda: grant(local, someone, "viewer", at)) == "E_POWER"


@pytest.mark.usefixtures("under_way")
def test_a_new_role_lets_look_and_only_after_the_cool_down_vote(person, at):
    admin, someone = person("administrator"), person()
    grant(admin, someone, "qa_lead", at, "shop")
    by = actor_of(someone)
    assert has_power(by, Power.READ, product="shop", at=at)
    assert not has_power(by, Power.SIGN, product="shop", at=at + DAY - timedelta(microseconds=1))
    assert has_power(by, Power.SIGN, product="shop", at=at + DAY)


@pytest.mark.parametrize("product", ["shop", ""])
@pytest.mark.usefixtures("under_way")
def test_a_release_under_way_anywhere_in_reach_makes_a_role_cool_down(person, at, product):
    admin, someone = person("administrator"), person()
    assert grant(admin, someone, "qa-lead", at, product).counts_from == at + DAY


def test_before_the_first_release_nobody_waits_for_a_vote(person, at, under_way):
    admin, someone = person("administrator"), person()
    assert grant(admin, someone, "qa-lead", at, "bank").counts_from == at


@pytest.mark.usefixtures("under_way")
def test_the_cool_down_is_a_setting(person, at, settings):
    settings.FLIGHTRULES_ROLE_COOL_DOWN_HOURS = 0
    admin, someone = person("administrator"), person()
    grant(admin, someone, "qa-lead", at, "shop")
    assert has_power(actor_of(someone), Power.SIGN, product="shop", at=at)


@pytest.mark.parametrize("role", ["viewer", "auditor", "engineer"])
def test_roles_that_only_look_or_bring_evidence_count_at_once(person, at, role):
    admin, someone = person("administrator"), person()
    grant(admin, someone, role, at, "shop")
    assert roles_of(someone.key, "shop", at) == {role}


def test_a_role_is_not_granted_twice_nor_to_nobody(person, at):
    admin, someone = person("administrator"), person("viewer")
    assert refusal(lambda: grant(admin, someone, "viewer", at)) == "E_ROLE_HELD"
    services.disable_person(person=someone.key, reason="left", by=actor_of(admin), at=at)
    assert refusal(lambda: grant(admin, someone, "engineer", at)) == "E_PERSON"
    assert refusal(lambda: grant(admin, person(), "qa lead!", at)) == "E_ROLE"
    ended = lambda: services.grant_role(  # noqa: E731 -- one story
        person=person().key, role="viewer", expires_at=at, by=actor_of(admin), at=at
    )
    assert refusal(ended) == "E_ROLE_ENDS"


def test_a_role_is_revoked_once_and_only_by_who_may(person, at):
    admin, local, lead = person("administrator"), person("administrator", product="bank"), person("qa-lead")
    held = str(RoleGrant.objects.get(person_id=lead.key).key)
    take = lambda by: services.revoke_role(person=lead.key, grant=held, by=actor_of(by), at=at)  # noqa: E731 -- one story
    assert refusal(lambda: take(local)) == "E_POWER"
    take(admin)
    assert refusal(lambda: take(admin)) == "E_NO_SUCH"


@pytest.mark.usefixtures("under_way")
def test_an_office_keeps_somebody_who_manages_people(person, at):
    admin = person("administrator")
    held = str(RoleGrant.objects.get(person_id=admin.key).key)
    by = actor_of(admin)
    for action in (
        lambda: services.revoke_role(person=admin.key, grant=held, by=by, at=at),
        lambda: services.disable_person(person=admin.key, reason="x", by=by, at=at),
        lambda: services.disable_account(account=admin.account_key, reason="x", by=by, at=at),
    ):
        assert refusal(action) == "E_LAST_ADMINISTRATOR"
    second = person()
    grant(admin, second, "administrator", at)
    assert refusal(lambda: services.revoke_role(person=admin.key, grant=held, by=by, at=at)) == (
        "E_LAST_ADMINISTRATOR"
    )
    services.revoke_role(person=admin.key, grant=held, by=by, at=at + DAY)


def test_an_administrator_with_two_accounts_may_lose_one(person, at):
    admin = person("administrator")
    Account.objects.create(person_id=admin.key, email="second@example.org", opened_at=at)
    services.disable_account(account=admin.account_key, reason="lost", by=actor_of(admin), at=at)


def test_an_administrator_has_no_vote(person, at):
    by = actor_of(person("administrator"))
    for power in (Power.SIGN, Power.BLOCK, Power.ACCEPT, Power.WAIVE, Power.OVERRIDE):
        assert not has_power(by, power, at=at)


# --- AUT-06: one role for one product, never the union


def test_roles_of_two_products_are_never_put_together(person, at):
    lead = person("qa-lead", product="staging")
    RoleGrant.objects.create(
        person_id=lead.key, role="viewer", product="prod", granted_by="x", granted_at=at, counts_from=at
    )
    by = actor_of(lead)
    assert has_power(by, Power.SIGN, product="staging", at=at)
    assert not has_power(by, Power.SIGN, product="prod", at=at)
    with pytest.raises(DeniedError):
        require(by, Power.SIGN, product="prod", at=at)


def test_a_role_for_one_product_says_nothing_about_the_office(person, at):
    by = actor_of(person("administrator", product="shop"))
    assert has_power(by, Power.MANAGE_PEOPLE, product="shop", at=at)
    assert not has_power(by, Power.MANAGE_PEOPLE, at=at)


def test_what_belongs_to_others_is_not_there(person, at):
    by = actor_of(person("qa-lead", product="shop"))
    with pytest.raises(ForeignError):
        require(by, Power.SIGN, product="bank", at=at)


# --- AUT-09, AUT-10: lent for a while, one deep, one voice


def test_a_delegate_speaks_in_the_holders_seat_until_the_end(person, at):
    cto, delegate = person("cto", product="shop"), person()
    lend(cto, delegate, at)
    by = actor_of(delegate)
    assert has_power(by, Power.OVERRIDE, product="shop", at=at)
    assert not has_power(by, Power.OVERRIDE, product="bank", at=at)
    assert not has_power(by, Power.OVERRIDE, product="shop", at=at + DAY)
    [seat] = seats_of(delegate.key, "shop", at)
    assert (seat.role, seat.holder, seat.through) == ("cto", cto.key, "delegation")


def test_holder_and_delegate_are_one_voice(person, at):
    cto, delegate = person("cto", product="shop"), person()
    lend(cto, delegate, at)
    voices = [
        Voice(who.key, seat.role, seat.holder)
        for who in (cto, delegate)
        for seat in seats_of(who.key, "shop", at)
    ]
    counted = count_voices(voices)
    assert [voice.person for voice in counted.voices] == [cto.key]
    assert [why for _, why in counted.refused] == ["duplicate_seat"]


def test_what_was_lent_cannot_be_lent_on(person, at):
    cto, delegate, third = person("cto", product="shop"), person(), person()
    lend(cto, delegate, at)
    assert refusal(lambda: lend(delegate, third, at)) == "E_DELEGATION_DEPTH"
    assert denied_codes() == ["E_DELEGATION_DEPTH"]
    assert Delegation.objects.count() == 1


def test_a_delegation_dies_with_the_role_and_with_the_holder(person, at):
    admin, cto, delegate = person("administrator"), person("cto", product="shop"), person()
    lend(cto, delegate, at)
    by = actor_of(delegate)
    services.disable_person(person=cto.key, reason="left", by=actor_of(admin), at=at)
    assert not has_power(by, Power.OVERRIDE, product="shop", at=at)
    services.enable_person(person=cto.key, by=signing(admin, at), at=at)
    assert has_power(by, Power.OVERRIDE, product="shop", at=at)
    held = str(RoleGrant.objects.get(person_id=cto.key).key)
    services.revoke_role(person=cto.key, grant=held, by=actor_of(admin), at=at)
    assert not has_power(by, Power.OVERRIDE, product="shop", at=at)


def test_a_delegate_who_is_the_requester_breaks_a_separation(person, at):
    cto, requester = person("cto", product="shop"), person()
    lend(cto, requester, at)
    assert has_power(actor_of(requester), Power.OVERRIDE, product="shop", at=at)
    [broken] = violations(Involved(requester=(requester.key,), signers=(requester.key,)))
    assert broken.name == "self_approval"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "qa-lead"}, "E_ROLE_NOT_HELD"),
        ({"product": "bank"}, "E_ROLE_NOT_HELD"),
        ({"product": ""}, "E_ROLE_NOT_HELD"),
        ({"role": "administrator"}, "E_ROLE_NOT_LENT"),
        ({"ends": timedelta(0)}, "E_DELEGATION_TIME"),
        ({"ends": timedelta(days=31)}, "E_DELEGATION_TIME"),
    ],
)
def test_a_delegation_has_limits(person, at, changes, code):
    cto, delegate = person("cto", product="shop"), person()
    assert refusal(lambda: lend(cto, delegate, at, **changes)) == code
    assert not Delegation.objects.exists()


def test_a_delegation_goes_to_somebody_else_who_is_there_and_not_into_the_past(person, at):
    cto = person("cto", product="shop")
    assert refusal(lambda: lend(cto, cto, at)) == "E_DELEGATE"
    gone = person()
    Person.objects.filter(key=gone.key).update(disabled_at=at)
    assert refusal(lambda: lend(cto, gone, at)) == "E_PERSON"
    assert refusal(lambda: lend(cto, person(), at, starts_at=at - HOUR)) == "E_DELEGATION_TIME"


@pytest.mark.parametrize("who", ["holder", "delegate", "admin"])
def test_a_delegation_is_ended_early_by_whom_it_concerns(person, at, who):
    people = {"holder": person("cto", product="shop"), "delegate": person(), "admin": person("administrator")}
    row = lend(people["holder"], people["delegate"], at)
    stranger = person("qa-lead", product="shop")
    end = lambda by: services.end_delegation(delegation=str(row.key), by=actor_of(by), at=at + HOUR)  # noqa: E731 -- one story
    assert refusal(lambda: end(stranger)) == "E_NO_SUCH"
    end(people[who])
    assert not has_power(actor_of(people["delegate"]), Power.OVERRIDE, product="shop", at=at + HOUR)
    assert refusal(lambda: end(people[who])) == "E_ALREADY"


def test_delegating_needs_a_fresh_proof_at_the_door(person):
    cto, delegate = person("cto", product="shop"), person()
    ends = (now() + DAY).isoformat()
    body = {"delegate": delegate.key, "role": "cto", "product": "shop", "ends_at": ends, "reason": "away"}
    secret = equip(cto)
    assert cto.post("/delegations", body).status_code == 401
    assert cto.post("/delegations", body, Flightrules_Proof=code_now(secret)).status_code == 401
    assert cto.post("/me/proof", {"password": PASSWORD}).status_code == 200
    prove_now(cto)
    answer = cto.post("/delegations", body)
    assert answer.status_code == 201
    [row] = json.loads(delegate.get("/delegations").content)["items"]
    assert row["holder"] == cto.key
    assert delegate.post(f"/delegations/{row['key']}/end").status_code == 200


# --- deputies


@pytest.mark.usefixtures("under_way")
def test_a_deputy_stands_in_after_the_cool_down_and_until_it_is_ended(person, at):
    admin, lead, second = person("administrator"), person("qa-lead", product="shop"), person()
    row = services.name_deputy(
        holder=lead.key, deputy=second.key, role="qa-lead", product="shop", by=signing(admin, at), at=at
    )
    by = actor_of(second)
    assert not has_power(by, Power.SIGN, product="shop", at=at)
    assert has_power(by, Power.SIGN, product="shop", at=at + DAY)
    [seat] = seats_of(second.key, "shop", at + DAY)
    assert (seat.holder, seat.through) == (lead.key, "deputy")
    services.end_deputy(deputy=str(row.key), by=actor_of(admin), at=at + DAY)
    assert not has_power(by, Power.SIGN, product="shop", at=at + DAY)
    assert refusal(lambda: services.end_deputy(deputy=str(row.key), by=actor_of(admin), at=at)) == "E_ALREADY"


def test_nobody_makes_themselves_a_deputy_nor_a_holder_their_own(person, at):
    admin, lead = person("administrator"), person("qa-lead")
    name = lambda holder, deputy, role="qa-lead": services.name_deputy(  # noqa: E731 -- one story
        holder=holder.key, deputy=deputy.key, role=role, by=signing(admin, at), at=at
    )
    assert refusal(lambda: name(lead, admin)) == "E_SELF_GRANT"
    assert refusal(lambda: name(lead, lead)) == "E_DELEGATE"
    assert refusal(lambda: name(lead, person(), "cto")) == "E_ROLE_NOT_HELD"
    assert refusal(lambda: name(admin, person(), "administrator")) == "E_ROLE_NOT_HELD"
    assert not Deputy.objects.exists()


def test_a_deputy_lends_nothing(person, at):
    admin, lead, second = person("administrator"), person("qa-lead", product="shop"), person()
    services.name_deputy(
        holder=lead.key, deputy=second.key, role="qa-lead", product="shop", by=signing(admin, at), at=at
    )
    later = at + DAY
    assert refusal(lambda: lend(second, person(), later, role="qa-lead")) == "E_DELEGATION_DEPTH"


# --- AUT-11: the adopted rulebook decides who votes


def test_the_adopted_rulebook_takes_and_gives_votes(person, at, monkeypatch):
    from flightrules.rules.loading import load_rulebook

    book = load_rulebook(b"flightrules: 1\nauthority: {preset: qa-led}\n")
    lookup = lambda product, _at: book.authority if product == "shop" else None  # noqa: E731 -- the catalogue's part
    monkeypatch.setattr(access, "_adopted", [lookup])
    manager = actor_of(person("release-manager"))
    assert not has_power(manager, Power.SIGN, product="shop", at=at)
    assert has_power(manager, Power.SIGN, product="bank", at=at)
    assert has_power(manager, Power.DEPLOY, product="shop", at=at)


def test_the_catalogue_can_say_where_adopted_authority_is_found(monkeypatch):
    monkeypatch.setattr(access, "_adopted", [])
    lookup = lambda _product, _at: None  # noqa: E731 -- the catalogue's part
    access.learn_adopted_authority(lookup)
    assert access._adopted == [lookup]


# --- SOD-05: one person is one voice however many accounts


def test_two_accounts_of_one_person_are_one_voice(person, at):
    lead = person("qa-lead", "cto", product="shop")
    voices = [Voice(lead.key, seat.role, seat.holder) for seat in seats_of(lead.key, "shop", at)]
    assert len(voices) == 2
    assert len(count_voices(voices).voices) == 1
    [broken] = violations(Involved(signers=(lead.key, lead.key)))
    assert broken.name == "distinct_persons_required"


# --- PRE-02: a name proves nothing


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("Alice Doe", []),
        ("QA Lead \u2714", ["signs", "reads-like-a-role"]),
        ("\u0430lice Doe", ["mixed-script", "looks-like-another"]),
        ("A1ice D0e", ["looks-like-another"]),
        ("\u041e\u043b\u044c\u0433\u0430", []),
        ("Ren\u00e9e O'Neil-\u00d8stergaard", []),
    ],
)
def test_a_name_that_may_mislead_is_flagged_beside_key_and_roles(person, at, name, flags):
    person("cto", name="Alice Doe" if name != "Alice Doe" else "Somebody Else")
    someone = person("viewer", name=name)
    shown = badge(someone.key, at)
    assert shown["flags"] == [flag.replace("looks-like-another", "looks-like-another") for flag in flags]
    assert (shown["key"], shown["roles"]) == (someone.key, ["viewer"])


def test_nobody_renames_themselves_and_a_name_hides_nothing(person, at):
    admin, someone = person("administrator"), person()
    rename = lambda who, name: services.rename_person(person=who.key, name=name, by=actor_of(admin), at=at)  # noqa: E731 -- one story
    assert refusal(lambda: rename(admin, "QA Lead")) == "E_SELF_RENAME"
    assert refusal(lambda: rename(someone, "Bea\u200b")) == "E_PERSON_NAME"
    assert rename(someone, "  Bea   Gr\u0075\u0308n ").name == "Bea Grün"


def test_a_rename_names_the_state_that_was_read(person):
    admin, someone = person("administrator"), person()
    path = f"/people/{someone.key}"
    assert admin.patch(path, {"name": "Bea"}).status_code == 428
    read = admin.get(path)
    assert admin.patch(path, {"name": "Bea"}, If_Match=read["ETag"]).status_code == 200
    assert admin.patch(path, {"name": "Cleo"}, If_Match=read["ETag"]).status_code == 412


# --- the office itself, and who is known


def test_the_office_itself_may_and_is_not_asked(at):
    from flightrules.service.records.actor import SYSTEM

    assert has_power(SYSTEM, Power.OPERATE, at=at)


def test_a_disabled_person_is_not_known(person, at):
    someone = person()
    assert access.is_known(someone.key)
    Person.objects.filter(key=someone.key).update(disabled_at=at)
    assert not access.is_known(someone.key)


def test_a_persons_roles_are_listed_past_ones_too(person, at):
    admin, someone = person("administrator"), person("viewer", product="shop")
    [row] = json.loads(admin.get(f"/people/{someone.key}/roles").content)["items"]
    assert (row["role"], row["product"], row["revoked_at"]) == ("viewer", "shop", None)
    assert admin.delete(f"/people/{someone.key}/roles/{row['key']}").status_code == 200
    [row] = json.loads(admin.get(f"/people/{someone.key}/roles").content)["items"]
    assert row["revoked_at"]


def test_deputies_are_named_and_ended_at_the_door(person):
    admin, lead, second = person("administrator"), person("qa-lead", product="shop"), person()
    body = {"holder": lead.key, "deputy": second.key, "role": "qa-lead", "product": "shop"}
    prove_now(admin)
    made = json.loads(admin.post("/deputies", body).content)
    assert [row["deputy"] for row in json.loads(lead.get("/deputies?product=shop").content)["items"]] == [
        second.key
    ]
    assert admin.post(f"/deputies/{made['key']}/end").status_code == 200


# --- people and things that are not there


@pytest.mark.parametrize(
    "asked",
    [
        lambda by, key, at: services.disable_person(person=key, reason="x", by=by, at=at),
        lambda by, key, at: services.enable_person(person=key, by=by, at=at),
        lambda by, key, at: services.disable_account(account=key, reason="x", by=by, at=at),
        lambda by, key, at: services.enable_account(account=key, by=by, at=at),
        lambda by, key, at: services.end_delegation(delegation=key, by=by, at=at),
        lambda by, key, at: services.end_deputy(deputy=key, by=by, at=at),
        lambda by, key, at: services.disable_machine(machine=key, by=by, at=at),
        lambda by, key, at: services.change_team(team=key, name="x", members=(), by=by, at=at),
        lambda by, key, at: services.revoke_token(token=key, by=by, at=at),
        lambda by, key, at: services.revoke_machine_token(machine=key, token=key, by=by, at=at),
        lambda _by, key, at: badge(key, at),
    ],
)
def test_what_is_not_there_is_not_there(person, at, asked):
    key = "00000000-0000-4000-8000-000000000000"
    assert refusal(lambda: asked(actor_of(person("administrator")), key, at)) == "E_NO_SUCH"


def test_what_is_so_already_is_said(person, at):
    admin, someone = person("administrator"), person("viewer")
    by = actor_of(admin)
    assert refusal(lambda: services.enable_person(person=someone.key, by=by, at=at)) == "E_ALREADY"
    assert refusal(lambda: services.enable_account(account=someone.account_key, by=by, at=at)) == "E_ALREADY"
    services.disable_account(account=someone.account_key, reason="x", by=by, at=at)
    again = lambda: services.disable_account(account=someone.account_key, reason="x", by=by, at=at)  # noqa: E731 -- one story
    assert refusal(again) == "E_ALREADY"
    services.disable_person(person=someone.key, reason="x", by=by, at=at)
    assert (
        refusal(lambda: services.disable_person(person=someone.key, reason="x", by=by, at=at)) == "E_ALREADY"
    )
