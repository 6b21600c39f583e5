"""What somebody changes in a row behind the ledger's back is named by ``flightrules fsck``, column by column."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import F

from flightrules.service.obligations.models import Obligation
from flightrules.service.people import services as people
from flightrules.service.people.models import Account, ApiToken, Delegation, Person, RoleGrant
from flightrules.service.readiness.models import EvidenceItem, GateRun
from flightrules.service.records import fsck
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.records.services import erase_person
from flightrules.service.records.told import mistold
from flightrules.service.releases.models import Release
from people_stories import prove_now
from service.shop import junit, now

DAY = timedelta(days=1)


def said() -> list[str]:
    return [one.message for one in fsck._rows() if one.code == "E_ENTRY"]


def mistold_columns() -> set[str]:
    told = [(model, model.told_as) for model in apps.get_models() if hasattr(model, "told_as")]
    return {f"{model.__name__}.{name}" for model, way in told for _, name in mistold(model, way)}


def slipped_in(model, changes) -> list[set[str]]:
    """What is named after each of these changes, made in the database alone and taken back."""
    named = []
    for change in changes:
        before = list(model.objects.values("pk", *change))
        model.objects.update(**change)
        named.append(mistold_columns())
        for row in before:
            model.objects.filter(pk=row.pop("pk")).update(**row)
    assert mistold_columns() == set()
    return named


@pytest.fixture
def release(shop):
    """A release that was opened, edited, given evidence twice, and judged."""
    shop.adopt()
    key = shop.release(justification="The tax rate changes.", rollback_minutes=7, touches=["payments"])["key"]
    etag = shop.manager.get(f"/releases/{key}")["ETag"]
    edited = {"release_class": "major", "target": "prod", "rollback_minutes": None, "scope_in": ["tax"]}
    assert shop.manager.patch(f"/releases/{key}", edited, **{"If-Match": etag}).status_code == 200
    shop.bring(key, "CI pipeline", junit(9, 1))
    shop.all_green(key)
    shop.run(key)
    return key


def test_facts_of_a_release_are_those_that_were_stated(release):
    changes = [
        {"release_class": "patch"},
        {"target": "uat"},
        {"track": "emergency"},
        {"emergency": "0" * 32},
        {"opens_at": now()},
        {"rollback_minutes": 7},
        {"touches": []},
        {"justification": "None."},
        {"scope_in": ["tax", "payments"]},
        {"security_impact": ""},
    ]
    assert slipped_in(Release, changes) == [{f"Release.{name}"} for change in changes for name in change]
    Release.objects.update(target="uat")
    assert any(one.startswith(f"target of Release {release}") for one in said())


def test_a_release_that_was_given_up_stays_so(shop, release):
    shop.manager.post(f"/releases/{release}/withdrawal", {"reason": "It is mended otherwise."})
    assert mistold_columns() == set()
    Release.objects.update(state="ready")
    assert mistold_columns() == {"Release.state"}


def test_a_text_that_was_erased_is_compared_with_nothing(shop, release, at):
    erase_person(person_key=shop.manager.key, ground="GDPR 17, request 7", by=SYSTEM, at=at)
    Release.objects.update(justification="")
    assert mistold_columns() == set()


def test_a_verdict_stands_with_all_that_it_says(release):
    changes = [
        {"statuses": {"pass-rate": "PASS"}},
        {"blockers": ["none at all"]},
        {"cautions": ["hush"]},
        {"counts": {"PASS": 99}},
        {"evidence": []},
        {"reports": {}},
        {"advise": True},
        {"claim": {"outcome": "GO"}},
        {"release_class": "patch"},
        {"stands_until": now()},
    ]
    assert slipped_in(GateRun, changes) == [{f"GateRun.{name}"} for change in changes for name in change]


def test_evidence_that_was_superseded_does_not_count_again_nor_otherwise(release):
    old = EvidenceItem.objects.get(superseded_at__isnull=False)
    EvidenceItem.objects.filter(pk=old.pk).update(superseded_at=None, name="another")
    assert "EvidenceItem.superseded_at" in mistold_columns()
    EvidenceItem.objects.filter(pk=old.pk).update(superseded_at=now(), name=old.name)
    current = EvidenceItem.objects.filter(superseded_at__isnull=True).first()
    EvidenceItem.objects.filter(pk=current.pk).update(superseded_at=now())
    assert mistold_columns() == {"EvidenceItem.superseded_at"}


@pytest.fixture
def office(at):
    """The first administrator, somebody whom they invited, and a token."""
    code = people.setup_link(at=at).partition("code=")[2]
    account = people.open_first_account(
        code=code,
        name="Mira Tan",
        email="mira@example.org",
        password="a long enough sentence 17",  # noqa: S106 -- made up
        roles=["qa-lead"],
        by=SYSTEM,
        at=at,
    )
    me = Actor(str(account.person_id), Kind.PERSON, str(account.key), "session", proved_at=at, components=2)
    person, code = people.invite(
        name="Jun Ono", email="jun@example.org", roles=[("engineer", "shop")], by=SYSTEM, at=at
    )
    people.accept_invitation(code=code, identity=("https://id.example", "7"), by=SYSTEM, at=at)
    token, _ = people.issue_token(title="cli", scopes=["read"], days=30, by=me, at=at)
    assert said() == []
    return me, person, token


def test_a_token_is_good_for_what_it_was_issued_for(office):
    changes = [
        {"scopes": ["read", "sign"]},
        {"expires_at": F("expires_at") + 300 * DAY},
        {"digest": "0" * 64},
    ]
    assert slipped_in(ApiToken, changes) == [{f"ApiToken.{name}"} for change in changes for name in change]


def test_a_token_is_its_owners_and_one_that_was_revoked_stays_so(office, at):
    me, person, token = office
    people.revoke_token(token=str(token.key), by=me, at=at)
    assert said() == []
    ApiToken.objects.update(revoked_at=None)
    assert mistold_columns() == {"ApiToken.revoked_at"}
    ApiToken.objects.update(account=person.accounts.get(), revoked_at=at)
    assert any("no entry tells of ApiToken" in one for one in said())


def test_who_was_shut_out_is_not_let_in_by_the_database(office, at):
    me, person, _ = office
    account = str(person.accounts.get().key)
    people.disable_account(account=account, reason="lost", by=me, at=at)
    people.disable_person(person=str(person.pk), reason="left", by=me, at=at)
    assert said() == []
    Account.objects.update(is_active=True)
    assert mistold_columns() == {"Account.is_active"}
    Person.objects.update(disabled_at=None)
    assert mistold_columns() == {"Account.is_active", "Person.disabled_at"}


def test_a_name_beside_a_signature_is_the_one_that_was_given(office):
    Person.objects.filter(name="Jun Ono").update(name="Mira Tan")
    assert mistold_columns() == {"Person.name"}


def test_a_role_counts_from_when_it_was_granted(office):
    RoleGrant.objects.filter(role="engineer").update(counts_from=F("counts_from") - DAY)
    assert ["no entry tells of RoleGrant" in one for one in said()] == [True]


def test_a_debt_is_due_when_it_was(shop, release, at):
    from service.obligations.conftest import begun

    begun(release, at=at)
    assert not any("Obligation" in one for one in said())
    Obligation.objects.update(due_at=F("due_at") + DAY)
    assert any("no entry tells of Obligation" in one for one in said())


def test_a_role_is_lent_for_as_long_as_it_was(shop, release):
    seat = {"role": "qa-lead", "product": "shop", "delegate": shop.engineering.key, "reason": "away"}
    prove_now(shop.qa)
    made = shop.qa.post("/delegations", {**seat, "ends_at": (now() + DAY).isoformat()})
    assert made.status_code == 201, made.content
    Delegation.objects.update(ends_at=F("ends_at") + DAY)
    assert any("no entry tells of Delegation" in one for one in said())
