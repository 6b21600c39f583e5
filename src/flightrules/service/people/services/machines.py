"""Machines: pipelines and scanners of one product. They read and bring evidence; none of them ever signs."""

from __future__ import annotations

from datetime import datetime

from flightrules.service.door.refusals import ConflictError
from flightrules.service.people.access import require
from flightrules.service.people.managed import managed_machine
from flightrules.service.people.models import ApiToken, Machine
from flightrules.service.people.names import checked_name
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import OFFICE, act, append
from flightrules.service.records.tags import Tag

__all__ = ["disable_machine", "register_machine"]


@act
def register_machine(*, name: str, product: str, by: Actor, at: datetime) -> Machine:
    """Make a machine of one product known.

    Raises:
        InvalidError: E_PERSON_NAME.
    """
    require(by, Power.MANAGE_PEOPLE, product=product, at=at)
    machine = Machine.objects.create(name=checked_name(name), product=product)
    append(
        stream=OFFICE,
        tag=Tag.MACHINE_REGISTERED,
        by=by,
        at=at,
        subject=f"machine/{machine.key}",
        data={"name": machine.name, "product": product},
    )
    return machine


@act
def disable_machine(*, machine: str, by: Actor, at: datetime) -> Machine:
    """Shut a machine out for good, with all its tokens.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY.
    """
    found = managed_machine(machine, by=by, at=at, locked=True)
    if found.disabled_at is not None:
        raise ConflictError("E_ALREADY", "the machine is disabled already").about(
            OFFICE, f"machine/{machine}"
        )
    found.disabled_at = at
    found.save(update_fields=["disabled_at"])
    ApiToken.objects.filter(machine=found, revoked_at__isnull=True).update(revoked_at=at)
    append(
        stream=OFFICE,
        tag=Tag.MACHINE_DISABLED,
        by=by,
        at=at,
        subject=f"machine/{machine}",
        data={"product": found.product},
    )
    return found
