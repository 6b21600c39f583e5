"""Public keys of machines: what is signed with one of them is known to be what the machine claims."""

from __future__ import annotations

from datetime import datetime

from flightrules.errors import LedgerError
from flightrules.ledger.key_files import load_public_key
from flightrules.service.door.refusals import ConflictError, InvalidError
from flightrules.service.people.managed import managed_machine, no_such
from flightrules.service.people.models import MachineKey
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import OFFICE, act, append
from flightrules.service.records.tags import Tag

__all__ = ["add_key", "end_key"]


@act
def add_key(*, machine: str, pem: str, by: Actor, at: datetime) -> MachineKey:
    """Let what this key signed count as said by the machine.

    Raises:
        ForeignError: E_NO_SUCH. InvalidError: E_MACHINE_KEY, E_MACHINE_DISABLED. ConflictError: E_ALREADY.
    """
    owner = managed_machine(machine, by=by, at=at, locked=True)
    if owner.disabled_at is not None:
        raise InvalidError("E_MACHINE_DISABLED", "the machine is disabled")
    try:
        public = load_public_key(pem.encode(), name="the key")
    except (LedgerError, UnicodeEncodeError):
        raise InvalidError(
            "E_MACHINE_KEY", "this is no public key", hint="send what flightrules keygen wrote as .pub"
        ) from None
    if MachineKey.objects.filter(machine=owner, keyid=public.keyid, ended_at__isnull=True).exists():
        raise ConflictError("E_ALREADY", "the machine has this key").about(OFFICE, f"machine/{machine}")
    made = MachineKey.objects.create(
        machine=owner, keyid=public.keyid, pem=public.to_pem().decode(), added_by=by.key, added_at=at
    )
    _record(Tag.MACHINE_KEY_ADDED, made, by, at)
    return made


@act
def end_key(*, machine: str, public: str, by: Actor, at: datetime) -> MachineKey:
    """Let it count no more, for what comes from now on.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY.
    """
    owner = managed_machine(machine, by=by, at=at, locked=True)
    found = MachineKey.objects.select_for_update().filter(pk=public, machine=owner).first()
    if found is None:
        raise no_such()
    if found.ended_at is not None:
        raise ConflictError("E_ALREADY", "it was ended already").about(OFFICE, f"machine-key/{public}")
    found.ended_at = at
    found.save(update_fields=["ended_at"])
    _record(Tag.MACHINE_KEY_ENDED, found, by, at)
    return found


def _record(tag: Tag, one: MachineKey, by: Actor, at: datetime) -> None:
    data = {"machine": str(one.machine_id), "keyid": one.keyid}
    append(stream=OFFICE, tag=tag, by=by, at=at, subject=f"machine-key/{one.key}", data=data)
