"""Which products one sees, and who is still somebody: the questions that lists and long answers ask."""

from flightrules.service.people.access import products_seen, still_known
from flightrules.service.people.models import Machine
from flightrules.service.records.actor import SYSTEM, Actor, Kind


def as_machine(key, *scopes):
    return Actor(key, Kind.MACHINE, key, "token", scopes=frozenset(scopes))


def test_a_machine_sees_its_product_until_it_is_disabled(machine, at):
    key = machine("shop").key
    assert products_seen(as_machine(key, "read"), at) == {"shop"}
    Machine.objects.filter(pk=key).update(disabled_at=at)
    assert products_seen(as_machine(key, "read"), at) == frozenset()


def test_a_token_without_the_power_to_read_sees_nothing(machine, at):
    assert products_seen(as_machine(machine("shop").key, "bring-evidence"), at) == frozenset()


def test_a_token_for_a_product_that_its_owner_lost_sees_nothing(person, at):
    one = person("viewer", product="bank")
    scopes = frozenset({"read"})
    lost = Actor(one.key, Kind.PERSON, one.account_key, "token", scopes=scopes, product="shop")
    kept = Actor(one.key, Kind.PERSON, one.account_key, "token", scopes=scopes, product="bank")
    assert products_seen(lost, at) == frozenset()
    assert products_seen(kept, at) == {"bank"}


def test_the_service_itself_stays_known(at):
    assert still_known(SYSTEM, at)
    assert not still_known(as_machine("00000000-0000-4000-8000-000000000000"), at)
