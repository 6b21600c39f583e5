"""Machines as those find them who may manage them; to others none is there."""

from __future__ import annotations

from datetime import datetime

from flightrules.service.door.refusals import ForeignError
from flightrules.service.people.access import require
from flightrules.service.people.models import Machine
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import Actor

__all__ = ["managed_machine", "no_such"]


def managed_machine(key: str, *, by: Actor, at: datetime, locked: bool = False) -> Machine:
    """A machine of a product whose people the caller manages; ``locked`` until the transaction ends.

    Raises:
        DeniedError: E_POWER. ForeignError: E_NO_SUCH.
    """
    rows = Machine.objects.select_for_update() if locked else Machine.objects
    found = rows.filter(pk=key).first()
    require(by, Power.MANAGE_PEOPLE, product=found.product if found else "", at=at)
    if found is None:
        raise no_such()
    return found


def no_such() -> ForeignError:
    """What is said of a thing that is not there, or not there for who asks."""
    return ForeignError("E_NO_SUCH", "there is no such thing here")
