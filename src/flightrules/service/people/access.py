"""The one question of authority: may this actor use this power here, now?

Services ask it, doors declare it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flightrules.rules.authority import Authority
from flightrules.service.door.refusals import DeniedError, ForeignError
from flightrules.service.people.models import Account, ApiToken, Machine, Person
from flightrules.service.people.powers import BUILT_IN_ROLES, OF_MACHINES, VOTING, Power, powers_of
from flightrules.service.people.seats import held, seats_of, stood_in
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import OFFICE, product_stream

__all__ = [
    "OPEN",
    "OWN",
    "guarded",
    "has_power",
    "is_known",
    "is_within",
    "learn_adopted_authority",
    "learn_products",
    "powers_here",
    "powers_of_role",
    "products_seen",
    "require",
    "require_product",
    "require_seen",
    "roles_of",
    "sees_product",
    "still_known",
]

Adopted = Callable[[str, datetime], Authority | None]

OWN: dict[str, Any] = {"x-self": True}
"""What an operation declares that is about the caller alone, whatever their roles: ``openapi_extra=OWN``."""

OPEN: dict[str, Any] = {"x-public": True}
"""What an operation declares that anybody may use, signed in or not."""

_BY_RULEBOOK = VOTING | {Power.SIT_ON_BOARD}
"""Powers about which the rulebook in force is asked; for the others each request read and hashed its file."""

_adopted: list[Adopted] = []
_products: list[Callable[[str], bool]] = []


def learn_adopted_authority(lookup: Adopted) -> None:
    """Where the authority of a product's adopted rulebook is found; the catalogue says so when it is ready.

    From then on voting powers (``powers.VOTING``) in a product come from its adopted rulebook in every
    ``require``, without the caller having to think of it.
    """
    _adopted[:] = [lookup]


def learn_products(is_product: Callable[[str], bool]) -> None:
    """Who knows which products there are; the catalogue says so when it is ready."""
    _products[:] = [is_product]


def guarded(power: Power, *others: Power) -> dict[str, Any]:
    """What a REST operation declares: ``@router.post(..., openapi_extra=guarded(Power.X))``.

    Args:
        power: what it needs.
        others: each of them does as well.
    """
    also = {"x-power-or": [one.value for one in others]} if others else {}
    return {"x-power": power.value, **also}


def roles_of(person_key: str, product: str, at: datetime) -> frozenset[str]:
    """The roles in which this person may speak for this product now: own, as deputy, or by delegation.

    Grants in cool-down do not count.
    """
    return frozenset(seat.role for seat in seats_of(person_key, product, at))


def powers_here(person_key: str, product: str, at: datetime) -> frozenset[Power]:
    """All powers of the person for this product (an empty one is the office) at this moment."""
    found = powers_of(roles_of(person_key, product, at), _authority(product, at))
    return found | _cooling(person_key, product, at)


def powers_of_role(role: str, product: str, at: datetime) -> frozenset[Power]:
    """All that a role may mean for this product, with a rulebook and without."""
    return powers_of([role]) | powers_of([role], _authority(product, at))


def has_power(by: Actor, power: Power, *, product: str = "", at: datetime) -> bool:
    """Whether the actor may; a token uses no more than its scopes, a machine never more than evidence."""
    if by.kind is Kind.SYSTEM:
        return True
    if (by.via == "token" and power.value not in by.scopes) or not is_within(by, product):
        return False
    if by.kind is Kind.MACHINE:
        return (
            power in OF_MACHINES
            and Machine.objects.filter(pk=by.key, product=product, disabled_at__isnull=True).exists()
        )
    authority = _authority(product, at) if power in _BY_RULEBOOK else None
    own = {seat.role for seat in held(by.key, product, at)}
    if power in powers_of(own, authority):
        return True
    lent = {seat.role for seat in stood_in(by.key, product, at)}
    if power in powers_of(lent, authority):
        return True
    return power is Power.READ and bool(_cooling(by.key, product, at))


def is_within(by: Actor, product: str) -> bool:
    """Whether the token that was used acts there: one for a product acts in no other, nor in the office."""
    return by.product in ("", product)


def sees_product(by: Actor, product: str, at: datetime) -> bool:
    """Whether the product exists for the actor at all."""
    return has_power(by, Power.READ, product=product, at=at)


def products_seen(by: Actor, at: datetime) -> frozenset[str]:
    """Keys of the products that the actor may see one by one; the same answer as ``sees_product`` of each.

    Whoever sees the whole office sees more; ask ``sees_product`` with an empty product first.
    """
    if by.via == "token" and Power.READ.value not in by.scopes:
        return frozenset()
    if by.product:
        return frozenset({by.product}) if sees_product(by, by.product, at) else frozenset()
    if by.kind is Kind.MACHINE:
        machines = Machine.objects.filter(pk=by.key, disabled_at__isnull=True)
        return frozenset(machines.values_list("product", flat=True)) - {""}
    seats = [*held(by.key, None, at, cooling=True), *stood_in(by.key, None, at)]
    return frozenset(seat.product for seat in seats if seat.product and Power.READ in powers_of([seat.role]))


def require(by: Actor, power: Power, *others: Power, product: str = "", at: datetime) -> None:
    """Refuse unless the actor may.

    Args:
        by: who.
        power: what it needs.
        others: each of them does as well.
        product: where; empty for the office.
        at: when.

    Raises:
        ForeignError: E_NO_SUCH, for a product that the actor may not even see.
        DeniedError: E_POWER; goes on record.
    """
    if any(has_power(by, one, product=product, at=at) for one in (power, *others)):
        return
    if product and not sees_product(by, product, at):
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    stream = product_stream(product) if product else OFFICE
    having = ", ".join(name for name, powers in BUILT_IN_ROLES.items() if powers & {power, *others})
    hint = "the rulebook says whose it is" if power in VOTING else f"ask for a role that has it: {having}"
    raise DeniedError("E_POWER", f"this needs the power {power.value}", hint=hint).about(
        stream, f"product/{product}" if product else f"{by.kind}/{by.key}"
    )


def require_product(product: str) -> None:
    """Refuse a product that does not exist: who may act in all of them could name any.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    if product and _products and not _products[0](product):
        raise ForeignError("E_NO_SUCH", "there is no such thing here")


def require_seen(by: Actor, product: str, *, at: datetime) -> None:
    """Refuse a product that does not exist, or not for the actor; what it asks them for has no part in it.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    require_product(product)
    if powers_here(by.key, product, at):
        return
    raise ForeignError("E_NO_SUCH", "there is no such thing here")


def is_known(person_key: str) -> bool:
    """Whether the key is a person of this office who is not disabled."""
    return Person.objects.filter(pk=person_key, disabled_at__isnull=True).exists()


def still_known(by: Actor, at: datetime) -> bool:
    """Whether the actor of a long answer may go on being answered; a stream asks at least every 30 seconds.

    False once the person, account, machine or token that was used is disabled, revoked or expired.
    """
    if by.kind is Kind.SYSTEM:
        return True
    if (
        by.token_key is not None
        and not ApiToken.objects.filter(pk=by.token_key, revoked_at__isnull=True, expires_at__gt=at).exists()
    ):
        return False
    if by.kind is Kind.MACHINE:
        return Machine.objects.filter(pk=by.key, disabled_at__isnull=True).exists()
    return Account.objects.filter(
        key=by.account_key, person_id=by.key, is_active=True, person__disabled_at__isnull=True
    ).exists()


def _authority(product: str, at: datetime) -> Authority | None:
    return _adopted[0](product, at) if product and _adopted else None


def _cooling(person_key: str, product: str, at: datetime) -> frozenset[Power]:
    """A role in cool-down lets its holder look and nothing else."""
    roles = {seat.role for seat in held(person_key, product, at, cooling=True)}
    return powers_of(roles) & {Power.READ}
