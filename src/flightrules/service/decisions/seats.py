"""In which seat somebody signs here and now, whether they still may, and who could at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from flightrules.rules.authority import Authority
from flightrules.rules.role_words import role_words
from flightrules.service.catalogue.queries import adopted_authority
from flightrules.service.decisions.asking import Asking
from flightrules.service.decisions.models import SignOff
from flightrules.service.door.refusals import ConflictError, DeniedError, RefusalError
from flightrules.service.people.access import has_power, require
from flightrules.service.people.powers import BUILT_IN_ROLES, Power, powers_of, stands_for
from flightrules.service.people.queries import delegations_of, people
from flightrules.service.people.seats import Seat, held, seats_of
from flightrules.service.records.actor import SYSTEM, Actor, Kind
from flightrules.service.records.services import product_stream
from flightrules.service.releases.queries import Release

__all__ = ["able", "escalation", "is_eligible", "on_record", "require_satisfiable", "require_seat"]


def require_seat(
    role: str, release: Release, path: str, *, by: Actor, at: datetime, power: Power = Power.SIGN
) -> Seat:
    """The seat in which the actor signs in a role that is asked.

    Args:
        role: one of the roles that are asked.
        release: what is signed about.
        path: the agreed path of escalation, for who is only consulted.
        by: who.
        at: when.
        power: what the role must have here.

    Raises:
        DeniedError: E_POWER for a machine, E_CONSULTED_ONLY, E_ROLE_NOT_HELD, E_DELEGATION_EXPIRED.
    """
    if by.kind is not Kind.PERSON:
        raise on_record(DeniedError("E_POWER", "only people sign"), release)
    product = release.product_id
    seats = [one for one in seats_of(by.key, product, at) if stands_for(role, one.role)]
    if not seats:
        raise on_record(_not_held(role, product, path, by, at), release)
    here = Power.CLASSIFY_EMERGENCY if power is Power.SIGN and release.emergency else power
    if not has_power(by, here, product=product, at=at):
        require(by, power, product=product, at=at)
    authority = adopted_authority(product, at)
    able_seats = [one for one in seats if _signs(one, release, authority, power)]
    if not able_seats:
        raise on_record(DeniedError("E_POWER", f"{role_words(role)} has no power to {power} here"), release)
    return able_seats[0]


def is_eligible(one: SignOff, release: Release, at: datetime) -> bool:
    """Whether who signed may still speak in the seat in which it was signed: role held, delegation live.

    Somebody who is disabled has no seat.
    """
    product = release.product_id
    power = Power.OVERRIDE if one.act == SignOff.Act.OVERRIDE else Power.SIGN
    authority = adopted_authority(product, at)
    return any(
        stands_for(one.role, seat.role)
        and seat.holder == one.holder
        and _signs(seat, release, authority, power)
        for seat in seats_of(one.person, product, at)
    )


def able(
    role: str, release: Release, at: datetime, *, but: Iterable[str] = (), power: Power = Power.SIGN
) -> frozenset[str]:
    """Keys of all persons who could sign in a role of the rulebook now, without those of ``but``."""
    names = [name for name in _office_names(role) if name]
    candidates = people(by=SYSTEM, at=at, disabled=False).filter(
        Q(grants__role__in=names) | Q(deputy_of__role__in=names) | Q(delegated__role__in=names),
        accounts__is_active=True,
    )
    product = release.product_id
    keys = {str(key) for key in candidates.values_list("pk", flat=True).distinct()} - set(but)
    authority = adopted_authority(product, at)
    return frozenset(
        key
        for key in keys
        if any(
            stands_for(role, one.role) and _signs(one, release, authority, power)
            for one in seats_of(key, product, at)
        )
    )


def require_satisfiable(asking: Asking, release: Release, at: datetime, *, but: Iterable[str]) -> None:
    """Refuse a poll that can never be complete: each required role needs a person of its own.

    Raises:
        ConflictError: E_POLL_UNSATISFIABLE, naming the role.
    """
    excluded = frozenset(but)
    roles = dict.fromkeys((*asking.roles, asking.verdict, asking.decider))
    those = {role: able(role, release, at, but=excluded) for role in roles}
    needed = asking.ask.quorum
    must = set(asking.required) | {asking.verdict, asking.decider}
    must |= set(asking.roles) if needed >= len(set(asking.roles)) else set()
    empty = sorted(role for role in must if not those[role])
    if not empty and not _one_each([those[role] for role in sorted(must)]):
        empty = sorted(must)
    if not empty and sum(bool(those[role]) for role in set(asking.roles)) < needed:
        empty = sorted(role for role in asking.roles if not those[role])
    if empty:
        said = ", ".join(map(role_words, empty))
        raise on_record(
            ConflictError(
                "E_POLL_UNSATISFIABLE",
                f"nobody who may sign this release, and nobody else's seat, is left for {said}",
                hint=f"grant {' and '.join(empty)}, or name a deputy, to somebody who neither opened nor "
                "wrote it, nor brought, ticked or confirmed what it is judged on",
            ),
            release,
        )


def escalation(contacts: Iterable[str]) -> str:
    """What somebody is told who may be heard and does not decide."""
    path = ", then ".join(contacts)
    return (
        f"you are consulted; a disagreement goes to {path}" if path else "you are consulted; raise a blocker"
    )


def on_record(refusal: RefusalError, release: Release) -> RefusalError:
    """A refusal that goes on record as one about the release."""
    return refusal.about(product_stream(release.product_id), f"release/{release.key}")


def _not_held(role: str, product: str, path: str, by: Actor, at: datetime) -> DeniedError:
    """Why somebody without the seat is refused; who was lent it, or is to get it, is told that."""
    cooling = [one for one in held(by.key, product, at, cooling=True) if stands_for(role, one.role)]
    if cooling:
        return DeniedError(
            "E_ROLE_NOT_HELD",
            f"your role {role_words(role)} does not count yet",
            hint="wait until its cool-down is over",
        )
    lent = delegations_of(by.key).filter(Q(product="") | Q(product=product), delegate_id=UUID(by.key))
    if any(stands_for(role, one.role) for one in lent):
        return DeniedError(
            "E_DELEGATION_EXPIRED", f"{role_words(role)} is not lent to you any more, or not yet"
        )
    return DeniedError("E_CONSULTED_ONLY", f"only {role_words(role)} signs this", hint=path)


def _signs(seat: Seat, release: Release, authority: Authority | None, power: Power) -> bool:
    """Whether this very seat has the power; powers of several roles are never put together.

    Who may classify an emergency signs for it as well.
    """
    powers = powers_of([seat.role], authority)
    stands_in = Power.CLASSIFY_EMERGENCY if power is Power.SIGN and release.emergency else power
    return power in powers or stands_in in powers


def _office_names(role: str) -> set[str]:
    return {role, *(name for name in BUILT_IN_ROLES if stands_for(role, name))}


def _one_each(those: list[frozenset[str]], taken: frozenset[str] = frozenset()) -> bool:
    """Whether every role can be given a person of its own."""
    if not those:
        return True
    return any(_one_each(those[1:], taken | {one}) for one in sorted(those[0] - taken))
