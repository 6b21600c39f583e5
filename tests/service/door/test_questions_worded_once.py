"""Questions that are worded once answer as the querysets that they were made of, each time of what is there."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import CharField, DateTimeField, Q, UUIDField
from django.db.transaction import TransactionManagementError

from flightrules.service.catalogue.models import Product
from flightrules.service.door.questions import Question
from flightrules.service.people.models import Person, RoleGrant
from service.conftest import AT

GRANTS = Question(
    lambda person, product, at: RoleGrant.objects.filter(
        Q(product=product) | Q(person=person, product="", person__disabled_at__isnull=True),
        counts_from__lte=at,
    ).order_by("-role"),
    UUIDField(),
    CharField(),
    DateTimeField(),
)


def granted(person, role, product, at):
    return RoleGrant.objects.create(
        person=person, role=role, product=product, granted_by="setup", granted_at=at, counts_from=at
    )


def test_it_answers_as_the_queryset_does_with_every_column_and_a_value_used_twice(at):
    ada, tom = (Person.objects.create(name=name, email=f"{name}@example.org") for name in ("ada", "tom"))
    made = [
        granted(ada, "qa-lead", "shop", at),
        granted(tom, "release-manager", "shop", at),
        granted(ada, "auditor", "", at),
    ]
    granted(tom, "auditor", "", at)
    granted(ada, "cto", "shop", at + timedelta(days=1))

    found = GRANTS.rows(ada.key, "shop", at)

    assert [one.pk for one in found] == [made[1].pk, made[0].pk, made[2].pk]
    columns = [field.attname for field in RoleGrant._meta.concrete_fields]
    for one in found:
        kept = RoleGrant.objects.get(pk=one.pk)
        assert [getattr(one, name) for name in columns] == [getattr(kept, name) for name in columns]
    assert found[0].person == tom


def test_it_reads_anew_each_time_it_is_asked(at):
    ada = Person.objects.create(name="Ada", email="ada@example.org")
    assert GRANTS.first(ada.key, "shop", at) is None
    made = granted(ada, "qa-lead", "shop", at)
    assert GRANTS.first(str(ada.key), "shop", at) == made
    assert GRANTS.first(str(ada.key), "shop", at - timedelta(seconds=1)) is None
    made.delete()
    assert GRANTS.rows(ada.key, "shop", at) == []


def test_what_it_found_is_changed_and_saved_like_any_row(at):
    by_key = Question(lambda key: Product.objects.filter(pk=key), CharField())
    Product.objects.create(key="shop", name="Shop", opened_at=at)
    row = by_key.first("shop")
    row.name = "Till"
    row.save()
    assert by_key.first("shop").name == "Till"


def test_columns_that_were_left_out_are_fetched_when_they_are_asked_for(at):
    names = Question(lambda key: Person.objects.filter(pk=key).only("name"), UUIDField())
    ada = Person.objects.create(name="Ada", email="ada@example.org")
    found = names.first(ada.key)
    assert found.get_deferred_fields() >= {"email"}
    assert (found.name, found.email) == ("Ada", "ada@example.org")


def test_a_value_that_is_none_of_its_kind_is_refused_not_asked_for(at):
    with pytest.raises(ValidationError, match="UUID"):
        GRANTS.rows("'; DROP TABLE people_person", "shop", at)
    assert GRANTS.rows(uuid4(), "' OR '1'='1", at) == []


@pytest.mark.parametrize("told", [(None, "shop", AT), (uuid4(), "shop"), (uuid4(), "shop", AT, AT)])
def test_each_value_is_told_no_more_and_no_less(told):
    with pytest.raises(ValueError, match="told when it is asked"):
        GRANTS.rows(*told)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a transaction that writes is the only one there")
@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_only():
    held = Question(lambda key: Person.objects.select_for_update().filter(pk=key), UUIDField())
    with transaction.atomic():
        assert held.first(uuid4()) is None
    with pytest.raises(TransactionManagementError):
        held.first(uuid4())
