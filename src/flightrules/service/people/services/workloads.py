"""Workloads: which tokens of an outside provider stand for a machine, and the short-lived one each gets.

A token that was exchanged once is never exchanged again. What comes of it is a machine's token: it reads and
brings evidence for one product, and ends within minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from flightrules.service.door.refusals import (
    ConflictError,
    DeniedError,
    InvalidError,
    UnauthenticatedError,
)
from flightrules.service.people.managed import managed_machine, no_such
from flightrules.service.people.models import ApiToken, Machine, MachineIdentity
from flightrules.service.people.one_time import TOKEN_PREFIX, digest_of, new_secret
from flightrules.service.people.powers import OF_MACHINES
from flightrules.service.people.services.tokens import token_parts
from flightrules.service.people.workload_tokens import Shown
from flightrules.service.records.actor import Actor, Kind
from flightrules.service.records.services import OFFICE, act, append
from flightrules.service.records.tags import Tag

__all__ = ["LASTS", "Trust", "add_identity", "end_identity", "exchange"]

LASTS = timedelta(minutes=15)
_TITLE = 120


@dataclass(frozen=True, slots=True)
class Trust:
    """Which tokens stand for the machine.

    Attributes:
        issuer: the provider, exactly as it calls itself.
        audience: whom the token has to be made for.
        subject: the subject in full, or a beginning that ends in ``:*`` or ``/*``.
        claims: further claims and the text that each has to have.
    """

    issuer: str
    audience: str
    subject: str
    claims: Mapping[str, str] = field(default_factory=dict)


@act
def add_identity(*, machine: str, trust: Trust, by: Actor, at: datetime) -> MachineIdentity:
    """Let tokens of a provider stand for a machine.

    Raises:
        ForeignError: E_NO_SUCH. InvalidError: E_WORKLOAD_ISSUER, E_WORKLOAD_SUBJECT, E_MACHINE_DISABLED.
    """
    found = managed_machine(machine, by=by, at=at, locked=True)
    if found.disabled_at is not None:
        raise InvalidError("E_MACHINE_DISABLED", "the machine is disabled")
    if trust.issuer not in settings.FLIGHTRULES_WORKLOAD_ISSUERS:
        known = ", ".join(settings.FLIGHTRULES_WORKLOAD_ISSUERS) or "none"
        raise InvalidError(
            "E_WORKLOAD_ISSUER",
            "the operator of this service trusts no such issuer",
            hint=f"FLIGHTRULES_WORKLOAD_ISSUERS names them: {known}",
        )
    _require_narrow(trust.subject)
    made = MachineIdentity.objects.create(
        machine=found,
        issuer=trust.issuer,
        audience=trust.audience,
        subject=trust.subject,
        claims=dict(trust.claims),
        added_by=by.key,
        added_at=at,
    )
    _record(Tag.MACHINE_IDENTITY_ADDED, made, by, at)
    return made


@act
def end_identity(*, machine: str, identity: str, by: Actor, at: datetime) -> MachineIdentity:
    """Let them stand for it no more; tokens that were given out end with it.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_ALREADY.
    """
    owner = managed_machine(machine, by=by, at=at, locked=True)
    found = MachineIdentity.objects.select_for_update().filter(pk=identity, machine=owner).first()
    if found is None:
        raise no_such()
    if found.ended_at is not None:
        raise ConflictError("E_ALREADY", "it was ended already").about(OFFICE, f"machine-identity/{identity}")
    found.ended_at = at
    found.save(update_fields=["ended_at"])
    given = ApiToken.objects.filter(machine=owner, exchanged__isnull=False, revoked_at__isnull=True)
    given.update(revoked_at=at)
    _record(Tag.MACHINE_IDENTITY_ENDED, found, by, at)
    return found


def exchange(*, shown: Shown, machine: str, at: datetime) -> tuple[ApiToken, str]:
    """A machine's token for one that a provider vouched for, and its secret, which is not kept.

    Args:
        shown: the verified token.
        machine: key of the machine, where several have the same workload; else empty.
        at: when.

    Raises:
        UnauthenticatedError: E_WORKLOAD_UNKNOWN, where the token stands for no machine, or for several.
        DeniedError: E_WORKLOAD_REPLAYED, E_MACHINE_DISABLED, on record.
    """
    rows = MachineIdentity.objects.filter(issuer=shown.issuer, ended_at__isnull=True).select_related(
        "machine"
    )
    fitting = {
        one.machine_id: one for one in rows if _fits(one, shown) and machine in ("", str(one.machine_id))
    }
    if len(fitting) != 1:
        raise UnauthenticatedError(
            "E_WORKLOAD_UNKNOWN",
            "the token stands for no machine here"
            if not fitting
            else "the token stands for several machines",
            hint="ask who manages people of the product; name one machine where there are several",
        )
    identity = next(iter(fitting.values()))
    key = str(identity.machine_id)
    by = Actor(key, Kind.MACHINE, key, "token", product=identity.machine.product)
    return _exchanged(identity=identity, shown=shown, by=by, at=at)


@act
def _exchanged(*, identity: MachineIdentity, shown: Shown, by: Actor, at: datetime) -> tuple[ApiToken, str]:
    machine = Machine.objects.select_for_update().get(pk=identity.machine_id)
    if machine.disabled_at is not None:
        raise DeniedError("E_MACHINE_DISABLED", "the machine is disabled")
    secret = new_secret(TOKEN_PREFIX)
    try:
        with transaction.atomic():
            token = ApiToken.objects.create(
                machine=machine,
                digest=digest_of(secret),
                title=f"workload {shown.subject}"[:_TITLE],
                scopes=sorted(power.value for power in OF_MACHINES),
                product=machine.product,
                issued_at=at,
                expires_at=min(at + LASTS, max(shown.expires_at, at)),
                exchanged=shown.once,
            )
    except IntegrityError:
        raise DeniedError(
            "E_WORKLOAD_REPLAYED", "this token was exchanged before", hint="each is exchanged once"
        ) from None
    append(
        stream=OFFICE,
        tag=Tag.TOKEN_ISSUED,
        by=by,
        at=at,
        subject=f"token/{token.key}",
        data={
            "owner": f"machine/{machine.key}",
            **token_parts(token),
            "scopes": token.scopes,
            "product": token.product,
            "expires_at": token.expires_at.isoformat(),
            "identity": str(identity.key),
            "exchanged": shown.once,
        },
    )
    return token, secret


def _fits(one: MachineIdentity, shown: Shown) -> bool:
    if one.audience not in shown.audiences:
        return False
    begins = one.subject.removesuffix("*")
    whole = begins == one.subject
    if shown.subject != one.subject if whole else not shown.subject.startswith(begins):
        return False
    return all(_text(shown.claims.get(name)) == wanted for name, wanted in one.claims.items())


def _text(value: object) -> str | None:
    """A claim as text; ``true`` and numbers as JSON writes them, nothing else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int)) else None


def _require_narrow(subject: str) -> None:
    """A star stands at the end of a whole part, so that ``acme/shop`` is never ``acme/shop-of-mallory``."""
    begins = subject.removesuffix("*")
    is_open = begins != subject
    if not begins or "*" in begins or (is_open and (begins[-1] not in ":/" or not begins[:-1])):
        raise InvalidError(
            "E_WORKLOAD_SUBJECT",
            "the subject is too wide",
            hint="write it in full, or end it in :* or /* behind what stays the same",
        )


def _record(tag: Tag, one: MachineIdentity, by: Actor, at: datetime) -> None:
    names = ("issuer", "audience", "subject", "claims")
    data = {"machine": str(one.machine_id), **{name: getattr(one, name) for name in names}}
    append(stream=OFFICE, tag=tag, by=by, at=at, subject=f"machine-identity/{one.key}", data=data)
