"""The one question of authority: may this actor use this power here, now? Asked by services and declared by doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q

from flightrules.service.door.refusals import DeniedError, ForeignError
from flightrules.service.people.models import Machine, Person, RoleGrant
from flightrules.service.people.powers import BUILT_IN_ROLES, Power
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.records.services import OFFICE, product_stream

__all__ = ["guarded", "has_power", "require", "roles_of", "sees_product"]

V = TypeVar("V", bound=Callable[..., Any])
_OF_MACHINES = frozenset({Power.READ, Power.BRING_EVIDENCE})


def guarded(power: Power) -> dict[str, Any]:
    """What a REST operation declares: ``@router.post(..., openapi_extra=guarded(Power.X))``."""
    return {"x-power": power.value}


def roles_of(person_key: str, product: str, at: datetime) -> frozenset[str]:
    """The roles that count for this person and product at this moment; grants in cool-down do not."""
    grants = RoleGrant.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=at),
        Q(product="") | Q(product=product),
        person_id=person_key,
        revoked_at__isnull=True,
        counts_from__lte=at,
        person__disabled_at__isnull=True,
    )
    return frozenset(grants.values_list("role", flat=True))


def has_power(by: Actor, power: Power, *, product: str = "", at: datetime) -> bool:
    """Whether the actor may; a token uses no more than its scopes, a machine never more than evidence."""
    if by == SYSTEM:
        return True
    if by.via == "token" and power.value not in by.scopes:
        return False
    if by.kind is Kind.MACHINE:
        return (
            power in _OF_MACHINES
            and Machine.objects.filter(pk=by.key, product=product, disabled_at__isnull=True).exists()
        )
    return any(power in BUILT_IN_ROLES.get(role, ()) for role in roles_of(by.key, product, at))


def sees_product(by: Actor, product: str, at: datetime) -> bool:
    """Whether the product exists for the actor at all."""
    return has_power(by, Power.READ, product=product, at=at)


def require(by: Actor, power: Power, *, product: str = "", at: datetime) -> None:
    """Refuse unless the actor may.

    Raises:
        ForeignError: E_NOT_FOUND, for a product that the actor may not even see.
        DeniedError: E_POWER; goes on record.
    """
    if has_power(by, power, product=product, at=at):
        return
    if product and not sees_product(by, product, at):
        raise ForeignError("E_NOT_FOUND", "there is no such thing here")
    stream = product_stream(product) if product else OFFICE
    raise DeniedError(
        "E_POWER", f"this needs the power to {power.value}", hint="ask for the role that has it"
    ).about(stream, f"product/{product}" if product else f"{by.kind}/{by.key}")


def is_known(person_key: str) -> bool:
    """Whether the key is a person of this office who is not disabled."""
    return Person.objects.filter(pk=person_key, disabled_at__isnull=True).exists()
