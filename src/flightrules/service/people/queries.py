"""Reads of the people room: who somebody is, what they may do, who stands in for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField

from flightrules.service.door.questions import Question
from flightrules.service.people import rasci
from flightrules.service.people.access import powers_here, require
from flightrules.service.people.managed import managed_machine, no_such
from flightrules.service.people.models import (
    ApiToken,
    Delegation,
    Deputy,
    Machine,
    MachineIdentity,
    MachineKey,
    Person,
    Rasci,
    RoleGrant,
    Team,
)
from flightrules.service.people.names import flags_of
from flightrules.service.people.powers import Power
from flightrules.service.people.seats import live_grants
from flightrules.service.people.second_factor import lacks_second_factor
from flightrules.service.records.actor import SYSTEM, Actor

__all__ = [
    "audiences_taken",
    "badge",
    "badges",
    "delegations_of",
    "deputies_of",
    "described",
    "grants_of",
    "holders_of",
    "identities_of",
    "keys_of_machines",
    "lacks_second_factor",
    "machine_keys",
    "machines_of",
    "name_of",
    "people",
    "person_of",
    "rasci_in_force",
    "roles_held",
    "team_of",
    "teams_of",
    "tokens_of",
    "who_can_sign_in",
]


_PERSON = Question(lambda key: Person.objects.filter(pk=key), UUIDField())


def badge(person_key: str, at: datetime, *, product: str = "") -> dict[str, Any]:
    """What stands beside a signature: the key, the name with its warnings, and the roles that count now.

    The name is the person's own affair; the key and the roles are the office's word.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    return badges([_known(person_key)], at, product)[0]


def described(person_key: str, at: datetime) -> dict[str, Any]:
    """A person with their roles for every product, cooling ones included.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    person = _known(person_key)
    grants = list(live_grants(at, cooling=True).filter(person=person).order_by("product", "role"))
    return {
        "key": str(person.key),
        "name": person.name,
        "roles": grants,
        "products": sorted({grant.product for grant in grants}),
        "powers": {
            product: sorted(powers_here(person_key, product, at))
            for product in sorted({grant.product for grant in grants})
        },
    }


def people(*, by: Actor, at: datetime, disabled: bool | None = None, name: str = "") -> QuerySet[Person]:
    """Everybody of the office, for who manages people."""
    require(by, Power.MANAGE_PEOPLE, at=at)
    found = Person.objects.all()
    if disabled is not None:
        found = found.filter(disabled_at__isnull=not disabled)
    return found.filter(name__icontains=name) if name else found


def person_of(key: str, *, by: Actor, at: datetime) -> Person:
    """One person, for who manages people.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    return _known(key)


def name_of(key: str) -> str:
    """What somebody is called, disabled or not; empty for nobody. Printed beside a signature."""
    found = _PERSON.first(key)
    return "" if found is None else found.name


def holders_of(product: str, *, by: Actor, at: datetime) -> QuerySet[Person]:
    """Everybody who holds a role for a product that counts, for who may read it."""
    require(by, Power.READ, product=product, at=at)
    held = live_grants(at).filter(Q(product="") | Q(product=product), person_id=OuterRef("pk"))
    return Person.objects.filter(Exists(held), disabled_at__isnull=True)


def roles_held(product: str, at: datetime) -> frozenset[str]:
    """Roles that somebody who can sign in holds for a product, those in their cool-down among them."""
    here = live_grants(at, cooling=True).filter(
        Q(product="") | Q(product=product), person__accounts__is_active=True
    )
    return frozenset(here.values_list("role", flat=True))


def who_can_sign_in(keys: Iterable[str], at: datetime, *, product: str | None = None) -> list[str]:
    """Those of these people who have an account that works; nobody else is written to.

    Args:
        keys: people's keys.
        at: when.
        product: only who holds a role for it that counts; None for anybody.
    """
    here = Person.objects.filter(disabled_at__isnull=True)
    found = here if product is None else holders_of(product, by=SYSTEM, at=at)
    found = found.filter(pk__in=set(keys), accounts__is_active=True)
    return sorted({str(key) for key in found.values_list("pk", flat=True)})


def grants_of(person_key: str, *, by: Actor, at: datetime) -> QuerySet[RoleGrant]:
    """Every role that a person has or had.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    require(by, Power.MANAGE_PEOPLE, at=at)
    return RoleGrant.objects.filter(person=_known(person_key))


def tokens_of(account_key: str) -> QuerySet[ApiToken]:
    """The tokens of one account; what they open is not kept, so it is not among this."""
    return ApiToken.objects.filter(account__key=account_key).order_by("-issued_at", "key")


def machines_of(product: str, *, by: Actor, at: datetime) -> QuerySet[Machine]:
    """The machines of a product."""
    require(by, Power.MANAGE_PEOPLE, product=product, at=at)
    return Machine.objects.filter(product=product)


def identities_of(machine: str, *, by: Actor, at: datetime) -> QuerySet[MachineIdentity]:
    """What stands for a machine, ended ones among it.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    return MachineIdentity.objects.filter(machine=managed_machine(machine, by=by, at=at))


def tokens_of_machine(machine: str, *, by: Actor, at: datetime) -> QuerySet[ApiToken]:
    """The tokens of a machine, ended ones among them; what they open is not kept.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = managed_machine(machine, by=by, at=at)
    return ApiToken.objects.filter(machine=found).order_by("-issued_at", "key")


def audiences_taken() -> list[str]:
    """Whom tokens are made for that stand for a machine now."""
    live = MachineIdentity.objects.filter(ended_at__isnull=True, machine__disabled_at__isnull=True)
    return sorted(set(live.values_list("audience", flat=True)))


def machine_keys(machine: str, *, by: Actor, at: datetime) -> QuerySet[MachineKey]:
    """The public keys of a machine, ended ones among them.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    return MachineKey.objects.filter(machine=managed_machine(machine, by=by, at=at))


def keys_of_machines(product: str) -> tuple[str, ...]:
    """The public keys, as PEM, with which the machines of a product sign now."""
    rows = MachineKey.objects.filter(
        machine__product=product, machine__disabled_at__isnull=True, ended_at__isnull=True
    )
    return tuple(rows.order_by("added_at").values_list("pem", flat=True))


def teams_of(product: str, *, by: Actor, at: datetime) -> QuerySet[Team]:
    """The teams of a product, or (empty) of the office."""
    require(by, Power.READ, product=product, at=at)
    return Team.objects.filter(product=product).prefetch_related("members")


def team_of(key: str, *, by: Actor, at: datetime) -> Team:
    """One team, for who may read its product.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = Team.objects.prefetch_related("members").filter(pk=key).first()
    require(by, Power.READ, product=found.product if found else "", at=at)
    if found is None:
        raise no_such()
    return found


def delegations_of(person_key: str) -> QuerySet[Delegation]:
    """What a person lent or was lent, past ones included."""
    return Delegation.objects.filter(Q(holder_id=person_key) | Q(delegate_id=person_key))


def deputies_of(product: str, *, by: Actor, at: datetime) -> QuerySet[Deputy]:
    """The deputies of a product, past ones included."""
    require(by, Power.READ, product=product, at=at)
    return Deputy.objects.filter(product=product)


def rasci_in_force(product: str, *, by: Actor, at: datetime) -> Rasci:
    """The RASCI that stands for a product: its own, else the office's, else the default preset.

    Returns:
        A row; version 0 is the preset as it ships, which nobody agreed to yet.
    """
    require(by, Power.READ, product=product, at=at)
    found = (
        Rasci.objects.filter(product=product).order_by("-version").first()
        or Rasci.objects.filter(product="").order_by("-version").first()
    )
    if found is not None:
        return found
    shipped = rasci.to_json(rasci.preset_activities("qa-led"))
    return Rasci(product=product, version=0, preset="qa-led", activities=shipped, agreed_by="", agreed_at=at)


def badges(found: list[Person], at: datetime, product: str) -> list[dict[str, Any]]:
    """The badges of several people, in their order."""
    names = dict(Person.objects.exclude(name="").values_list("key", "name"))
    grants = live_grants(at).filter(Q(product="") | Q(product=product), person__in=found)
    roles: dict[Any, set[str]] = {}
    for grant in grants:
        roles.setdefault(grant.person_id, set()).add(grant.role)
    return [
        {
            "key": str(one.key),
            "name": one.name,
            "flags": list(flags_of(one.name, (name for key, name in names.items() if key != one.key))),
            "roles": sorted(roles.get(one.key, ())),
            "disabled": one.disabled_at is not None,
            "erased": one.erased_at is not None,
        }
        for one in found
    ]


def _known(key: str) -> Person:
    found = _PERSON.first(key)
    if found is None:
        raise no_such()
    return found
