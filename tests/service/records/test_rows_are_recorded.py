"""No record, no row: what somebody slips into the database without an act is named by ``flightrules fsck``."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models

from flightrules.service.board.models import Session
from flightrules.service.decisions.models import Decision, Override, SignOff
from flightrules.service.demo.story import fill
from flightrules.service.emergencies.models import Classification, Confirmation, Throttling
from flightrules.service.people import services as people
from flightrules.service.people.models import Account, ApiToken, Machine, OutsideIdentity, Person, RoleGrant
from flightrules.service.readiness.models import Waiver
from flightrules.service.records import fsck
from flightrules.service.records.actor import SYSTEM
from flightrules.service.records.recorded import Recorded, unrecorded
from flightrules.service.records.services import record_denied
from flightrules.service.records.tags import Tag
from flightrules.service.records.told import mistold
from flightrules.service.releases.models import Artefact, Release
from service import (
    matrix_board_objects,
    matrix_decision_objects,
    matrix_emergency_objects,
    matrix_poll_objects,
    matrix_product_objects,
)
from service.matrix_objects import MAKERS, World
from service.shop import now

assert matrix_board_objects  # each registers its makers
assert matrix_decision_objects
assert matrix_emergency_objects
assert matrix_poll_objects
assert matrix_product_objects

WITHOUT = {
    "records.Office": "names the ledger; every signed head names it too",
    "records.Stream": "the ledger's tips, which are verified with it",
    "records.Entry": "the ledger itself",
    "records.Checkpoint": "signed heads, which are verified with the ledger",
    "records.PersonalDatum": "found from the commitments in the entries, and checked against them",
    "records.Blob": "found from the digests in the entries; bytes that no entry names prove nothing",
    "door.KeptAnswer": "answers that are given again for a day; they carry no authority",
    "people.SigningSession": "when a session last signed; without it all components are asked for again",
    "jobs.WorkerBeat": "a sign of life",
    "notices.Outbox": "messages on their way; what was given up is an entry of its own",
}
"""Models of ours whose rows no entry tells of, and why that does no harm."""

OTHERS = {
    "auth": "unused: powers come from grants",
    "contenttypes": "Django's own list of models",
    "sessions": "who is signed in; each use asks for the account again",
    "account": "allauth's addresses; who signs in is our Account",
    "mfa": "secrets of second factors; each change is an entry about the account",
    "usersessions": "where somebody is signed in",
    "socialaccount": "allauth's side of our OutsideIdentity, without which nobody is let in",
    "procrastinate": "work that waits; what it does is recorded",
}
"""Apps of others, and why no entry tells of their rows."""

OURS = [one for one in apps.get_models() if one.__module__.startswith("flightrules.")]
TOLD_OF = [one for one in OURS if hasattr(one, "recorded_as")]


def ways_of(model) -> tuple[Recorded, ...]:
    said = model.recorded_as
    return (said,) if isinstance(said, Recorded) else said


def found(model) -> list[str]:
    """What fsck says of the rows of one model."""
    return [one.message for one in fsck._rows() if f"tells of {model.__name__} " in one.message]


# --- every model


@pytest.mark.parametrize("model", OURS, ids=lambda one: one._meta.label)
def test_each_model_says_how_it_is_recorded_or_stands_in_the_list(model):
    assert hasattr(model, "recorded_as") != (model._meta.label in WITHOUT)
    if hasattr(model, "recorded_as"):
        for way in ways_of(model):
            list(model.objects.values_list(way.key, *way.words))  # all of them can be asked for
            assert way.tags
            assert Tag.ACT_DENIED not in way.tags


def test_the_lists_hold_nothing_that_is_not_there():
    assert {one._meta.label for one in OURS} >= set(WITHOUT)
    assert {one._meta.app_label for one in apps.get_models() if one not in OURS} <= set(OTHERS)


FITTING = {
    "ApiToken": lambda: {"account": made(Account)},
    "Approval": lambda: {"waiver": made(Waiver)},
    "Invitation": lambda: {"person": made(Person)},
    "Delegation": lambda: {"ends_at": now() + timedelta(days=1)},
    "SignOff": lambda: {"act": "verdict"},
    "Throttling": lambda: {"lifted_by": "", "lifted_role": ""},
    "ChangeRequest": lambda: {"release": made(Release)},
    "Attendance": lambda: {"session": made(Session)},
    "Obligation": lambda: {"paid_by": "", "text": "", "confirmed_by": ""},
}


def made(model, **given) -> models.Model:
    """A row as a hand in the database writes it: every field that must have a value has one."""
    row = {**(FITTING[model.__name__]() if model.__name__ in FITTING else {}), **given}
    for field in model._meta.concrete_fields:
        if field.name in row or field.has_default() or field.null or isinstance(field, models.AutoField):
            continue
        row[field.name] = made(field.related_model) if field.is_relation else value_of(field)
    return model.objects.create(**row)


def value_of(field):
    if isinstance(field, models.DateTimeField):
        return now()
    if isinstance(field, models.DateField):
        return now().date()
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.IntegerField):
        return 1
    if isinstance(field, models.JSONField):
        return []
    if isinstance(field, models.EmailField):
        return f"{uuid.uuid4().hex}@example.org"
    return uuid.uuid4().hex[: field.max_length]


@pytest.mark.parametrize("model", TOLD_OF, ids=lambda one: one._meta.label)
def test_a_row_behind_the_ledgers_back_is_named(model):
    row = made(model)
    [said] = found(model)
    assert str(row.pk) in said
    assert said.startswith(f"no entry tells of {model.__name__} {row.pk}, expected about ")


# --- what was done by acts is told of


def test_a_shop_that_came_to_be_by_acts_has_no_such_row(settings):
    settings.FLIGHTRULES_ROLE_COOL_DOWN_HOURS = 24
    fill(now())
    assert list(fsck.rows_without_entry()) == []
    told = [(model, model.told_as) for model in OURS if hasattr(model, "told_as")]
    assert [(model, *one) for model, way in told for one in mistold(model, way)] == []
    assert {Release, SignOff, Decision, Override, RoleGrant} <= {
        one for one in TOLD_OF if one.objects.exists()
    }


@pytest.fixture
def office(at):
    """The first administrator and somebody whom they invited."""
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
    person, code = people.invite(
        name="Jun Ono", email="jun@example.org", roles=[("engineer", "shop")], by=SYSTEM, at=at
    )
    second = people.accept_invitation(code=code, identity=("https://id.example", "7"), by=SYSTEM, at=at)
    return account, person, second


def test_the_first_account_and_an_invited_one_are_told_of(office):
    assert list(fsck.rows_without_entry()) == []


def test_a_role_that_was_made_a_greater_one_is_named(office):
    grant = RoleGrant.objects.get(person=office[1])
    RoleGrant.objects.filter(pk=grant.pk).update(role="qa-lead")
    [said] = found(RoleGrant)
    assert f"person/{office[1].pk}" in said


def test_a_token_of_ones_own_making_is_named(office, at):
    row = ApiToken.objects.create(
        account=office[0], digest="0" * 64, title="mine", issued_at=at, expires_at=at + timedelta(days=1)
    )
    assert [str(row.pk) in one for one in found(ApiToken)] == [True]


def test_one_entry_vouches_for_one_identity_only(office, at):
    OutsideIdentity.objects.create(account=office[2], issuer="https://id.example", subject="8", linked_at=at)
    assert len(found(OutsideIdentity)) == 1


BY_HAND = {Person, Account, ApiToken, RoleGrant, Machine, Classification, Confirmation, Throttling}
"""What the makers of the authorisation matrix put there themselves, so that there is somebody to act."""


@pytest.mark.parametrize("maker", {one.__name__: name for name, one in MAKERS.items()}.values())
def test_what_the_doors_write_is_told_of(person, maker):
    MAKERS[maker](World(person, now(), maker))
    by_hand = tuple(f"{one.__name__} " for one in BY_HAND)
    assert [row for _, row in fsck.rows_without_entry() if not row.startswith(by_hand)] == []


# --- entries that speak of a row without telling how it came to be


def test_a_denial_about_a_row_does_not_tell_of_it(tell, at):
    from flightrules.service.door.refusals import ConflictError

    release = made(Release)
    refusal = ConflictError("E_RELEASE_STATE", "no").about("product/shop", f"release/{release.pk}")
    record_denied(refusal, by=SYSTEM, at=at, asked="edit_release")
    tell(tag=Tag.RELEASE_CHANGED, subject=f"release/{release.pk}")
    assert len(found(Release)) == 1


def test_an_entry_is_taken_by_one_row_also_over_many_batches(tell, monkeypatch):
    monkeypatch.setattr("flightrules.service.records.recorded._BATCH", 2)
    release = made(Release)
    for _ in range(5):
        made(Artefact, release=release, name="app", digest="a" * 64, replaced_at=now())
    tell(3, tag=Tag.ARTEFACT_ADDED, subject=f"release/{release.pk}", data={"name": "app", "sha256": "a" * 64})
    assert len(list(unrecorded(Artefact, ways_of(Artefact)))) == 2
